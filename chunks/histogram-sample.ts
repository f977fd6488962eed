/**
 * What the four histogram encodings share: the header, the loop over samples, the hints, and the
 * making of `Histogram` values. The two sample codecs are histogram-chunk.ts and
 * float-histogram-chunk.ts (tsdb/chunkenc/histogram.go, float_histogram.go, their _st variants):
 *
 *     2, 3   count <2b>                           | reset header <1b>: bits 7-6
 *     5, 6   reset header: bits 7-6, count <14>   | start header <1b>
 *            | layout (histogram-layout.ts) | sample | start | sample | start | …
 *
 *     reset header: 00 unknown, 01 no reset, 10 reset, 11 gauge
 */
import type { Columns } from '../model/columns.js';
import {
  type CounterResetHint,
  HINT_GAUGE,
  HINT_NOT_RESET,
  HINT_UNKNOWN,
  Histogram,
} from '../model/histogram.js';
import { withKnownResolution } from '../model/histogram-resolution.js';
import { isStale } from '../encoding/float-bits.js';
import { BitReader } from './bit-reader.js';
import { type HistogramLayout, readLayout } from './histogram-layout.js';
import { StartTimeReader } from './start-time.js';
import { COUNT_BYTES, readCount } from './xor.js';

const HEADER_BYTES = COUNT_BYTES + 1;
const RESET_HEADER_SHIFT = 6;
const RESET_HEADER_GAUGE = 0b11;
const ST_COUNT_MASK = 0x3fff;
const NO_BUCKETS = new Float64Array(0);

/** Reads the samples of one chunk in order; after `read()` the fields are those of the sample. */
export interface HistogramReader {
  readonly isFloat: boolean;
  readonly time: number;
  readonly sum: number;
  readonly count: number;
  readonly zeroCount: number;
  /** Reads the first sample, or one of the later ones. */
  readFirst(): void;
  read(): void;
  /** The absolute counts of one side, as a column that nobody else keeps. */
  positiveBuckets(): Float64Array;
  negativeBuckets(): Float64Array;
}

export type HistogramReaderMaker = (reader: BitReader, layout: HistogramLayout) => HistogramReader;

/** How the chunk's encoding differs from its siblings. */
export interface HistogramEncoding {
  readonly withStartTimes: boolean;
  /** Bits that a bucket of the first sample takes at least. */
  readonly bucketBits: number;
  readonly makeReader: HistogramReaderMaker;
}

/** How many samples a chunk of this encoding says to hold. */
export function histogramSampleCount(data: Uint8Array, withStartTimes: boolean): number {
  const count = readCount(data);
  return withStartTimes ? count & ST_COUNT_MASK : count;
}

/** Appends the chunk's samples to `into`, all of them or, when a `DecodeError` is thrown, none. */
export function decodeHistograms(
  encoding: HistogramEncoding,
  data: Uint8Array,
  into: Columns,
): void {
  const count = histogramSampleCount(data, encoding.withStartTimes);
  const bits = new BitReader(data, HEADER_BYTES);
  if (count === 0) return;
  const resetByte = encoding.withStartTimes ? data[0] : data[COUNT_BYTES];
  const isGauge = resetByte >>> RESET_HEADER_SHIFT === RESET_HEADER_GAUGE;
  const start = new StartTimeReader(encoding.withStartTimes ? data[COUNT_BYTES] : 0);
  const layout = readLayout(bits, encoding.bucketBits);
  const reader = encoding.makeReader(bits, layout);
  const rowsBefore = into.count;
  try {
    for (let i = 0; i < count; i++) {
      const previous = reader.time;
      if (i === 0) reader.readFirst();
      else reader.read();
      start.read(bits, i, reader.time, previous);
      // The chunk before this one may be gone, so its first sample knows nothing of a reset.
      const hint = isGauge ? HINT_GAUGE : i === 0 ? HINT_UNKNOWN : HINT_NOT_RESET;
      into.pushHistogram(reader.time, start.startTime, histogramOf(reader, layout, hint));
    }
  } catch (error) {
    into.count = rowsBefore;
    throw error;
  }
}

function histogramOf(
  reader: HistogramReader,
  layout: HistogramLayout,
  counterResetHint: CounterResetHint,
): Histogram {
  if (isStale(reader.sum)) return staleHistogram(reader);
  const stored = new Histogram({
    isFloat: reader.isFloat,
    counterResetHint,
    schema: layout.schema,
    zeroThreshold: layout.zeroThreshold,
    zeroCount: reader.zeroCount,
    count: reader.count,
    sum: reader.sum,
    positiveSpans: layout.positiveSpans,
    negativeSpans: layout.negativeSpans,
    positiveBuckets: reader.positiveBuckets(),
    negativeBuckets: reader.negativeBuckets(),
    customValues: layout.customValues,
  });
  return withKnownResolution(stored);
}

/** A stale marker says nothing but that. */
function staleHistogram(reader: HistogramReader): Histogram {
  return new Histogram({
    isFloat: reader.isFloat,
    counterResetHint: HINT_UNKNOWN,
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 0,
    sum: reader.sum,
    positiveSpans: [],
    negativeSpans: [],
    positiveBuckets: NO_BUCKETS,
    negativeBuckets: NO_BUCKETS,
    customValues: NO_BUCKETS,
  });
}
