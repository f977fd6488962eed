/**
 * The in-order samples of one series that are newer than its m-mapped chunks.
 *
 * Floats are sealed into XOR chunks of 120 as they come, so that a head of millions of series does
 * not cost 16 bytes a sample; what XOR cannot hold (histograms, start timestamps) stays as columns.
 */
import { decodeChunk, ENCODING_XOR } from '../chunks/chunk.js';
import { XorAppender } from '../chunks/xor.js';
import { Columns } from '../model/columns.js';
import type { Histogram } from '../model/histogram.js';
import { MIN_TIME } from '../model/interval.js';
import { columnsRun, type MemoryRun } from './memory-run.js';

/** Prometheus' default of samples per chunk. */
const SEALED_SAMPLES = 120;
/** Most series of a short log have a handful of samples. */
const INITIAL_SAMPLES = 8;

/** What kind of value a series last took: it decides what a stale marker becomes. */
export type ValueKind = 'float' | 'histogram' | 'float histogram';

export class HeadTail {
  count = 0;
  lastTime = MIN_TIME;
  lastKind: ValueKind = 'float';
  private readonly closed: MemoryRun[] = [];
  private open: Columns | null = null;

  /** Takes row `row` of `values`; `time` is beyond `lastTime`. */
  appendFloat(time: number, startTime: number, values: Float64Array, row: number): void {
    const open = this.openFor(time, 'float');
    open.reserve(1);
    const target = open.count++;
    open.times[target] = time;
    open.values[target] = values[row];
    if (startTime !== 0 || open.startTimes !== null) open.withStartTimes()[target] = startTime;
    if (open.histograms !== null) open.histograms[target] = undefined;
  }

  /** Takes a histogram; `time` is beyond `lastTime`. */
  appendHistogram(time: number, startTime: number, histogram: Histogram): void {
    const kind = histogram.isFloat ? 'float histogram' : 'histogram';
    this.openFor(time, kind).pushHistogram(time, startTime, histogram);
  }

  /** What there is, in time order. */
  runs(): MemoryRun[] {
    return this.open === null ? this.closed : [...this.closed, columnsRun(this.open)];
  }

  private openFor(time: number, kind: ValueKind): Columns {
    if (this.open !== null && (this.open.count === SEALED_SAMPLES || kind !== this.lastKind)) {
      this.closed.push(sealed(this.open));
      this.open = null;
    }
    this.count++;
    this.lastTime = time;
    this.lastKind = kind;
    return (this.open ??= new Columns(INITIAL_SAMPLES));
  }
}

function sealed(columns: Columns): MemoryRun {
  if (columns.histograms !== null || columns.startTimes !== null) return columnsRun(columns);
  const appender = new XorAppender();
  for (let i = 0; i < columns.count; i++) {
    appender.append(columns.times, columns.values, i);
  }
  const data = appender.bytes().slice();
  return {
    minTime: columns.times[0],
    maxTime: columns.times[columns.count - 1],
    read: (into) => decodeChunk(ENCODING_XOR, data, into),
  };
}
