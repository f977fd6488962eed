/** Sorting in steps: a million label sets take seconds to sort. */
import type { Steps } from './steps.js';

/** Sorted at once: well under a millisecond. */
const RUN_ITEMS = 512;
/** A comparison of labels, in the pacer's units. */
const COMPARISON_UNITS = 40;
const RUN_UNITS = RUN_ITEMS * 9 * COMPARISON_UNITS;

/** The sorted copy of `items`; equal items keep their order. */
export function* sortSteps<T>(items: readonly T[], compare: (a: T, b: T) => number): Steps<T[]> {
  let from = [...items];
  let areInOrder = true;
  for (let start = 0; start < from.length; start += RUN_ITEMS) {
    const run = from.slice(start, start + RUN_ITEMS).sort(compare);
    areInOrder &&= start === 0 || compare(from[start - 1], run[0]) <= 0;
    for (let i = 0; i < run.length; i++) from[start + i] = run[i];
    yield RUN_UNITS;
  }
  // Fast path: series come in label order, and so do the values of their first labels.
  if (areInOrder) return from;
  let to = new Array<T>(from.length);
  for (let width = RUN_ITEMS; width < from.length; width *= 2) {
    for (let start = 0; start < from.length; start += 2 * width) {
      const middle = Math.min(start + width, from.length);
      const end = Math.min(middle + width, from.length);
      yield* mergeRuns(from, to, { start, middle, end }, compare);
    }
    [from, to] = [to, from];
  }
  return from;
}

/** The union of two lists that are each sorted and free of duplicates. */
export function* unionSteps<T>(a: T[], b: T[], compare: (a: T, b: T) => number): Steps<T[]> {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const union: T[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const order = i === a.length ? 1 : j === b.length ? -1 : compare(a[i], b[j]);
    union.push(order <= 0 ? a[i] : b[j]);
    if (order <= 0) i++;
    if (order >= 0) j++;
    if (union.length % RUN_ITEMS === 0) yield RUN_ITEMS * COMPARISON_UNITS;
  }
  return union;
}

/** Two neighbouring runs of an array: `[start, middle)` and `[middle, end)`. */
interface Runs {
  readonly start: number;
  readonly middle: number;
  readonly end: number;
}

function* mergeRuns<T>(
  from: readonly T[],
  to: T[],
  { start, middle, end }: Runs,
  compare: (a: T, b: T) => number,
): Steps<void> {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const takeLeft = right === end || (left < middle && compare(from[left], from[right]) <= 0);
    to[at] = takeLeft ? from[left++] : from[right++];
    if (at % RUN_ITEMS === 0) yield RUN_ITEMS * COMPARISON_UNITS;
  }
}
