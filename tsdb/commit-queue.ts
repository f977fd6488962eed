/**
 * The way of commits into a head: what is committed within one turn of the event loop is written to
 * the log as one group, and when the log has it, it is applied in order and becomes visible.
 *
 * The record of a series stands before all its samples, whoever commits them: series that are not
 * logged yet go in front of each group, many of them as groups of their own. If a group cannot be
 * written nothing of it is applied, and each of its commits hears why.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ByteWriter } from '../encoding/byte-writer.js';
import type { SampleRows } from '../kernel/sample-rows.js';
import { LimitError } from '../model/errors.js';
import type { Log } from '../wal/log.js';
import { encodeSeries, type SeriesEntry } from '../wal/record.js';
import {
  type CommitResult,
  type Entry,
  Group,
  type Item,
  PORTION_SAMPLES,
} from './commit-group.js';
import type { HeadData } from './head-data.js';
import { TurnTaking } from './turn-taking.js';

/** With more samples waiting for the log, commits are refused: some hundred MB of rows. */
export const QUEUED_SAMPLES_MAX = 8 * 1024 * 1024;
const SERIES_PER_RECORD = 512;
/** More new series than these go in groups of their own in front: writing one takes 2 ms. */
const SERIES_PER_GROUP = 8 * 1024;
/** A log that writes elsewhere is handed so many samples at once, without waiting for the turn. */
const HANDED_SAMPLES = 512;
/** What an appender borrows first, until it is known how much is usual. */
const ROWS_FIRST = 256;

export class CommitQueue {
  /** How many rows the last commit had: what the next one will borrow at once. */
  usualRows = ROWS_FIRST;
  private readonly data: HeadData;
  private readonly log: Log | null;
  private items: Item[] = [];
  /** How many of them have no series behind the batch that is being logged. */
  private readyItems = 0;
  /** Samples of commits that have not resolved. */
  private waitingSamples = 0;
  /** Samples of commits that are in no group yet. */
  private queuedSamples = 0;
  private isScheduled = false;
  /** Groups that the log has not acknowledged, or that are being applied; oldest first. */
  private readonly groups: Group[] = [];
  private isApplying = false;
  /** Who waits until there is no group. */
  private whenApplied: (() => void)[] = [];
  /** Whether a group is being encoded, and what the next one has to wait for. */
  private isWriting = false;
  private gate: Promise<void> | null = null;
  private readonly visits = new TurnTaking();
  private readonly writer = new ByteWriter(64 * 1024);

  /** Without a log, commits are applied at the loop's next turn. */
  constructor(data: HeadData, log: Log | null) {
    this.data = data;
    this.log = log;
  }

  /** Why a commit is not taken now: too many samples wait for the log; null where it is. */
  refusal(): LimitError | null {
    if (this.waitingSamples < QUEUED_SAMPLES_MAX) return null;
    const message = `${this.waitingSamples} samples wait for the log; await earlier commits`;
    return new LimitError('QUEUED_SAMPLES_MAX', message);
  }

  /** Takes over the rows of an appender, to which no time before `minTime` was valid. */
  commit(rows: readonly SampleRows[], minTime: number): Promise<CommitResult> {
    let samples = 0;
    for (const { count } of rows) samples += count;
    if (samples > 0) this.usualRows = samples;
    return this.push({ rows, minTime, samples, records: NO_RECORDS, onLogged: null });
  }

  /** Logs ready records, then calls `onLogged`, in order with the commits. */
  async record(records: readonly Uint8Array[], onLogged: () => void): Promise<void> {
    await this.push({ rows: NO_ROWS, minTime: Infinity, samples: 0, records, onLogged });
  }

  /** Sees to it that series get into the log without a sample. */
  logSeries(): void {
    if (!this.data.unlogged.isEmpty) this.schedule();
  }

  /**
   * Calls `work` when the log has no group open and everything before is applied; no group is
   * written until it is done. Resolves with what it returns.
   */
  exclusively<T>(work: (log: Log | null) => Promise<T>): Promise<T> {
    return this.visits.take(async () => {
      let open = ignore;
      this.gate = new Promise((resolve) => (open = resolve));
      try {
        while (this.isWriting) await nextTurn();
        await this.applied();
        return await work(this.log);
      } finally {
        this.gate = null;
        open();
      }
    });
  }

  /** Resolves when everything committed so far is in the log and applied, or has failed. */
  async settled(): Promise<void> {
    await this.record([], ignore).catch(ignore);
  }

  private push(entry: Entry): Promise<CommitResult> {
    const { rows, minTime, samples, records, onLogged } = entry;
    this.waitingSamples += samples;
    this.queuedSamples += samples;
    return new Promise((resolve, reject) => {
      const outOfBounds = 0;
      this.items.push({ rows, minTime, samples, records, onLogged, resolve, reject, outOfBounds });
      if (this.isWorthNow()) this.write(this.takeGroup());
      else this.schedule();
    });
  }

  /** Whether what waits is written now, so that a log elsewhere is at it while more comes. */
  private isWorthNow(): boolean {
    const { queuedSamples } = this;
    if (queuedSamples < HANDED_SAMPLES || queuedSamples > PORTION_SAMPLES) return false;
    if (this.log === null || !this.log.isElsewhere) return false;
    return this.gate === null && !this.isWriting && this.data.unlogged.isEmpty;
  }

  private write(group: Group): void {
    this.groups.push(group);
    try {
      this.encode(group);
    } catch (error) {
      group.refused(error);
      return;
    }
    this.flush(group);
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => void this.drain());
  }

  /** Writes group after group until nothing waits. */
  private async drain(): Promise<void> {
    do {
      while (this.gate !== null) await this.gate;
      if (this.items.length === 0 && this.data.unlogged.isEmpty) break;
      const group = this.takeGroup();
      if (group.isLarge) await this.writeLarge(group);
      else this.write(group);
      if (this.isWaiting()) await nextTurn();
    } while (this.isWaiting());
    this.isScheduled = false;
  }

  private async writeLarge(group: Group): Promise<void> {
    this.isWriting = true;
    this.groups.push(group);
    try {
      await this.encodeLarge(group);
      this.flush(group);
    } catch (error) {
      group.refused(error);
    }
    this.isWriting = false;
  }

  private flush(group: Group): void {
    // Not awaited: a log that writes elsewhere gets the next group meanwhile.
    if (this.log === null) group.flushed();
    else this.log.flushFor(group);
  }

  /** It is in the log, or has failed. */
  private readonly whenEnded = (group: Group): void => {
    // At once: the next group is not to be written without them.
    if (group.failure !== null) this.data.unlogged.giveBack(group.series);
    if (!this.isApplying) void this.applyLogged();
  };

  /** Applies what the log has, in the order in which it was written. */
  private async applyLogged(): Promise<void> {
    this.isApplying = true;
    let samples = 0;
    while (this.groups.length > 0 && this.groups[0].isLogged) {
      const group = this.groups[0];
      if (group.failure !== null) this.fail(group, group.failure.error);
      else {
        for (const item of group.items) {
          if (item.samples > PORTION_SAMPLES) await this.applyLong(item);
          else this.apply(item);
        }
      }
      this.groups.shift();
      samples += group.samples;
      const isLong = samples > PORTION_SAMPLES;
      if (isLong) samples = 0;
      // Who awaited these commits goes on before the next ones are applied.
      await (isLong ? nextTurn() : Promise.resolve());
    }
    this.isApplying = false;
    if (this.groups.length > 0) return;
    for (const resolve of this.whenApplied.splice(0)) resolve();
  }

  private applied(): Promise<void> {
    if (this.groups.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.whenApplied.push(resolve));
  }

  private isWaiting(): boolean {
    return this.items.length > 0 || !this.data.unlogged.isTaken;
  }

  private takeGroup(): Group {
    const { unlogged } = this.data;
    // What waits now has no series that comes later: however fast they come, they do not delay it.
    if (unlogged.begin()) this.readyItems = this.items.length;
    const series = unlogged.take(SERIES_PER_GROUP);
    const ready = unlogged.isTaken ? this.readyItems : 0;
    let samples = 0;
    let count = 0;
    while (count < ready && samples < PORTION_SAMPLES) samples += this.items[count++].samples;
    this.queuedSamples -= samples;
    return new Group(this.takeItems(count), series, samples, this.whenEnded);
  }

  private takeItems(count: number): readonly Item[] {
    if (count < this.items.length) return this.items.splice(0, count);
    const { items } = this;
    this.items = [];
    return items;
  }

  /** Adds a group to the log. */
  private encode({ series, items }: Group): void {
    const { log } = this;
    if (log !== null && series.length > 0) log.add(this.seriesRecord(series, 0, series.length));
    for (const item of items) {
      this.dropOutOfBounds(item);
      if (log === null) continue;
      for (const record of item.records) log.add(record);
      for (const rows of item.rows) this.addRows(log, rows);
    }
  }

  /** The same with turns of the loop in between. */
  private async encodeLarge({ series, items }: Group): Promise<void> {
    const { log } = this;
    for (let i = 0; log !== null && i < series.length; i += SERIES_PER_RECORD) {
      log.add(this.seriesRecord(series, i, Math.min(i + SERIES_PER_RECORD, series.length)));
      await nextTurn();
    }
    for (const item of items) {
      this.dropOutOfBounds(item);
      if (log === null) continue;
      for (const record of item.records) log.add(record);
      for (const rows of item.rows) {
        this.addRows(log, rows);
        await nextTurn();
      }
    }
  }

  private addRows(log: Log, rows: SampleRows): void {
    if (rows.count > 0) log.addRows(rows, this.data.kernel);
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
    if (item.minTime >= minValidTime) return;
    for (const rows of item.rows) item.outOfBounds += dropBefore(rows, minValidTime);
  }

  private apply(item: Item): void {
    const { isolation, kernel } = this.data;
    try {
      item.onLogged?.();
      kernel.clearTotals();
      if (item.samples > 0) isolation.beforeShort();
      for (const rows of item.rows) this.applyRows(rows);
      this.settle(item);
    } catch (error) {
      this.refuse(item, error);
    }
  }

  /** The same with turns of the loop in between, in which nothing of it is seen. */
  private async applyLong(item: Item): Promise<void> {
    const { isolation, kernel } = this.data;
    isolation.beforeLong();
    kernel.clearTotals();
    try {
      for (const rows of item.rows) {
        this.applyRows(rows);
        await nextTurn();
      }
      isolation.afterLong();
      this.settle(item);
    } catch (error) {
      isolation.afterLong();
      this.refuse(item, error);
    }
  }

  private settle(item: Item): void {
    const { kernel } = this.data;
    this.data.widen(kernel.minTime, kernel.maxTime);
    const { appended, outOfOrder, duplicate } = kernel;
    this.release(item);
    item.resolve({ appended, outOfOrder, duplicate, outOfBounds: item.outOfBounds });
  }

  private refuse(item: Item, error: unknown): void {
    this.release(item);
    item.reject(error);
  }

  private release({ rows, samples }: Item): void {
    this.waitingSamples -= samples;
    for (const applied of rows) this.data.lent.giveBack(applied);
  }

  private applyRows(rows: SampleRows): void {
    for (let row = 0; row < rows.count;) {
      row = this.data.kernel.append(rows, row);
      this.data.drainFinished();
    }
  }

  private fail({ items }: Group, error: unknown): void {
    for (const item of items) this.refuse(item, error);
  }
}

const NO_RECORDS: readonly Uint8Array[] = [];
const NO_ROWS: readonly SampleRows[] = [];

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
