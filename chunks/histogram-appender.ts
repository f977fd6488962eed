/**
 * Builds one chunk of histograms, encodings 2, 3, 5 and 6, sample by sample; its bytes are
 * Prometheus 3.14's (tsdb/chunkenc/histogram.go, `AppendHistogram`, and its kin).
 *
 * All samples of a chunk have one layout. A histogram with new buckets makes the chunk be written
 * again with those of both; a bucket that it lacks is added to it, if nothing was counted there.
 * What does not fit is refused: another schema, a counter's reset, a sample behind a stale marker.
 */
import { isStale } from '../encoding/float-bits.js';
import { assert } from '../model/assert.js';
import {
  CUSTOM_BUCKETS_SCHEMA,
  HINT_GAUGE,
  HINT_RESET,
  type Histogram,
  type Span,
} from '../model/histogram.js';
import { BitWriter } from './bit-writer.js';
import {
  bucketIndexes,
  type BucketSide,
  type BucketUnion,
  countsFor,
  countsUp,
  spansOf,
  unionOfBuckets,
} from './bucket-spans.js';
import { type HistogramSampleWriter, makeSampleWriter } from './histogram-encoder.js';
import { type LayoutFields, writeLayout } from './histogram-layout.js';
import { StartTimeWriter } from './start-time.js';
import { COUNT_BYTES } from './xor.js';

/** What the header of a chunk says of a reset before it: two bits. */
export type ResetHeader = 0b00 | 0b01 | 0b10 | 0b11;
const UNKNOWN = 0b00;
const NOT_RESET = 0b01;
const RESET = 0b10;
const GAUGE = 0b11;
const RESET_SHIFT = 6;
/** The encodings without start times have room for so many; the others for fewer. */
const COUNT_MAX = 0xffff;
const ST_COUNT_MAX = 0x3fff;

const NO_SPANS: readonly Span[] = [];
const NO_BOUNDS = new Float64Array(0);
const STALE_LAYOUT: LayoutFields = {
  schema: 0,
  zeroThreshold: 0,
  positiveSpans: NO_SPANS,
  negativeSpans: NO_SPANS,
  customValues: NO_BOUNDS,
};

/** A sample with its buckets as the chunk has them. */
interface Row {
  readonly time: number;
  readonly startTime: number;
  readonly histogram: Histogram;
  readonly positive: BucketSide;
  readonly negative: BucketSide;
}

export class HistogramAppender {
  private readonly isFloat: boolean;
  private readonly withStartTimes: boolean;
  private resetHeader: ResetHeader = UNKNOWN;
  private readonly isHeaderGiven: boolean;
  private readonly rows: Row[] = [];
  private layout: LayoutFields = STALE_LAYOUT;
  private writer = new BitWriter();
  private samples: HistogramSampleWriter;
  private start = new StartTimeWriter();

  /**
   * `resetHeader` is what the chunk before, which refused the first sample of this one, gave;
   * absent where there is none.
   */
  constructor(isFloat: boolean, withStartTimes: boolean, resetHeader?: ResetHeader) {
    this.isFloat = isFloat;
    this.withStartTimes = withStartTimes;
    this.resetHeader = resetHeader ?? UNKNOWN;
    this.isHeaderGiven = resetHeader !== undefined;
    this.samples = makeSampleWriter(isFloat);
  }

  get sampleCount(): number {
    return this.rows.length;
  }

  /** The chunk so far, as a view that holds until the next append. */
  bytes(): Uint8Array {
    const { writer, resetHeader } = this;
    const resetBits = resetHeader << RESET_SHIFT;
    writer.setU16(0, this.rows.length | (this.withStartTimes ? resetBits << 8 : 0));
    writer.setU8(COUNT_BYTES, this.withStartTimes ? this.start.header : resetBits);
    return writer.bytes();
  }

  /**
   * Appends a sample, not before the last one; returns null, or, where the chunk cannot take it,
   * what the header of the chunk that begins with it says.
   */
  append(time: number, startTime: number, histogram: Histogram): ResetHeader | null {
    assert(histogram.isFloat === this.isFloat, 'a chunk has one kind of histograms');
    assert(this.rows.length < (this.withStartTimes ? ST_COUNT_MAX : COUNT_MAX), 'a chunk has room');
    const positive = sideOf(histogram.positiveSpans, histogram.positiveBuckets);
    const negative = sideOf(histogram.negativeSpans, histogram.negativeBuckets);
    const row: Row = { time, startTime, histogram, positive, negative };
    if (this.rows.length === 0) {
      this.begin(row);
      return null;
    }
    const isGauge = histogram.counterResetHint === HINT_GAUGE;
    const refusal = isGauge ? this.refuseGauge(row) : this.refuseCounter(row);
    if (refusal !== null) return refusal;
    if (isStale(histogram.sum)) this.write(row);
    else this.fit(row);
    return null;
  }

  private begin(row: Row): void {
    const { histogram } = row;
    const { counterResetHint } = histogram;
    if (!this.isHeaderGiven && counterResetHint === HINT_GAUGE) this.resetHeader = GAUGE;
    if (!this.isHeaderGiven && counterResetHint === HINT_RESET) this.resetHeader = RESET;
    this.layout = isStale(histogram.sum) ? STALE_LAYOUT : histogram;
    this.beginWriting();
    this.write(row);
  }

  /** Why a chunk of gauges cannot take a gauge: then the next one is of gauges, too. */
  private refuseGauge({ histogram }: Row): ResetHeader | null {
    if (this.resetHeader !== GAUGE) return GAUGE;
    if (isStale(histogram.sum)) return null;
    const isRefused = isStale(this.last.histogram.sum) || !this.hasSameScale(histogram);
    return isRefused ? GAUGE : null;
  }

  private refuseCounter(row: Row): ResetHeader | null {
    const header = this.refusalOf(row);
    // Chunks of floats say no more than whether there was a reset.
    return header === null || !this.isFloat || header === RESET ? header : UNKNOWN;
  }

  private refusalOf({ histogram, positive, negative }: Row): ResetHeader | null {
    const { last, layout } = this;
    if (this.resetHeader === GAUGE) return NOT_RESET;
    if (histogram.counterResetHint === HINT_RESET) return RESET;
    if (isStale(histogram.sum)) return null;
    if (isStale(last.histogram.sum)) return UNKNOWN;
    if (histogram.count < last.histogram.count) return RESET;
    if (histogram.schema !== layout.schema) return UNKNOWN;
    if (histogram.zeroThreshold !== layout.zeroThreshold) return UNKNOWN;
    if (!this.hasSameScale(histogram)) return RESET;
    if (histogram.zeroCount < last.histogram.zeroCount) return RESET;
    if (!countsUp(last.positive, positive) || !countsUp(last.negative, negative)) return RESET;
    return null;
  }

  private hasSameScale(histogram: Histogram): boolean {
    const { schema, zeroThreshold, customValues } = this.layout;
    if (histogram.schema !== schema || histogram.zeroThreshold !== zeroThreshold) return false;
    if (schema !== CUSTOM_BUCKETS_SCHEMA) return true;
    const bounds = histogram.customValues;
    return bounds.length === customValues.length && bounds.every((b, i) => b === customValues[i]);
  }

  /** Gives the sample and the chunk the same buckets, and writes the sample. */
  private fit(row: Row): void {
    const { last } = this;
    const positive = unionOfBuckets(last.positive.indexes, row.positive.indexes);
    const negative = unionOfBuckets(last.negative.indexes, row.negative.indexes);
    if (positive.isNewToChunk || negative.isNewToChunk) {
      this.widen(row.histogram, positive, negative);
    }
    this.write(withBuckets(row, positive.indexes, negative.indexes));
  }

  /** Writes the chunk again with the buckets of both. */
  private widen(histogram: Histogram, positive: BucketUnion, negative: BucketUnion): void {
    // The spans stay the sample's own where it has all buckets; those of gauges on both sides.
    const isGauge = histogram.counterResetHint === HINT_GAUGE;
    const isEither = positive.isNewToSample || negative.isNewToSample;
    const joined = (union: BucketUnion, spans: readonly Span[]): readonly Span[] =>
      (isGauge ? isEither : union.isNewToSample) ? spansOf(union.indexes) : spans;
    this.layout = {
      ...this.layout,
      positiveSpans: joined(positive, histogram.positiveSpans),
      negativeSpans: joined(negative, histogram.negativeSpans),
    };
    const rows = this.rows.map((row) => withBuckets(row, positive.indexes, negative.indexes));
    this.rows.length = 0;
    this.beginWriting();
    for (const row of rows) this.write(row);
  }

  private beginWriting(): void {
    this.writer = new BitWriter();
    this.samples = makeSampleWriter(this.isFloat);
    this.start = new StartTimeWriter();
    this.writer.bits(0, 8 * (COUNT_BYTES + 1));
    writeLayout(this.writer, this.layout);
  }

  private write(row: Row): void {
    const { writer, rows } = this;
    const { time, startTime, histogram, positive, negative } = row;
    const buckets = { positive: positive.counts, negative: negative.counts };
    if (rows.length === 0) this.samples.writeFirst(writer, time, histogram, buckets);
    else this.samples.write(writer, time, histogram, buckets);
    if (this.withStartTimes) {
      const previous = rows.at(-1)?.time ?? 0;
      this.start.write(writer, rows.length, { time, previous, startTime });
    }
    rows.push(row);
  }

  private get last(): Row {
    return this.rows[this.rows.length - 1];
  }
}

function sideOf(spans: readonly Span[], counts: Float64Array): BucketSide {
  return { indexes: bucketIndexes(spans), counts };
}

function withBuckets(row: Row, positive: readonly number[], negative: readonly number[]): Row {
  // A stale marker has no buckets, whatever the others have.
  if (isStale(row.histogram.sum)) return row;
  return {
    ...row,
    positive: { indexes: positive, counts: countsFor(row.positive, positive) },
    negative: { indexes: negative, counts: countsFor(row.negative, negative) },
  };
}
