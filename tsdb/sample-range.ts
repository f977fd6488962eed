/** Cuts decoded samples down to what a query may see: its own range, less what was deleted. */
import type { Columns } from '../model/columns.js';
import type { Interval } from '../model/interval.js';

/** What a query may see of a series. */
export interface SampleRange extends Interval {
  /** Deleted ranges: sorted, disjoint. */
  readonly deleted: readonly Interval[];
}

/** Drops the rows from `start` on that lie outside `range`; rows are in time order. */
export function keepVisible(columns: Columns, start: number, range: SampleRange): void {
  const { times, count } = columns;
  const { minTime, maxTime, deleted } = range;
  if (count === start) return;
  const end = times[count - 1] <= maxTime ? count : firstRow(columns, start, maxTime, 1);
  const first = times[start] >= minTime ? start : firstRow(columns, start, minTime, 0);
  columns.count = Math.max(start, end);
  if (deleted.length > 0) leaveOut(columns, { first, to: start }, deleted);
  else if (first > start) columns.dropRows(start, Math.min(first, columns.count));
}

/** The first row from `start` on that is later than `bound` (`after` 1), or as late (0). */
function firstRow({ times, count }: Columns, start: number, bound: number, after: 0 | 1): number {
  let low = start;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] > bound || (after === 0 && times[middle] === bound)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Moves the rows from `first` on that are not deleted to `to`; what is between is dropped. */
function leaveOut(
  columns: Columns,
  { first, to }: { first: number; to: number },
  deleted: readonly Interval[],
): void {
  const { times, count } = columns;
  let target = to;
  let next = 0;
  for (let row = first; row < count; row++) {
    while (next < deleted.length && deleted[next].maxTime < times[row]) next++;
    if (next < deleted.length && deleted[next].minTime <= times[row]) continue;
    columns.moveRow(row, target++);
  }
  columns.count = target;
}
