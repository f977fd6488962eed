/**
 * Float histograms, encodings 3 and 6 (tsdb/chunkenc/float_histogram.go). Their samples:
 *
 *     first   time <varbit> | count <8b> | zero count <8b> | sum <8b> | bucket <8b> …
 *     later   time (dod, dod-integer.ts) | count | zero count | sum | bucket … (xor-value.ts each)
 *
 * Buckets are absolute counts, positive ones first. A later sample whose sum is the stale marker
 * ends behind the sum.
 */
import type { Columns } from '../model/columns.js';
import { isStale, wordsOf } from '../encoding/float-bits.js';
import type { BitReader } from './bit-reader.js';
import { DodInteger } from './dod-integer.js';
import type { HistogramLayout } from './histogram-layout.js';
import { decodeHistograms, type HistogramReader } from './histogram-sample.js';
import { readVarbitHalves } from './varbit.js';
import { XorReader } from './xor-value.js';

const BUCKET_BITS = 64;

/** Appends the samples of a chunk in encoding 3 (or 6, with start times) to `into`, all or none. */
export function decodeFloatHistogramChunk(
  data: Uint8Array,
  withStartTimes: boolean,
  into: Columns,
): void {
  const makeReader = (reader: BitReader, layout: HistogramLayout): HistogramReader =>
    new FloatReader(reader, layout);
  decodeHistograms({ withStartTimes, bucketBits: BUCKET_BITS, makeReader }, data, into);
}

/** Rows of the column in which the fields become doubles. */
const COUNT = 0;
const ZERO_COUNT = 1;
const SUM = 2;

class FloatReader implements HistogramReader {
  readonly isFloat = true;
  time = 0;
  private readonly reader: BitReader;
  private readonly timeField = new DodInteger();
  private readonly fields = [new XorReader(), new XorReader(), new XorReader()];
  private readonly column = new Float64Array(3);
  private readonly words = wordsOf(this.column);
  private readonly positive: BucketColumn;
  private readonly negative: BucketColumn;

  constructor(reader: BitReader, layout: HistogramLayout) {
    this.reader = reader;
    this.positive = new BucketColumn(layout.positiveCount);
    this.negative = new BucketColumn(layout.negativeCount);
  }

  get count(): number {
    return this.column[COUNT];
  }

  get zeroCount(): number {
    return this.column[ZERO_COUNT];
  }

  get sum(): number {
    return this.column[SUM];
  }

  readFirst(): void {
    const reader = this.reader;
    readVarbitHalves(reader);
    this.timeField.setFirst(reader);
    this.time = this.timeField.value(reader);
    for (const field of this.fields) field.readFirst(reader);
    this.publish();
    this.positive.readFirst(reader);
    this.negative.readFirst(reader);
  }

  read(): void {
    const reader = this.reader;
    this.timeField.read(reader);
    this.time = this.timeField.value(reader);
    for (const field of this.fields) field.read(reader);
    this.publish();
    if (isStale(this.sum)) return;
    this.positive.read(reader);
    this.negative.read(reader);
  }

  positiveBuckets(): Float64Array {
    return this.positive.counts.slice();
  }

  negativeBuckets(): Float64Array {
    return this.negative.counts.slice();
  }

  private publish(): void {
    for (let i = 0; i < this.fields.length; i++) this.fields[i].storeAt(this.words, i);
  }
}

/** The buckets of one side. */
class BucketColumn {
  readonly counts: Float64Array;
  private readonly words: Uint32Array;
  private readonly fields: XorReader[];

  constructor(count: number) {
    this.counts = new Float64Array(count);
    this.words = wordsOf(this.counts);
    this.fields = Array.from({ length: count }, () => new XorReader());
  }

  readFirst(reader: BitReader): void {
    for (let i = 0; i < this.fields.length; i++) {
      this.fields[i].readFirst(reader);
      this.fields[i].storeAt(this.words, i);
    }
  }

  read(reader: BitReader): void {
    for (let i = 0; i < this.fields.length; i++) {
      this.fields[i].read(reader);
      this.fields[i].storeAt(this.words, i);
    }
  }
}
