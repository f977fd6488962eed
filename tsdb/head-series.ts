/**
 * One series of a head that was rebuilt from the log: in-order samples, out-of-order samples, and
 * what was deleted of them.
 *
 * In-order samples lie in m-mapped chunks (`mapped`, read from chunks_head on demand) and, newer
 * than those, in `tail`. Out-of-order samples lie in m-mapped chunks of their own and, newer in the
 * log, in runs of at most 32 sorted samples, as Prometheus keeps them (tsdb/ooo_head.go).
 */
import {
  ENCODING_FLOAT_HISTOGRAM,
  ENCODING_FLOAT_HISTOGRAM_ST,
  ENCODING_HISTOGRAM,
  ENCODING_HISTOGRAM_ST,
} from '../chunks/chunk.js';
import type { HeadChunk } from '../chunks/head-chunk-list.js';
import { mergeColumns } from '../chunks/merge.js';
import { Columns } from '../model/columns.js';
import type { Histogram } from '../model/histogram.js';
import { addInterval, covers, type Interval, MIN_TIME } from '../model/interval.js';
import type { Labels } from '../model/labels.js';
import { HeadTail, type ValueKind } from './head-tail.js';
import type { MemoryRun } from './memory-run.js';
import { OutOfOrderRuns } from './out-of-order.js';
import { keepVisible } from './sample-range.js';

/** A stretch of samples: an m-mapped chunk, or one in memory. */
type Run = HeadChunk | MemoryRun;

/** Reads an m-mapped chunk: what `HeadChunkFiles` does. */
export type ReadHeadChunk = (chunk: HeadChunk, into: Columns) => void;

export class HeadSeries {
  readonly labels: Labels;
  private mapped: readonly HeadChunk[] = [];
  private mappedOutOfOrder: readonly HeadChunk[] = [];
  private mappedMaxTime = MIN_TIME;
  private tail = new HeadTail();
  /** Made at the first out-of-order sample: most series never have one. */
  private outOfOrder: OutOfOrderRuns | null = null;
  private deleted: readonly Interval[] = [];

  constructor(labels: Labels) {
    this.labels = labels;
  }

  /**
   * Starts over with these m-mapped chunks, sorted by time: a Series record does that, also one
   * that repeats the labels under a new ref, whose chunks then replace the old ones even when it
   * has none (Prometheus' resetSeriesWithMMappedChunks).
   */
  reset(mapped: readonly HeadChunk[], mappedOutOfOrder: readonly HeadChunk[]): void {
    this.mapped = mapped;
    this.mappedOutOfOrder = mappedOutOfOrder;
    this.mappedMaxTime = mapped.length === 0 ? MIN_TIME : mapped[mapped.length - 1].maxTime;
    this.tail = new HeadTail();
    this.outOfOrder = null;
  }

  /** The time of the last in-order sample; MIN_TIME without one. */
  get lastTime(): number {
    return Math.max(this.mappedMaxTime, this.tail.lastTime);
  }

  /** The kind of the last in-order sample; `float` without one. */
  get lastKind(): ValueKind {
    if (this.tail.count > 0) return this.tail.lastKind;
    return this.mapped.length === 0
      ? 'float'
      : kindOf(this.mapped[this.mapped.length - 1].encoding);
  }

  /** Takes row `row` of `values` as the next in-order float; one that is not newer is ignored. */
  appendFloat(time: number, startTime: number, values: Float64Array, row: number): void {
    if (time > this.lastTime) this.tail.appendFloat(time, startTime, values, row);
  }

  /** Takes an in-order histogram; one that is not newer is ignored. */
  appendHistogram(time: number, startTime: number, histogram: Histogram): void {
    if (time > this.lastTime) this.tail.appendHistogram(time, startTime, histogram);
  }

  insertFloat(time: number, startTime: number, values: Float64Array, row: number): void {
    this.outOfOrder ??= new OutOfOrderRuns();
    this.outOfOrder.insertFloat(time, startTime, values, row);
  }

  insertHistogram(time: number, startTime: number, histogram: Histogram): void {
    this.outOfOrder ??= new OutOfOrderRuns();
    this.outOfOrder.insertHistogram(time, startTime, histogram);
  }

  /** The open out-of-order run lies in an m-mapped chunk by now: forget it. */
  clearOpenOutOfOrder(): void {
    this.outOfOrder?.clearOpen();
  }

  /** Hides the samples of a closed range. */
  delete(interval: Interval): void {
    this.deleted = addInterval(this.deleted, interval);
  }

  get isEmpty(): boolean {
    return this.inOrderRuns().length === 0 && this.outOfOrderRuns().length === 0;
  }

  get chunkCount(): number {
    return this.inOrderRuns().length + this.outOfOrderRuns().length;
  }

  /** Whether a run meets the range and is not deleted as a whole. */
  isVisible(range: Interval): boolean {
    return this.visibleRuns(range).length > 0;
  }

  /** Appends the samples of the closed range to `into`, in time order. */
  read(range: Interval, readChunk: ReadHeadChunk, into: Columns): void {
    const start = into.count;
    for (const group of overlapping(this.visibleRuns(range))) {
      if (group.length === 1) readRun(group[0], readChunk, into);
      else
        mergeColumns(
          group.map((run) => decoded(run, readChunk)),
          into,
        );
    }
    keepVisible(into, start, { ...range, deleted: this.deleted });
  }

  private visibleRuns(range: Interval): Run[] {
    const runs = [...this.inOrderRuns(), ...this.outOfOrderRuns()].filter(
      (run) =>
        run.minTime <= range.maxTime &&
        range.minTime <= run.maxTime &&
        !this.deleted.some((interval) => covers(interval, run)),
    );
    // Stable: at equal times in-order runs stay in front, as their smaller chunk ids do there.
    return runs.sort((a, b) => a.minTime - b.minTime);
  }

  private inOrderRuns(): Run[] {
    return [...this.mapped, ...this.tail.runs()];
  }

  private outOfOrderRuns(): Run[] {
    return [...this.mappedOutOfOrder, ...(this.outOfOrder?.runs() ?? [])];
  }
}

function kindOf(encoding: number): ValueKind {
  switch (encoding) {
    case ENCODING_HISTOGRAM:
    case ENCODING_HISTOGRAM_ST:
      return 'histogram';
    case ENCODING_FLOAT_HISTOGRAM:
    case ENCODING_FLOAT_HISTOGRAM_ST:
      return 'float histogram';
    default:
      return 'float';
  }
}

/** Cuts runs that are sorted by min time into groups that overlap only within. */
function overlapping(runs: readonly Run[]): Run[][] {
  const groups: Run[][] = [];
  let maxTime = -Infinity;
  for (const run of runs) {
    if (run.minTime > maxTime) groups.push([run]);
    else groups[groups.length - 1].push(run);
    maxTime = Math.max(maxTime, run.maxTime);
  }
  return groups;
}

function decoded(run: Run, readChunk: ReadHeadChunk): Columns {
  const columns = new Columns();
  readRun(run, readChunk, columns);
  return columns;
}

function readRun(run: Run, readChunk: ReadHeadChunk, into: Columns): void {
  if ('read' in run) run.read(into);
  else readChunk(run, into);
}
