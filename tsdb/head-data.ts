/**
 * The state of a living head: its series, their chunks, what is deleted of them, and which times it
 * holds. Those who write (commit-queue.ts), read (head-reader.ts), clean (head-cleaner.ts) and
 * rebuild it (live-replay.ts) work on this.
 */
import { EntryDecoder } from '../chunks/entry-decoder.js';
import type { FinishedChunks } from '../kernel/finished-chunks.js';
import type { HeadKernel } from '../kernel/head-kernel.js';
import { Kernel } from '../kernel/kernel.js';
import { type Interval, MAX_TIME, MIN_TIME, TIME_MAX } from '../model/interval.js';
import { ChunkLists } from './chunk-lists.js';
import type { FullChunks } from './full-chunks.js';
import { Isolation } from './isolation.js';
import { LentRows } from './lent-rows.js';
import { SeriesStore } from './series-store.js';
import { UnloggedSeries } from './unlogged-series.js';

export interface HeadDataOptions {
  /** How long a range of chunks is, in ms: that of the smallest blocks. */
  readonly chunkRangeMs: number;
  /** At most so many series are made. */
  readonly seriesMax: number;
}

export class HeadData {
  readonly kernel: HeadKernel;
  /** For readers of its chunks. */
  readonly decoder = new EntryDecoder(new Kernel());
  readonly chunks: FullChunks;
  readonly store: SeriesStore;
  readonly lists = new ChunkLists();
  readonly isolation: Isolation;
  readonly lent: LentRows;
  /** By ref: what is hidden of a series; sorted, disjoint. */
  readonly tombstones = new Map<number, readonly Interval[]>();
  readonly unlogged = new UnloggedSeries();
  /** The closed range of what it holds, in ms; [MAX_TIME, MIN_TIME] before the first sample. */
  minTime = MAX_TIME;
  maxTime = MIN_TIME;
  /** Earlier samples are in blocks, or going there, and not taken any more. */
  minValidTime = MIN_TIME;
  /** For a value on its way to a comparison by bits. */
  readonly scratch = new Float64Array(1);
  private readonly chunkRangeMs: number;

  constructor(kernel: HeadKernel, chunks: FullChunks, options: HeadDataOptions) {
    this.kernel = kernel;
    this.chunks = chunks;
    this.chunkRangeMs = options.chunkRangeMs;
    this.store = new SeriesStore(kernel, options.seriesMax);
    this.isolation = new Isolation(kernel);
    this.lent = new LentRows(kernel);
  }

  get isInitialized(): boolean {
    return this.minTime !== MAX_TIME;
  }

  /** The first sample that is tried decides where a head without samples begins. */
  initTime(time: number): void {
    if (this.isInitialized) return;
    this.minTime = time;
    this.maxTime = Math.max(this.maxTime, time);
  }

  /** Samples before this are out of bounds: Prometheus' appendableMinValidTime. */
  appendableMinTime(): number {
    const windowStart = this.maxTime - Math.trunc(this.chunkRangeMs / 2);
    return Math.max(windowStart, this.minValidTime, -TIME_MAX);
  }

  /** Counts the times of samples that are there now. */
  widen(minTime: number, maxTime: number): void {
    if (minTime < this.minTime) this.minTime = minTime;
    if (maxTime > this.maxTime) this.maxTime = maxTime;
  }

  /** Stores the chunks that the kernel has finished, and makes room for more. */
  drainFinished(): void {
    const { finished } = this.kernel;
    if (finished.count > 0) this.take(finished);
  }

  private take(finished: FinishedChunks): void {
    const maxTime = greatest(finished.maxTimes, finished.count);
    this.lists.pushAll(finished, this.chunks.append(finished.bytes(), maxTime));
    finished.clear();
  }

  /** The time of a series' first sample; MAX_TIME without one. */
  minTimeOf(slot: number): number {
    const first = this.lists.first(slot);
    if (first !== 0) return this.lists.minTimeAt(first);
    return this.kernel.hasOpenChunk(slot) ? this.kernel.openMinTime(slot) : MAX_TIME;
  }
}

/** Of the first `count` values; in a function of its own, since V8 compiles its loop by itself. */
function greatest(values: Float64Array, count: number): number {
  let found = -Infinity;
  for (let i = 0; i < count; i++) if (values[i] > found) found = values[i];
  return found;
}
