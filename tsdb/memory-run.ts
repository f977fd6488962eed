/** Samples in memory as a run that can be read and told by its time range. */
import { assert } from '../model/assert.js';
import type { Columns } from '../model/columns.js';
import type { Interval } from '../model/interval.js';

export interface MemoryRun extends Interval {
  read(into: Columns): void;
}

/** `columns` has at least one row and is not changed any more. */
export function columnsRun(columns: Columns): MemoryRun {
  assert(columns.count > 0, 'a run of samples is not empty');
  return {
    minTime: columns.times[0],
    maxTime: columns.times[columns.count - 1],
    read: (into) => into.pushRows(columns, 0, columns.count),
  };
}
