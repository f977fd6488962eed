/**
 * Samples of one series into chunks of whatever encodings they need (storage/series.go,
 * `seriesToChunkEncoder`; tsdb/querier.go, `populateCurrForSingleChunk`).
 *
 * A chunk ends after 120 samples, where the kind of samples changes, where a sample has a start
 * time that the chunk has no room for, and where a histogram does not fit (histogram-appender.ts).
 */
import { assert } from '../model/assert.js';
import type { Columns } from '../model/columns.js';
import type { Kernel } from '../kernel/kernel.js';
import {
  ENCODING_FLOAT_HISTOGRAM,
  ENCODING_FLOAT_HISTOGRAM_ST,
  ENCODING_HISTOGRAM,
  ENCODING_HISTOGRAM_ST,
  ENCODING_XOR,
  ENCODING_XOR2,
} from './chunk.js';
import { HistogramAppender, type ResetHeader } from './histogram-appender.js';
import type { RawChunk } from './segment-format.js';
import { XorAppender } from './xor.js';
import { Xor2Appender } from './xor2.js';

/** What Prometheus puts into a chunk when it merges blocks, whatever it takes in bytes. */
export const SAMPLES_PER_CHUNK = 120;

/** A chunk with the closed range of its samples, in ms. */
export interface EncodedChunk extends RawChunk {
  readonly minTime: number;
  readonly maxTime: number;
}

/** The encoding of floats without start times. */
export type FloatEncoding = typeof ENCODING_XOR | typeof ENCODING_XOR2;

/** All rows, sorted by time, as chunks of 120 samples at most. */
export function encodeSamples(
  samples: Columns,
  floatEncoding: FloatEncoding = ENCODING_XOR,
): EncodedChunk[] {
  const encoder = new Encoder(samples);
  for (let row = 0; row < samples.count; row++) {
    encoder.append(row, encodingOf(samples, row, floatEncoding), SAMPLES_PER_CHUNK);
  }
  return encoder.end();
}

/**
 * The same of floats without start times, by the kernel; the data of a chunk holds until `take`
 * returns.
 */
export function encodeFloats(
  samples: Columns,
  kernel: Kernel,
  take: (chunk: EncodedChunk) => void,
): void {
  const { times, count } = samples;
  assert(samples.histograms === null && samples.startTimes === null, 'all are plain floats');
  for (let first = 0; first < count; first += SAMPLES_PER_CHUNK) {
    const end = Math.min(first + SAMPLES_PER_CHUNK, count);
    const data = kernel.encodeXor(samples, first, end);
    take({ encoding: ENCODING_XOR, data, minTime: times[first], maxTime: times[end - 1] });
  }
}

/**
 * What is left of a chunk, in its encoding: one chunk, or more where one cannot hold them (a stale
 * marker among gauges, at which Prometheus gives up).
 */
export function recodeChunk(encoding: number, samples: Columns): EncodedChunk[] {
  const encoder = new Encoder(samples);
  for (let row = 0; row < samples.count; row++) encoder.append(row, encoding, Infinity);
  return encoder.end();
}

function encodingOf(samples: Columns, row: number, floatEncoding: FloatEncoding): number {
  const histogram = samples.histograms?.[row];
  const isStarted = samples.startTimes !== null && samples.startTimes[row] !== 0;
  if (histogram === undefined) return isStarted ? ENCODING_XOR2 : floatEncoding;
  if (histogram.isFloat) return isStarted ? ENCODING_FLOAT_HISTOGRAM_ST : ENCODING_FLOAT_HISTOGRAM;
  return isStarted ? ENCODING_HISTOGRAM_ST : ENCODING_HISTOGRAM;
}

/** One appender or another, as rows need it. */
type Appender = XorAppender | Xor2Appender | HistogramAppender;

class Encoder {
  private readonly samples: Columns;
  private readonly chunks: EncodedChunk[] = [];
  private appender: Appender | null = null;
  private encoding = 0;
  /** Where the open chunk begins. */
  private first = 0;

  constructor(samples: Columns) {
    this.samples = samples;
  }

  append(row: number, encoding: number, samplesMax: number): void {
    const { appender } = this;
    const fits = appender !== null && this.takes(encoding) && row - this.first < samplesMax;
    if (!fits) this.begin(row, encoding);
    const header = this.put(row);
    if (header === null) return;
    this.begin(row, encoding, header);
    assert(this.put(row) === null, 'an empty chunk takes any sample');
  }

  end(): EncodedChunk[] {
    this.finish(this.samples.count);
    return this.chunks;
  }

  /** An open XOR2 chunk goes on with samples that no longer need it. */
  private takes(encoding: number): boolean {
    if (this.encoding === encoding) return true;
    return this.encoding === ENCODING_XOR2 && encoding === ENCODING_XOR;
  }

  private begin(row: number, encoding: number, header?: ResetHeader): void {
    this.finish(row);
    this.first = row;
    this.encoding = encoding;
    this.appender = makeAppender(encoding, header);
  }

  /** Appends to the open chunk; where that refuses, what the header of the next one says. */
  private put(row: number): ResetHeader | null {
    const { appender, samples } = this;
    const { times, values } = samples;
    const startTime = samples.startTimes === null ? 0 : samples.startTimes[row];
    if (appender instanceof XorAppender) appender.append(times, values, row);
    else if (appender instanceof Xor2Appender) appender.append(times, values, row, startTime);
    else {
      const histogram = samples.histograms?.[row];
      assert(appender !== null && histogram !== undefined, 'a histogram chunk gets histograms');
      return appender.append(times[row], startTime, histogram);
    }
    return null;
  }

  private finish(end: number): void {
    if (this.appender === null) return;
    const { encoding, first, samples } = this;
    const data = this.appender.bytes();
    this.appender = null;
    this.chunks.push({
      encoding,
      data,
      minTime: samples.times[first],
      maxTime: samples.times[end - 1],
    });
  }
}

function makeAppender(encoding: number, header?: ResetHeader): Appender {
  switch (encoding) {
    case ENCODING_XOR:
      return new XorAppender();
    case ENCODING_XOR2:
      return new Xor2Appender();
    case ENCODING_HISTOGRAM:
      return new HistogramAppender(false, false, header);
    case ENCODING_FLOAT_HISTOGRAM:
      return new HistogramAppender(true, false, header);
    case ENCODING_HISTOGRAM_ST:
      return new HistogramAppender(false, true, header);
    default:
      assert(encoding === ENCODING_FLOAT_HISTOGRAM_ST, 'an encoding is known');
      return new HistogramAppender(true, true, header);
  }
}
