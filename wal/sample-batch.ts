/**
 * The float samples of one log record as columns, in the record's order. Owned by the caller and
 * reused record after record; rows past `count` are garbage.
 */
import { assert } from '../model/assert.js';

const INITIAL_CAPACITY = 1024;

export class SampleBatch {
  count = 0;
  /** Series refs: integers up to 2^53. */
  refs = new Float64Array(INITIAL_CAPACITY);
  /** In ms. */
  times = new Float64Array(INITIAL_CAPACITY);
  /** NaN bits are those of the record: copy from column to column, never through `number[]`. */
  values = new Float64Array(INITIAL_CAPACITY);
  /** In ms, 0 where unknown; all 0 unless the record is of version 2. */
  startTimes = new Float64Array(INITIAL_CAPACITY);

  /** Forgets the rows and makes room for `capacity` of them. */
  reset(capacity: number): void {
    this.count = 0;
    if (capacity <= this.refs.length) return;
    const length = Math.max(capacity, 2 * this.refs.length);
    this.refs = new Float64Array(length);
    this.times = new Float64Array(length);
    this.values = new Float64Array(length);
    this.startTimes = new Float64Array(length);
  }

  /** Adds a sample; `reset` made room for it. */
  push(ref: number, time: number, startTime: number, value: number): void {
    const row = this.count++;
    assert(row < this.refs.length, 'reset() made room');
    this.refs[row] = ref;
    this.times[row] = time;
    this.startTimes[row] = startTime;
    this.values[row] = value;
  }
}
