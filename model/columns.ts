/**
 * Columns: the engine's unit of work, a run of samples of one series in typed arrays.
 *
 * `times[i]` is in milliseconds. `values[i]` is the float, or for a histogram row any NaN, with the
 * histogram in `histograms[i]`. Sample values live only in typed arrays: the stale marker's bits
 * (0x7ff0000000000002) die in `number[]`, `Map`, spreads and arithmetic.
 *
 * Owned by the caller and meant for reuse: `clear()` keeps the memory. Rows past `count` are
 * garbage.
 */
import { assert } from './assert.js';
import type { Histogram } from './histogram.js';

const INITIAL_CAPACITY = 256;

export class Columns {
  count = 0;
  times: Float64Array;
  values: Float64Array;
  /** Start timestamps in ms, 0 where unknown; null while no row has one. */
  startTimes: Float64Array | null = null;
  /** Null while every row is a float; else one entry a row, undefined for floats. */
  histograms: (Histogram | undefined)[] | null = null;

  constructor(capacity = INITIAL_CAPACITY) {
    this.times = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
  }

  /** Columns over memory that is there: of two equally long arrays. */
  static over(times: Float64Array, values: Float64Array): Columns {
    assert(times.length === values.length, 'columns are equally long');
    const columns = new Columns(0);
    columns.times = times;
    columns.values = values;
    return columns;
  }

  /** Forgets the rows, keeps the memory. */
  clear(): void {
    this.count = 0;
    this.startTimes = null;
    this.histograms = null;
  }

  /** Makes room for `extra` more rows. Growing doubles, so that appending stays linear. */
  reserve(extra: number): void {
    const wanted = this.count + extra;
    if (wanted <= this.times.length) return;
    const capacity = Math.max(wanted, 2 * this.times.length);
    this.times = grown(this.times, capacity, this.count);
    this.values = grown(this.values, capacity, this.count);
    if (this.startTimes !== null) this.startTimes = grown(this.startTimes, capacity, this.count);
  }

  /** The column of start timestamps, made (all unknown) at its first use. */
  withStartTimes(): Float64Array {
    this.startTimes ??= new Float64Array(this.times.length);
    return this.startTimes;
  }

  /** The column of histograms, made (all floats) at its first use. */
  withHistograms(): (Histogram | undefined)[] {
    this.histograms ??= [];
    return this.histograms;
  }

  /** Appends one histogram row: for decoders of histogram chunks, which are no hot path. */
  pushHistogram(time: number, startTime: number, histogram: Histogram): void {
    this.reserve(1);
    const row = this.count++;
    this.times[row] = time;
    this.values[row] = NaN;
    if (startTime !== 0 || this.startTimes !== null) this.withStartTimes()[row] = startTime;
    this.withHistograms()[row] = histogram;
  }

  /**
   * Counts `extra` float rows that the caller has reserved and filled behind the last one. Their
   * start times are unknown, unless the caller filled that column too and says so.
   */
  commitFloats(extra: number, hasStartTimes = false): void {
    const from = this.count;
    const to = from + extra;
    assert(to <= this.times.length, 'committed rows were reserved');
    if (!hasStartTimes) this.startTimes?.fill(0, from, to);
    if (this.histograms !== null) {
      for (let row = from; row < to; row++) this.histograms[row] = undefined;
    }
    this.count = to;
  }

  /** Copies row `row` of `from` behind our last one: without the views that `pushRows` makes. */
  pushRow(from: Columns, row: number): void {
    this.reserve(1);
    const target = this.count++;
    this.times[target] = from.times[row];
    this.values[target] = from.values[row];
    const startTime = from.startTimes === null ? 0 : from.startTimes[row];
    if (startTime !== 0 || this.startTimes !== null) this.withStartTimes()[target] = startTime;
    if (from.histograms !== null || this.histograms !== null) {
      this.withHistograms()[target] = from.histograms?.[row];
    }
  }

  /** Copies the rows `[start, end)` of `from` behind our last one, bits and all. */
  pushRows(from: Columns, start: number, end: number): void {
    assert(start >= 0 && end <= from.count, 'copied rows exist');
    this.reserve(end - start);
    const target = this.count;
    this.count += end - start;
    this.times.set(from.times.subarray(start, end), target);
    this.values.set(from.values.subarray(start, end), target);
    if (from.startTimes !== null) {
      this.withStartTimes().set(from.startTimes.subarray(start, end), target);
    } else {
      this.startTimes?.fill(0, target, this.count);
    }
    if (from.histograms !== null || this.histograms !== null) {
      const histograms = this.withHistograms();
      for (let i = start; i < end; i++) histograms[target + i - start] = from.histograms?.[i];
    }
  }

  /** Drops the rows `[start, end)`; those behind them move up. */
  dropRows(start: number, end: number): void {
    const { count } = this;
    this.times.copyWithin(start, end, count);
    this.values.copyWithin(start, end, count);
    this.startTimes?.copyWithin(start, end, count);
    this.histograms?.splice(start, end - start);
    this.count = count - (end - start);
  }

  /** Moves row `source` of this to row `target` (for compacting in place; `target <= source`). */
  moveRow(source: number, target: number): void {
    if (source === target) return;
    this.times[target] = this.times[source];
    this.values[target] = this.values[source];
    if (this.startTimes !== null) this.startTimes[target] = this.startTimes[source];
    if (this.histograms !== null) this.histograms[target] = this.histograms[source];
  }
}

function grown(column: Float64Array, capacity: number, count: number): Float64Array {
  const larger = new Float64Array(capacity);
  larger.set(column.subarray(0, count));
  return larger;
}
