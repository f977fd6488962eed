/**
 * The head of a database as a source of series: what lies in the log and in m-mapped head chunks
 * and in no block yet. Rebuilt by head-replay.ts and immutable from then on.
 *
 * Series are numbered in label order, and postings hold these numbers: so a query gets them sorted.
 */
import type { HeadChunkFiles } from '../chunks/head-chunks.js';
import { MemPostings } from '../index/mem-postings.js';
import { selectLabelNames, selectLabelValues, selectPostings } from '../index/select.js';
import type { Selection } from '../index/selection.js';
import type { Columns } from '../model/columns.js';
import type { Interval } from '../model/interval.js';
import { Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import type { Series, SeriesCursor, SeriesSource } from '../model/queryable.js';
import { sortSteps } from '../model/sort-steps.js';
import type { Moved, Steps } from '../model/steps.js';
import { PASSED_MAX } from './block-series.js';
import type { HeadSeries, ReadHeadChunk } from './head-series.js';
import { Lifetime } from './lifetime.js';
import type { Pacer } from '../model/pacer.js';

/** Entering a series into the postings, in the pacer's units. */
const UNITS_PER_SERIES = 500;
/** Series whose chunks are counted in a step, and what each costs. */
const COUNTED_PER_STEP = 512;
const COUNT_UNITS = 40;

/** What a head is made of. */
export interface HeadContent {
  /** In any order, label sets once each. */
  readonly series: readonly HeadSeries[];
  /** Closed by the head. */
  readonly chunkFiles: HeadChunkFiles;
  /** The closed range of in-order samples; [MAX_TIME, MIN_TIME] without one. */
  readonly inOrder: Interval;
  /** The time of the first of them that the log has; MAX_TIME without one. */
  readonly firstTime: number;
  /** The closed range of out-of-order samples, likewise. */
  readonly outOfOrder: Interval;
}

export class Head implements SeriesSource {
  /** In label order. */
  readonly series: readonly HeadSeries[];
  readonly postings: MemPostings;
  readonly inOrder: Interval;
  readonly firstTime: number;
  readonly outOfOrder: Interval;
  private readonly lifetime: Lifetime;
  private readonly readChunk: ReadHeadChunk;

  private constructor(content: HeadContent, series: readonly HeadSeries[], postings: MemPostings) {
    const { chunkFiles } = content;
    this.series = series;
    this.postings = postings;
    this.lifetime = new Lifetime('the head', () => chunkFiles.close());
    this.readChunk = (chunk, into) => chunkFiles.read(chunk, into);
    this.inOrder = content.inOrder;
    this.firstTime = content.firstTime;
    this.outOfOrder = content.outOfOrder;
  }

  /** Numbers the series and takes over the chunk files. */
  static async build(content: HeadContent, pacer: Pacer, signal?: AbortSignal): Promise<Head> {
    const byLabels = (a: HeadSeries, b: HeadSeries): number => a.labels.compare(b.labels);
    const series = await pacer.run(sortSteps(content.series, byLabels), signal);
    const postings = new MemPostings();
    for (let number = 0; number < series.length; number++) {
      postings.add(number, series[number].labels);
      if (pacer.isDue(UNITS_PER_SERIES)) await pacer.turn(signal);
    }
    return new Head(content, series, postings);
  }

  /** How many chunks there are: a step counts some series. */
  *countChunks(): Steps<number> {
    let count = 0;
    for (let i = 0; i < this.series.length; i++) {
      count += this.series[i].chunkCount;
      if (i % COUNTED_PER_STEP === 0) yield COUNTED_PER_STEP * COUNT_UNITS;
    }
    return count;
  }

  /** Whether it may hold samples of the closed range. */
  overlaps(minTime: number, maxTime: number): boolean {
    const isMet = (own: Interval): boolean => own.minTime <= maxTime && minTime <= own.maxTime;
    return isMet(this.inOrder) || isMet(this.outOfOrder);
  }

  *select(matchers: readonly Matcher[], minTime: number, maxTime: number): Steps<SeriesCursor> {
    const selection = yield* selectPostings(this.postings, matchers);
    return new HeadCursor(this.series, selection, { minTime, maxTime }, this.readChunk);
  }

  labelNames(matchers: readonly Matcher[]): Steps<string[]> {
    return selectLabelNames(this.postings, matchers);
  }

  labelValues(name: string, matchers: readonly Matcher[]): Steps<string[]> {
    return selectLabelValues(this.postings, name, matchers);
  }

  /** Keeps it open until `release()`. */
  acquire(): void {
    this.lifetime.acquire();
  }

  release(): void {
    this.lifetime.release();
  }

  /** Closes its chunk files once the last reader is gone. Idempotent. */
  close(): void {
    this.lifetime.close();
  }
}

class HeadCursor implements SeriesCursor, Series {
  labels = Labels.EMPTY;
  private readonly all: readonly HeadSeries[];
  private readonly selection: Selection;
  private readonly range: Interval;
  private readonly readChunk: ReadHeadChunk;

  constructor(
    all: readonly HeadSeries[],
    selection: Selection,
    range: Interval,
    readChunk: ReadHeadChunk,
  ) {
    this.all = all;
    this.selection = selection;
    this.range = range;
    this.readChunk = readChunk;
  }

  get series(): Series {
    return this;
  }

  move(): Moved {
    for (let passed = 0; passed < PASSED_MAX; passed++) {
      const moved = this.selection.move();
      if (moved !== 'on') return moved;
      const one = this.all[this.selection.at];
      if (!one.isVisible(this.range)) continue;
      this.labels = one.labels;
      return 'on';
    }
    return 'paused';
  }

  read(into: Columns): void {
    this.all[this.selection.at].read(this.range, this.readChunk, into);
  }
}
