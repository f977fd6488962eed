/**
 * The living head of a database that is written to: appenders in, readers out, and what goes into
 * blocks is cut off at the front. live-replay.ts rebuilds it when a directory is opened.
 */
import type { HeadSnapshot } from '../compact/head-snapshot.js';
import { selectPostings } from '../index/select.js';
import { addInterval, type Interval, MAX_TIME } from '../model/interval.js';
import type { Matcher } from '../model/matcher.js';
import { Pacer } from '../model/pacer.js';
import type { Steps } from '../model/steps.js';
import { ByteWriter } from '../encoding/byte-writer.js';
import type { Log } from '../wal/log.js';
import { encodeTombstones, type TombstoneEntry } from '../wal/record.js';
import { Appender } from './appender.js';
import { CommitQueue } from './commit-queue.js';
import { cleanHead } from './head-cleaner.js';
import type { HeadData } from './head-data.js';
import { Handover } from './head-handover.js';
import { HeadReader } from './head-reader.js';
import { LogExpiries } from './log-expiries.js';
import { type Counted, headStats, type TsdbStats } from './stats.js';
import { TurnTaking } from './turn-taking.js';

/** Deletions in a log record. */
const TOMBSTONES_PER_RECORD = 16 * 1024;
/** Finding out what to delete of a series, in the pacer's units. */
const DELETION_UNITS = 50;

export interface LiveHeadOptions {
  /** Samples later than this are refused; absent: none is for that. */
  readonly latestTime?: () => number;
  /**
   * Series that are gone, of which the log may still have samples: what replay found; continued.
   */
  readonly expiries?: LogExpiries;
}

/** What a head holds in memory, in bytes. */
export interface HeadMemory {
  /** Open chunks, their state, and rows on their way. */
  readonly openChunks: number;
  /** Where full chunks lie, and what of them is in memory. */
  readonly fullChunks: number;
  /** Label texts and postings. */
  readonly postings: number;
  /** Which labels each series has. */
  readonly labels: number;
  /** Look-up by labels and by ref. */
  readonly tables: number;
  readonly total: number;
  /** `total` by series; 0 without series. */
  readonly perSeries: number;
}

/** The state of an open chunk, its blocks' places, last time and ref: kernel/assembly/head. */
const SLOT_BYTES = 176;

export class LiveHead {
  readonly data: HeadData;
  private readonly queue: CommitQueue;
  private readonly handover: Handover;
  private readonly latestTime?: () => number;
  private readonly expiries: LogExpiries;
  private readonly cleaning = new TurnTaking();
  private readonly pacer = new Pacer();

  /** Takes over `data` and its chunk files; without a log, nothing outlives the process. */
  constructor(data: HeadData, log: Log | null, options: LiveHeadOptions = {}) {
    this.data = data;
    this.queue = new CommitQueue(data, log);
    this.handover = new Handover(data);
    this.latestTime = options.latestTime;
    this.expiries = options.expiries ?? new LogExpiries();
  }

  /** The time of the first sample that queries see, in ms; MAX_TIME before the first one. */
  get minTime(): number {
    return this.data.minTime;
  }

  /** The time of the last sample; MIN_TIME before the first one. */
  get maxTime(): number {
    return this.data.maxTime;
  }

  get seriesCount(): number {
    return this.data.store.count;
  }

  get chunkCount(): number {
    return this.data.lists.count + this.data.kernel.chunksOpen;
  }

  /** How many readers are open. */
  get readerCount(): number {
    return this.data.isolation.readerCount;
  }

  /** Collects samples for one commit. */
  appender(): Appender {
    return new Appender({ data: this.data, queue: this.queue, latestTime: this.latestTime });
  }

  /**
   * A reader of what is committed now and lies in the closed range; null where that is nothing. The
   * caller releases it.
   */
  reader(range: Interval): HeadReader | null {
    const { minTime, maxTime } = this.data;
    if (range.maxTime < minTime || range.minTime > maxTime || minTime === MAX_TIME) return null;
    const clamped = { minTime: Math.max(range.minTime, minTime), maxTime: range.maxTime };
    return new HeadReader(this.data, clamped);
  }

  /**
   * Hides the samples of the closed range of the series that match, as far as they have some by
   * now. Resolves when that is logged.
   */
  async delete(matchers: readonly Matcher[], range: Interval, signal?: AbortSignal): Promise<void> {
    const stones = await this.pacer.run(this.stonesOf(matchers, range), signal);
    const writer = new ByteWriter();
    const records: Uint8Array[] = [];
    for (let i = 0; i < stones.length; i += TOMBSTONES_PER_RECORD) {
      writer.clear();
      encodeTombstones(stones.slice(i, i + TOMBSTONES_PER_RECORD), writer);
      records.push(writer.bytes().slice());
    }
    const { tombstones, store } = this.data;
    await this.queue.record(records, () => {
      for (const { ref, minTime, maxTime } of stones) {
        if (store.slotOf(ref) < 0) continue;
        tombstones.set(ref, addInterval(tombstones.get(ref) ?? [], { minTime, maxTime }));
      }
    });
  }

  /**
   * From now on nothing before `time` is taken: it is about to go into a block. Resolves when what
   * was committed before is applied.
   */
  async holdBefore(time: number): Promise<void> {
    this.data.minValidTime = Math.max(this.data.minValidTime, time);
    await this.queue.settled();
  }

  /**
   * What it has of a closed range, for a block: after `holdBefore`, and before `truncate`. Throws a
   * `NoSpaceError` where full chunks cannot be written.
   */
  snapshotFor(range: Interval, signal?: AbortSignal): Promise<HeadSnapshot> {
    const { chunks } = this.data;
    return this.cleaning.take(async () => {
      // Before, so that a full disk is told at once.
      await chunks.flush();
      const snapshot = await this.pacer.run(this.handover.take(range), signal);
      // Chunks that have become full meanwhile lie behind those that were there.
      await chunks.flush();
      return snapshot;
    });
  }

  /**
   * Cuts off what lies before `time`, which is in blocks that readers get from now on: new readers
   * begin there at once; when the readers before are gone, chunks and series are dropped.
   */
  truncate(time: number, signal?: AbortSignal): Promise<void> {
    const { data } = this;
    if (data.minTime >= time && data.isInitialized) return this.cleaning.idle();
    const hasSamples = data.isInitialized;
    data.minTime = time;
    data.minValidTime = Math.max(data.minValidTime, time);
    data.maxTime = Math.max(data.maxTime, time);
    if (!hasSamples) return this.cleaning.idle();
    return this.cleaning.take(async () => {
      await data.isolation.whenNoneBefore(time);
      await this.clean(time, signal);
    });
  }

  /** Whether a checkpoint that drops samples before `minTime` keeps the record of a series. */
  keepsSeries(ref: number, minTime: number): boolean {
    return this.data.store.slotOf(ref) >= 0 || this.expiries.timeOf(ref) >= minTime;
  }

  /** The log has no samples before `minTime` any more: series that are gone may be forgotten. */
  forgetSeriesBefore(minTime: number): void {
    this.expiries.dropBefore(minTime);
  }

  /** Calls `work` with the log while no group of commits is open in it. */
  exclusively<T>(work: (log: Log | null) => Promise<T>): Promise<T> {
    return this.queue.exclusively(work);
  }

  /** Resolves when everything committed so far is logged and applied, or has failed. */
  settled(): Promise<void> {
    return this.queue.settled();
  }

  /** Cardinality, in the shape of `/api/v1/status/tsdb`; at most `limit` a list. */
  stats(limit: number): Steps<TsdbStats> {
    const { minTime, maxTime, store } = this.data;
    const { postings } = store;
    const counted: Counted = {
      postings,
      chunkCount: this.chunkCount,
      range: { minTime, maxTime },
    };
    return headStats(counted, limit);
  }

  memory(): HeadMemory {
    const { kernel, lists, chunks, store } = this.data;
    const { postings, labels, tables } = store.sizes();
    const openChunks = kernel.heapBytes + SLOT_BYTES * kernel.slotLimit;
    const fullChunks = lists.sizeBytes() + chunks.memoryBytes;
    const total = openChunks + fullChunks + postings + labels + tables;
    const perSeries = store.count === 0 ? 0 : total / store.count;
    return { openChunks, fullChunks, postings, labels, tables, total, perSeries };
  }

  /** Ends it in good order: what was committed is logged, full chunks are in their files. */
  async close(): Promise<void> {
    await this.queue.settled();
    await this.cleaning.idle();
    await this.data.chunks.close();
  }

  private async clean(time: number, signal?: AbortSignal): Promise<void> {
    const { data } = this;
    const { minTime, gone } = await this.pacer.run(cleanHead(data, time), signal);
    if (gone.count > 0) this.expiries.addAll(gone.refSet(), minTime);
    if (minTime > data.minTime) {
      // Prometheus' truncateSeriesAndChunkDiskMapper: raised, but not into what may still come.
      const raised = Math.min(minTime, data.appendableMinTime());
      data.minTime = Math.max(data.minTime, raised);
      data.minValidTime = Math.max(data.minValidTime, raised);
    }
    data.chunks.truncate(time);
  }

  private *stonesOf(matchers: readonly Matcher[], range: Interval): Steps<TombstoneEntry[]> {
    const { data } = this;
    const from = Math.max(range.minTime, data.minTime);
    const to = Math.min(range.maxTime, data.maxTime);
    const stones: TombstoneEntry[] = [];
    const selection = yield* selectPostings(data.store.postings, matchers);
    for (let moved = selection.move(); moved !== 'ended'; moved = selection.move()) {
      yield DELETION_UNITS;
      const ref = moved === 'on' ? selection.at : 0;
      const slot = data.store.slotOf(ref);
      if (slot < 0) continue;
      const minTime = Math.max(from, data.minTimeOf(slot));
      const maxTime = Math.min(to, data.kernel.lastTimes[slot]);
      if (minTime <= maxTime) stones.push({ ref, minTime, maxTime });
    }
    return stones;
  }
}
