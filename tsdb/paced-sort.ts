/** Sorting that gives the event loop its turns: a million label sets take seconds to sort. */
import type { Pacer } from './pacer.js';

/** Sorted at once: well under a millisecond. */
const RUN_ITEMS = 512;
/** A comparison of label sets, in the pacer's units. */
const COMPARISON_UNITS = 40;

/** The sorted copy of `items`; equal items keep their order. */
export async function pacedSort<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  pacer: Pacer,
  signal?: AbortSignal,
): Promise<T[]> {
  let from = [...items];
  for (let start = 0; start < from.length; start += RUN_ITEMS) {
    const run = from.slice(start, start + RUN_ITEMS).sort(compare);
    for (let i = 0; i < run.length; i++) from[start + i] = run[i];
    if (pacer.isDue(RUN_ITEMS * 9 * COMPARISON_UNITS)) await pacer.turn(signal);
  }
  let to = new Array<T>(from.length);
  for (let width = RUN_ITEMS; width < from.length; width *= 2) {
    for (let start = 0; start < from.length; start += 2 * width) {
      const middle = Math.min(start + width, from.length);
      const end = Math.min(middle + width, from.length);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        const takeLeft = right === end || (left < middle && compare(from[left], from[right]) <= 0);
        to[at] = takeLeft ? from[left++] : from[right++];
        if (pacer.isDue(COMPARISON_UNITS)) await pacer.turn(signal);
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
