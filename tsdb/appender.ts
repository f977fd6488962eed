/**
 * Collects samples for one commit. Each is checked when it is appended, by Prometheus' rules
 * (tsdb/head_append.go): a wrong one is refused with a named error, or told in a summary, and the
 * others stay. Nothing is seen of them before `commit()` has resolved.
 */
import type { SampleRows } from '../kernel/sample-rows.js';
import { ROWS_MAX } from '../kernel/head-kernel.js';
import {
  ArgumentError,
  ClosedError,
  DuplicateSampleError,
  FutureSampleError,
  InvalidSampleError,
  OutOfBoundsError,
  OutOfOrderError,
  UnknownSeriesError,
} from '../model/errors.js';
import { TIME_MAX } from '../model/interval.js';
import { Labels } from '../model/labels.js';
import type { CommitResult } from './commit-group.js';
import type { CommitQueue } from './commit-queue.js';
import type { HeadData } from './head-data.js';
import type { RowsOwner } from './lent-rows.js';
import type { RefSlots } from './ref-slots.js';

/** A series is named by its labels, by the same as a plain record, or by the ref it once got. */
export type SeriesName = Labels | Readonly<Record<string, string>> | number;

/** Why a sample is not taken. */
export type Refusal =
  'outOfOrder' | 'outOfBounds' | 'duplicate' | 'tooFarInFuture' | 'invalidSample' | 'unknownSeries';

/** What became of the rows of `appendColumns`. */
export interface ColumnsOutcome {
  /** How many were taken, those among them that the series already has. */
  readonly accepted: number;
  /** The rows that were not, ascending… */
  readonly refusedRows: readonly number[];
  /** …and why, one for each. */
  readonly refusals: readonly Refusal[];
}

/** What an appender works with, the same for all of a head. */
export interface AppenderContext {
  readonly data: HeadData;
  readonly queue: CommitQueue;
  /** Samples later than this are refused, in ms; absent: none is. */
  readonly latestTime?: () => number;
}

export class Appender implements RowsOwner {
  private readonly context: AppenderContext;
  private readonly data: HeadData;
  private readonly refSlots: RefSlots;
  private readonly lastTimes: Float64Array;
  /** The rows that are filled, and their columns. */
  private rows: SampleRows | null = null;
  private slots: Uint32Array = NO_SLOTS;
  private times: Float64Array = NO_TIMES;
  private values: Float64Array = NO_TIMES;
  private count = 0;
  private capacity = 0;
  /** Which times are taken; none before the head has one, and none once it is closed. */
  private minTime = Infinity;
  private maxTime = -Infinity;
  private isClosed = false;
  /** Rows that are full. */
  private full: SampleRows[] | null = null;

  constructor(context: AppenderContext) {
    const { data } = context;
    this.context = context;
    this.data = data;
    this.refSlots = data.store.refSlots;
    this.lastTimes = data.kernel.lastTimes;
    if (data.isInitialized) this.bind();
  }

  /** How many samples wait for `commit`. */
  get sampleCount(): number {
    return (this.full ?? []).reduce((sum, { count }) => sum + count, this.count);
  }

  /**
   * Adds a sample and returns the series' ref, by which the next one is added faster. The series is
   * made where its labels are new. `time` is in ms.
   *
   * Throws for this sample only: `OutOfOrderError`, `DuplicateSampleError`, `OutOfBoundsError`,
   * `FutureSampleError`, `InvalidSampleError`, `InvalidLabelsError`, `UnknownSeriesError`, or a
   * `LimitError` where there are too many series. The series' last sample once more is no error.
   */
  append(series: SeriesName, time: number, value: number): number {
    // Fast path: a new sample by ref. It is as short as that, so that it becomes part of the loops
    // that call it.
    if (typeof series === 'number') {
      const slot = this.refSlots.slotOf(series);
      const row = this.count;
      if (
        slot >= 0 &&
        time > this.lastTimes[slot] &&
        time >= this.minTime &&
        time <= this.maxTime &&
        Math.floor(time) === time &&
        row < this.capacity &&
        typeof value === 'number'
      ) {
        this.slots[row] = slot;
        this.times[row] = time;
        this.values[row] = value;
        this.count = row + 1;
        return series;
      }
    }
    return this.appendSlowly(series, time, value);
  }

  /**
   * Adds a sample a row: `refs[i]`, `times[i]` in ms, `values[i]`. Wrong ones are told in the
   * outcome; nothing is thrown for them. Throws an `ArgumentError` for what is no such column.
   */
  appendColumns(
    refs: ArrayLike<number>,
    times: ArrayLike<number>,
    values: Float64Array,
  ): ColumnsOutcome {
    checkColumns(refs, times, values);
    const rowCount = refs.length;
    const { refSlots } = this;
    const refusedRows: number[] = [];
    const refusals: Refusal[] = [];
    for (let i = 0; i < rowCount; i++) {
      const slot = refSlots.slotOf(refs[i]);
      const time = times[i];
      if (
        slot >= 0 &&
        time > this.lastTimes[slot] &&
        time >= this.minTime &&
        time <= this.maxTime &&
        Math.floor(time) === time
      ) {
        this.put(slot, time, values, i);
        continue;
      }
      const refusal = this.refusalOfRow(slot, time, values, i);
      if (refusal === null) continue;
      refusedRows.push(i);
      refusals.push(refusal);
    }
    return { accepted: rowCount - refusedRows.length, refusedRows, refusals };
  }

  /**
   * Logs the samples and makes them visible, all at once; resolves when they are as durable as was
   * chosen. Samples that another commit has overtaken meanwhile are left out and counted. Rejects
   * where the log cannot be written; then nothing of it is there. The appender is closed by it.
   *
   * Rejects with a `LimitError` where too many samples wait already; then it is still open.
   */
  commit(): Promise<CommitResult> {
    const { queue } = this.context;
    const refusal = this.isClosed ? new ClosedError('the appender') : queue.refusal();
    if (refusal !== null) return Promise.reject(refusal);
    const { minTime } = this;
    const rows = this.close();
    for (const filled of rows) this.data.lent.keep(filled);
    return queue.commit(rows, minTime);
  }

  /** Drops the samples. Series that were made stay until the head is cleaned. */
  rollback(): void {
    this.checkOpen();
    for (const rows of this.close()) this.data.lent.giveBack(rows);
    this.context.queue.logSeries();
  }

  /** Says in the rows that are being filled how far they are. */
  countRows(): void {
    if (this.rows !== null) this.rows.count = this.count;
  }

  private slotOf(series: Exclude<SeriesName, number>): number {
    const labels = series instanceof Labels ? series : Labels.from(series);
    const { store, unlogged } = this.data;
    const known = store.find(labels);
    if (known >= 0) return known;
    const slot = store.create(labels);
    this.data.lists.start(slot);
    unlogged.add(this.refOf(slot));
    return slot;
  }

  private refOf(slot: number): number {
    return this.data.kernel.refs[slot];
  }

  /** Slow path: by labels, into new rows, the first of all, or what is not taken. */
  private appendSlowly(series: SeriesName, time: number, value: number): number {
    const isTimeTaken = time >= this.minTime && time <= this.maxTime && Math.floor(time) === time;
    if (!isTimeTaken || typeof value !== 'number') {
      this.checkOpen();
      const refusal = this.refusalOf(time, value);
      if (refusal !== null) throw this.errorOf(refusal, series, time, value);
    }
    const slot = typeof series === 'number' ? this.refSlots.slotOf(series) : this.slotOf(series);
    const { scratch } = this.data;
    scratch[0] = value;
    if (slot >= 0 && time > this.lastTimes[slot]) {
      this.put(slot, time, scratch, 0);
      return this.refOf(slot);
    }
    const refusal = this.refusalOfKnown(slot, time, scratch, 0);
    if (refusal !== null) throw this.errorOf(refusal, series, time, value);
    return this.refOf(slot);
  }

  /** Adds the sample whose value stands at `values[from]`. */
  private put(slot: number, time: number, values: Float64Array, from: number): void {
    if (this.count === this.capacity) this.grow();
    const row = this.count++;
    this.slots[row] = slot;
    this.times[row] = time;
    this.values[row] = values[from];
  }

  private refusalOf(time: number, value: number): Refusal | null {
    if (!Number.isSafeInteger(time) || typeof value !== 'number') return 'invalidSample';
    if (this.maxTime === -Infinity) {
      if (time > this.latestTime()) return 'tooFarInFuture';
      this.data.initTime(time);
      this.bind();
    }
    if (time < this.minTime) return 'outOfBounds';
    return time > this.maxTime ? 'tooFarInFuture' : null;
  }

  private refusalOfRow(
    slot: number,
    time: number,
    values: Float64Array,
    row: number,
  ): Refusal | null {
    this.checkOpen();
    const refusal = this.refusalOf(time, 0) ?? this.refusalOfKnown(slot, time, values, row);
    // The head's first sample of all comes here too.
    if (refusal === null && time > this.lastTimes[slot]) this.put(slot, time, values, row);
    return refusal;
  }

  private refusalOfKnown(
    slot: number,
    time: number,
    values: Float64Array,
    row: number,
  ): Refusal | null {
    if (slot < 0) return 'unknownSeries';
    const last = this.lastTimes[slot];
    if (time > last) return null;
    if (time < last || !this.data.kernel.hasOpenChunk(slot)) return 'outOfOrder';
    return this.data.kernel.equalsLast(slot, values, row) ? null : 'duplicate';
  }

  private errorOf(refusal: Refusal, series: SeriesName, time: number, value: number): Error {
    const name = nameOf(series);
    switch (refusal) {
      case 'outOfOrder':
        return new OutOfOrderError('out of order sample', name, time, value);
      case 'outOfBounds':
        return new OutOfBoundsError(this.boundsText(), name, time, value);
      case 'duplicate':
        return new DuplicateSampleError('duplicate sample for timestamp', name, time, value);
      case 'tooFarInFuture':
        return new FutureSampleError('too far in the future', name, time, value);
      case 'unknownSeries':
        return new UnknownSeriesError('no series has this ref', name, time, value);
      case 'invalidSample':
        return new InvalidSampleError(NO_SAMPLE, name, time, value);
    }
  }

  /** One sample far ahead makes all present ones too old: the message tells where the head is. */
  private boundsText(): string {
    const { minTime, data } = this;
    return `out of bounds: the head is at ${data.maxTime} and takes what is from ${minTime} on`;
  }

  private latestTime(): number {
    return Math.min(this.context.latestTime?.() ?? TIME_MAX, TIME_MAX);
  }

  /** Fixes which times it takes, once the head has some. */
  private bind(): void {
    this.minTime = this.data.appendableMinTime();
    this.maxTime = this.latestTime();
  }

  private grow(): void {
    const { rows } = this;
    this.countRows();
    if (rows !== null) (this.full ??= []).push(rows);
    const wanted = rows === null ? this.context.queue.usualRows : 2 * rows.capacity;
    const next = this.data.lent.borrow(this, Math.min(wanted, ROWS_MAX));
    this.rows = next;
    this.slots = next.slots;
    this.times = next.times;
    this.values = next.values;
    this.count = 0;
    this.capacity = next.capacity;
  }

  /** Takes nothing any more; what was filled goes to the caller. */
  private close(): SampleRows[] {
    const { rows } = this;
    this.countRows();
    const filled = this.full ?? [];
    if (rows !== null) filled.push(rows);
    this.isClosed = true;
    this.minTime = Infinity;
    this.maxTime = -Infinity;
    this.rows = null;
    this.full = null;
    this.count = 0;
    this.capacity = 0;
    return filled;
  }

  private checkOpen(): void {
    if (this.isClosed) throw new ClosedError('the appender');
  }
}

const NO_SAMPLE = 'no sample: its time is a whole number of ms within 2^53, its value a number';
const NO_SLOTS = new Uint32Array(0);
const NO_TIMES = new Float64Array(0);

function checkColumns(
  refs: ArrayLike<number>,
  times: ArrayLike<number>,
  values: Float64Array,
): void {
  for (const column of [refs, times] as (ArrayLike<unknown> | null | undefined)[]) {
    const isColumn = typeof column === 'object' && column !== null && 'length' in column;
    // Of the first row alone: arrays of 64-bit integers hold nothing else.
    if (isColumn && typeof column[0] !== 'bigint') continue;
    throw new ArgumentError('refs and times are arrays of numbers');
  }
  // Also those of another realm, which `instanceof` does not know.
  if (Object.prototype.toString.call(values) !== '[object Float64Array]') {
    throw new ArgumentError('values are a Float64Array');
  }
  if (times.length !== refs.length || values.length !== refs.length) {
    const lengths = `${refs.length}, ${times.length} and ${values.length}`;
    throw new ArgumentError(`columns have the same length; got ${lengths}`);
  }
}

function nameOf(series: SeriesName): string {
  if (typeof series === 'number') return String(series);
  return (series instanceof Labels ? series : Labels.from(series)).toString();
}
