/**
 * The way of commits into a head: what is committed within one turn of the event loop is written to
 * the log as one group, and when the log has it, it is applied in order and becomes visible.
 *
 * The record of a series stands before all its samples, whoever commits them: series that are not
 * logged yet go in front of each group. If a group cannot be written nothing of it is applied, and
 * each of its commits hears why.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ByteWriter } from '../encoding/byte-writer.js';
import type { SampleRows } from '../kernel/sample-rows.js';
import { LimitError } from '../model/errors.js';
import type { Log } from '../wal/log.js';
import { encodeSeries, type SeriesEntry } from '../wal/record.js';
import type { HeadData } from './head-data.js';
import type { RowsOwner } from './lent-rows.js';
import { TurnTaking } from './turn-taking.js';

/** With more samples waiting for the log, commits are refused: some hundred MB of rows. */
export const QUEUED_SAMPLES_MAX = 8 * 1024 * 1024;
/** A group takes further commits up to this, and this much is done without a turn of the loop. */
const PORTION_SAMPLES = 64 * 1024;
/** A series that is logged takes as long as so many samples. */
const SERIES_SAMPLES = 256;
const SERIES_PER_RECORD = 512;
/** What an appender borrows first, until it is known how much is usual. */
const ROWS_FIRST = 256;

/** What became of a commit. */
export interface CommitResult {
  /** How many samples are new in the head. */
  readonly appended: number;
  /** How many another commit had overtaken: older than the series' last sample by then… */
  readonly outOfOrder: number;
  /** …at the time of the last one, with another value… */
  readonly duplicate: number;
  /** …or at a time that went into a block meanwhile. */
  readonly outOfBounds: number;
}

/** The samples of an appender. */
export interface Batch {
  /** Whose rows they are: they are lost when he is. */
  readonly owner: RowsOwner;
  readonly rows: SampleRows[];
  /** None is earlier, as the appender saw it. */
  readonly minTime: number;
}

/** Something that waits for its turn in the log. */
interface Item {
  readonly batch: Batch | null;
  readonly records: readonly Uint8Array[];
  /** What is done once it is logged; a batch is applied. */
  readonly onLogged: (() => void) | null;
  readonly samples: number;
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: unknown) => void;
  outOfBounds: number;
}

/** Why a group is not in the log. */
interface Failure {
  readonly error: unknown;
}

export class CommitQueue {
  /** How many rows the last commit had: what the next one will borrow at once. */
  usualRows = ROWS_FIRST;
  private readonly data: HeadData;
  private readonly log: Log | null;
  private items: Item[] = [];
  /** Samples of commits that have not resolved. */
  private waitingSamples = 0;
  private isScheduled = false;
  /** The end of everything that was taken from the queue. */
  private applied: Promise<void> = Promise.resolve();
  /** Whoever uses the log now: the writing of a group, or `exclusively`. */
  private readonly turns = new TurnTaking();
  private readonly writer = new ByteWriter(64 * 1024);

  /** Without a log, commits are applied at the loop's next turn. */
  constructor(data: HeadData, log: Log | null) {
    this.data = data;
    this.log = log;
  }

  /** Throws a `LimitError` where too many samples wait for the log. */
  checkRoom(): void {
    if (this.waitingSamples < QUEUED_SAMPLES_MAX) return;
    const message = `${this.waitingSamples} samples wait for the log; await earlier commits`;
    throw new LimitError('QUEUED_SAMPLES_MAX', message);
  }

  /** Takes over the rows of a batch. */
  commit(batch: Batch): Promise<CommitResult> {
    const samples = batch.rows.reduce((sum, { count }) => sum + count, 0);
    if (samples > 0) this.usualRows = samples;
    return this.push({ batch, records: [], onLogged: null, samples });
  }

  /** Logs ready records, then calls `onLogged`, in order with the commits. */
  async record(records: readonly Uint8Array[], onLogged: () => void): Promise<void> {
    await this.push({ batch: null, records, onLogged, samples: 0 });
  }

  /** Sees to it that series get into the log without a sample. */
  logSeries(): void {
    if (this.data.unlogged.length > 0) this.schedule();
  }

  /**
   * Calls `work` when the log has no group open and everything before is applied; no group is
   * written until it is done. Resolves with what it returns.
   */
  exclusively<T>(work: (log: Log | null) => Promise<T>): Promise<T> {
    return this.turns.take(async () => {
      await this.applied;
      return work(this.log);
    });
  }

  /** Resolves when everything committed so far is in the log and applied, or has failed. */
  async settled(): Promise<void> {
    await this.record([], ignore).catch(ignore);
  }

  private push(item: Omit<Item, 'resolve' | 'reject' | 'outOfBounds'>): Promise<CommitResult> {
    this.waitingSamples += item.samples;
    this.schedule();
    return new Promise((resolve, reject) => {
      this.items.push({ ...item, resolve, reject, outOfBounds: 0 });
    });
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => void this.drain());
  }

  /** Writes group after group until nothing waits. */
  private async drain(): Promise<void> {
    do {
      await this.turns.take(() => this.write(this.takeGroup()));
      if (this.items.length > 0) await nextTurn();
    } while (this.items.length > 0);
    this.isScheduled = false;
  }

  private async write(group: readonly Item[]): Promise<void> {
    const series = this.data.unlogged;
    this.data.unlogged = [];
    let outcome: Promise<Failure | null>;
    try {
      await this.encode(group, series);
      const logged = this.log?.flush() ?? Promise.resolve();
      outcome = logged.then(
        () => null,
        (error: unknown) => ({ error }),
      );
    } catch (error) {
      outcome = Promise.resolve({ error });
    }
    // Not awaited: a log that writes elsewhere gets the next group meanwhile.
    this.applied = this.applied.then(async () => {
      const failure = await outcome;
      if (failure === null) await this.apply(group);
      else this.fail(group, series, failure.error);
    });
  }

  private takeGroup(): Item[] {
    let samples = 0;
    let count = 0;
    while (count < this.items.length && samples < PORTION_SAMPLES) {
      samples += this.items[count++].samples;
    }
    if (count === this.items.length) {
      const all = this.items;
      this.items = [];
      return all;
    }
    return this.items.splice(0, count);
  }

  /** Adds a group to the log, with turns of the loop in between where it is large. */
  private async encode(group: readonly Item[], series: readonly number[]): Promise<void> {
    const { log } = this;
    let samples = 0;
    if (log !== null) {
      for (let i = 0; i < series.length; i += SERIES_PER_RECORD) {
        log.add(this.seriesRecord(series, i, Math.min(i + SERIES_PER_RECORD, series.length)));
        samples += SERIES_PER_RECORD * SERIES_SAMPLES;
        if (samples < PORTION_SAMPLES) continue;
        samples = 0;
        await nextTurn();
      }
    }
    for (const item of group) {
      this.dropOutOfBounds(item);
      if (log === null) continue;
      for (const record of item.records) log.add(record);
      for (const rows of item.batch?.rows ?? []) {
        if (rows.count === 0) continue;
        log.add(this.data.kernel.encode(rows, 0, rows.count));
        samples += rows.count;
        if (samples < PORTION_SAMPLES) continue;
        samples = 0;
        await nextTurn();
      }
    }
  }

  private seriesRecord(refs: readonly number[], from: number, to: number): Uint8Array {
    const { store } = this.data;
    const entries: SeriesEntry[] = [];
    for (let i = from; i < to; i++) {
      const slot = store.slotOf(refs[i]);
      // One that has been cleaned away has no samples either.
      if (slot >= 0) entries.push({ ref: refs[i], labels: store.labelsAt(slot) });
    }
    this.writer.clear();
    encodeSeries(entries, this.writer);
    return this.writer.bytes();
  }

  /** Where the head was cut since the appender looked, some of its samples may be too old. */
  private dropOutOfBounds(item: Item): void {
    const { minValidTime } = this.data;
    if (item.batch === null || item.batch.minTime >= minValidTime) return;
    for (const rows of item.batch.rows) item.outOfBounds += dropBefore(rows, minValidTime);
  }

  private async apply(group: readonly Item[]): Promise<void> {
    for (const item of group) {
      const { batch, outOfBounds } = item;
      this.waitingSamples -= item.samples;
      try {
        item.onLogged?.();
        if (batch !== null && item.samples > PORTION_SAMPLES) await this.applyLong(batch);
        else if (batch !== null) this.applyShort(batch);
        const { appended, outOfOrder, duplicate } = this.data.kernel;
        if (batch === null) item.resolve(NOTHING);
        else item.resolve({ appended, outOfOrder, duplicate, outOfBounds });
      } catch (error) {
        item.reject(error);
      } finally {
        for (const rows of batch?.rows ?? []) this.data.lent.giveBack(rows);
      }
    }
  }

  private applyShort(batch: Batch): void {
    const { kernel, isolation } = this.data;
    isolation.beforeShort();
    kernel.clearTotals();
    for (const rows of batch.rows) this.applyRows(rows);
    this.data.widen(kernel.minTime, kernel.maxTime);
  }

  private async applyLong(batch: Batch): Promise<void> {
    const { kernel, isolation } = this.data;
    isolation.beforeLong();
    kernel.clearTotals();
    try {
      for (const rows of batch.rows) {
        this.applyRows(rows);
        await nextTurn();
      }
    } finally {
      this.data.widen(kernel.minTime, kernel.maxTime);
      isolation.afterLong();
    }
  }

  private applyRows(rows: SampleRows): void {
    for (let row = 0; row < rows.count;) {
      row = this.data.kernel.append(rows, row);
      this.data.drainFinished();
    }
  }

  private fail(group: readonly Item[], series: readonly number[], error: unknown): void {
    // In front: they are older than what came since.
    this.data.unlogged = [...series, ...this.data.unlogged];
    for (const item of group) {
      this.waitingSamples -= item.samples;
      for (const rows of item.batch?.rows ?? []) this.data.lent.giveBack(rows);
      item.reject(error);
    }
  }
}

const NOTHING: CommitResult = { appended: 0, outOfOrder: 0, duplicate: 0, outOfBounds: 0 };

function ignore(): void {
  // Whoever asked for it hears of it.
}

/** Removes the rows before `minTime`; returns how many. */
function dropBefore(rows: SampleRows, minTime: number): number {
  const { slots, times, values, count } = rows;
  let kept = 0;
  for (let row = 0; row < count; row++) {
    if (times[row] < minTime) continue;
    slots[kept] = slots[row];
    times[kept] = times[row];
    values[kept++] = values[row];
  }
  rows.count = kept;
  return count - kept;
}
