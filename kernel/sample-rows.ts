/**
 * Samples on their way into the head: columns in the head kernel's own memory, so that nothing is
 * copied between an append, the log's record and the open chunks. `HeadKernel.rows` lends them.
 */

/** What became of a row (`marks`); kernel/assembly/head/append.ts has the same numbers. */
export const MARK_APPENDED = 0;
/** Of the time and the bits of the series' last sample: nothing to do. */
export const MARK_EQUAL = 1;
/** Of the last sample's time, with another value. */
export const MARK_DUPLICATE = 2;
/** Older than the last sample, or as old as one whose value is not known any more. */
export const MARK_OUT_OF_ORDER = 3;

export class SampleRows {
  /** How many rows the columns have: a power of two. */
  readonly capacity: number;
  readonly slots: Uint32Array;
  /** In ms, integers within ±2^53. */
  readonly times: Float64Array;
  /** NaN bits survive: copy from column to column. */
  readonly values: Float64Array;
  /** Filled by `HeadKernel.append`. */
  readonly marks: Uint8Array;
  /** Where the columns begin in the kernel's memory. */
  readonly slotsAt: number;
  readonly timesAt: number;
  readonly valuesAt: number;
  readonly marksAt: number;
  /** How many rows are filled: the lender's and the borrower's own matter, 0 when lent. */
  count = 0;
  /** Of who lends them on: where they stand among those. */
  place = -1;

  /** Columns of `capacity` rows at `at`, where `rowsBytes(capacity)` bytes are theirs. */
  constructor(buffer: SharedArrayBuffer, at: number, capacity: number) {
    this.capacity = capacity;
    this.timesAt = at;
    this.valuesAt = at + 8 * capacity;
    this.slotsAt = at + 16 * capacity;
    this.marksAt = at + 20 * capacity;
    this.times = new Float64Array(buffer, this.timesAt, capacity);
    this.values = new Float64Array(buffer, this.valuesAt, capacity);
    this.slots = new Uint32Array(buffer, this.slotsAt, capacity);
    this.marks = new Uint8Array(buffer, this.marksAt, capacity);
  }
}

/** What columns of so many rows take. */
export function rowsBytes(capacity: number): number {
  return 21 * capacity;
}
