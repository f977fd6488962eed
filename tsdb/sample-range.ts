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
  const { times } = columns;
  let end = columns.count;
  let first = start;
  while (first < end && times[first] < range.minTime) first++;
  while (end > first && times[end - 1] > range.maxTime) end--;
  // Fast path: nothing to drop at the front, nothing deleted.
  if (first === start && range.deleted.length === 0) {
    columns.count = end;
    return;
  }
  let target = start;
  let next = 0;
  for (let row = first; row < end; row++) {
    while (next < range.deleted.length && range.deleted[next].maxTime < times[row]) next++;
    if (next < range.deleted.length && range.deleted[next].minTime <= times[row]) continue;
    columns.moveRow(row, target++);
  }
  columns.count = target;
}
