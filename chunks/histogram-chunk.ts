/**
 * Integer histograms, encodings 2 and 5 (tsdb/chunkenc/histogram.go). Their samples:
 *
 *     first   time <varbit> | count <varbit> | zero count <varbit> | sum <8b> | bucket <varbit> …
 *     later   time | count | zero count (dods, dod-integer.ts) | sum (xor-value.ts) | bucket dod …
 *
 * A stored bucket is the difference to its left neighbour, the leftmost one a count. Positive ones
 * come first. A later sample whose sum is the stale marker ends behind the sum.
 */
import type { Columns } from '../model/columns.js';
import { DecodeError } from '../model/errors.js';
import { isStale, wordsOf } from '../encoding/float-bits.js';
import type { BitReader } from './bit-reader.js';
import { DodInteger } from './dod-integer.js';
import type { HistogramLayout } from './histogram-layout.js';
import { decodeHistograms, type HistogramReader } from './histogram-sample.js';
import { readVarbitHalves, readVarbitUnsignedHalves } from './varbit.js';
import { XorReader } from './xor-value.js';

/** A varbit of zero. */
const BUCKET_BITS = 1;

/** Appends the samples of a chunk in encoding 2 (or 5, with start times) to `into`, all or none. */
export function decodeHistogramChunk(
  data: Uint8Array,
  withStartTimes: boolean,
  into: Columns,
): void {
  const makeReader = (reader: BitReader, layout: HistogramLayout): HistogramReader =>
    new IntegerReader(reader, layout);
  decodeHistograms({ withStartTimes, bucketBits: BUCKET_BITS, makeReader }, data, into);
}

class IntegerReader implements HistogramReader {
  readonly isFloat = false;
  time = 0;
  count = 0;
  zeroCount = 0;
  private readonly reader: BitReader;
  private readonly timeField = new DodInteger();
  private readonly countField = new DodInteger();
  private readonly zeroCountField = new DodInteger();
  private readonly sumField = new XorReader();
  private readonly sumColumn = new Float64Array(1);
  private readonly sumWords = wordsOf(this.sumColumn);
  private readonly positive: DodInteger[];
  private readonly negative: DodInteger[];

  constructor(reader: BitReader, layout: HistogramLayout) {
    this.reader = reader;
    this.positive = Array.from({ length: layout.positiveCount }, () => new DodInteger());
    this.negative = Array.from({ length: layout.negativeCount }, () => new DodInteger());
  }

  get sum(): number {
    return this.sumColumn[0];
  }

  readFirst(): void {
    const reader = this.reader;
    readVarbitHalves(reader);
    this.timeField.setFirst(reader);
    this.time = this.timeField.value(reader);
    readVarbitUnsignedHalves(reader);
    this.countField.setFirst(reader);
    readVarbitUnsignedHalves(reader);
    this.zeroCountField.setFirst(reader);
    this.sumField.readFirst(reader);
    this.takeCounts();
    for (const bucket of this.positive) readFirstBucket(reader, bucket);
    for (const bucket of this.negative) readFirstBucket(reader, bucket);
  }

  read(): void {
    const reader = this.reader;
    this.timeField.read(reader);
    this.time = this.timeField.value(reader);
    this.countField.read(reader);
    this.zeroCountField.read(reader);
    this.sumField.read(reader);
    this.takeCounts();
    if (isStale(this.sum)) return;
    for (const bucket of this.positive) bucket.read(reader);
    for (const bucket of this.negative) bucket.read(reader);
  }

  positiveBuckets(): Float64Array {
    return this.absolute(this.positive);
  }

  negativeBuckets(): Float64Array {
    return this.absolute(this.negative);
  }

  private absolute(buckets: readonly DodInteger[]): Float64Array {
    const counts = new Float64Array(buckets.length);
    let count = 0;
    for (let i = 0; i < buckets.length; i++) {
      count += buckets[i].value(this.reader);
      if (!Number.isSafeInteger(count)) {
        throw new DecodeError('bucket count exceeds 2^53', this.reader.offset);
      }
      counts[i] = count;
    }
    return counts;
  }

  /** Publishes the sum, and the counts unless they mean nothing because the sample is stale. */
  private takeCounts(): void {
    this.sumField.storeAt(this.sumWords, 0);
    if (isStale(this.sum)) return;
    this.count = this.countField.value(this.reader);
    this.zeroCount = this.zeroCountField.value(this.reader);
    if (this.count < 0 || this.zeroCount < 0) {
      throw new DecodeError('histogram count exceeds 2^53', this.reader.offset);
    }
  }
}

function readFirstBucket(reader: BitReader, bucket: DodInteger): void {
  readVarbitHalves(reader);
  bucket.setFirst(reader);
}
