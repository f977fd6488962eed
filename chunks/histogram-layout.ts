/**
 * The layout in front of a histogram chunk's samples, common to all of them
 * (tsdb/chunkenc/histogram_meta.go):
 *
 *     zero threshold | schema <varbit> | positive SPANS | negative SPANS | custom bounds, schema -53
 *
 *     zero threshold   <1b>: 0 = none, 1..254 = 2^(b - 244), 255 = followed by <8b>
 *     SPANS            n <varbit> | n × ( length <varbit> | offset <varbit> )
 *     custom bounds    n <varbit> | n × ( 1000·bound + 1 <varbit>, or one 0 bit | bound <8b> )
 *
 * Schemas 9 to 52, which newer servers may write, are known but reduced on reading
 * (model/histogram-resolution.ts).
 */
import { DecodeError } from '../model/errors.js';
import { CUSTOM_BUCKETS_SCHEMA, type Span } from '../model/histogram.js';
import { isKnownSchema, SCHEMA_MAX } from '../model/histogram-resolution.js';
import { wordsOf } from '../encoding/float-bits.js';
import type { BitReader } from './bit-reader.js';
import type { BitWriter } from './bit-writer.js';
import { readVarbitInt, readVarbitUint, writeVarbitInt, writeVarbitUint } from './varbit.js';

const ZERO_THRESHOLD_RAW = 255;
/** What is added to a power of two to give its code, and the codes that there are. */
const POWER_BIAS = 244;
const POWER_MIN = 1 - POWER_BIAS;
const POWER_MAX = 254 - POWER_BIAS;
/** Bounds that are multiples of a thousandth up to this take four bytes at most. */
const THOUSANDTHS_MAX = 33_554_430;
const INT32_MAX = 2 ** 31 - 1;
const UINT32_MAX = 2 ** 32 - 1;

export interface HistogramLayout {
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly positiveSpans: readonly Span[];
  readonly negativeSpans: readonly Span[];
  /** How many buckets the spans have. */
  readonly positiveCount: number;
  readonly negativeCount: number;
  readonly customValues: Float64Array;
}

/** Reads a layout; `bucketBits` is what a bucket of the first sample takes at least. */
export function readLayout(reader: BitReader, bucketBits: number): HistogramLayout {
  const zeroThreshold = readZeroThreshold(reader);
  const at = reader.offset;
  const schema = readVarbitInt(reader);
  if (!isKnownSchema(schema)) throw new DecodeError(`unknown histogram schema ${schema}`, at);
  const positiveSpans = readSpans(reader, schema);
  const negativeSpans = readSpans(reader, schema);
  const customValues =
    schema === CUSTOM_BUCKETS_SCHEMA ? readCustomBounds(reader) : new Float64Array(0);
  const positiveCount = bucketCount(positiveSpans);
  const negativeCount = bucketCount(negativeSpans);
  if ((positiveCount + negativeCount) * bucketBits > reader.remainingBits) {
    const count = positiveCount + negativeCount;
    throw new DecodeError(`${count} buckets do not fit in the rest of the chunk`, at);
  }
  return {
    schema,
    zeroThreshold,
    positiveSpans,
    negativeSpans,
    positiveCount,
    negativeCount,
    customValues,
  };
}

function readZeroThreshold(reader: BitReader): number {
  const code = reader.bits(8);
  if (code === 0) return 0;
  if (code !== ZERO_THRESHOLD_RAW) return 2 ** (code - POWER_BIAS);
  return readDouble(reader);
}

function readSpans(reader: BitReader, schema: number): Span[] {
  const at = reader.offset;
  const count = readVarbitUint(reader);
  // A span takes two bits at least.
  if (2 * count > reader.remainingBits) {
    throw new DecodeError(`${count} spans do not fit in the rest of the chunk`, at);
  }
  const spans: Span[] = [];
  for (let i = 0; i < count; i++) {
    const spanAt = reader.offset;
    const length = readVarbitUint(reader);
    const offset = readVarbitInt(reader);
    if (length > UINT32_MAX || Math.abs(offset) > INT32_MAX) {
      throw new DecodeError(`span of ${length} buckets at ${offset} is out of range`, spanAt);
    }
    // Buckets that are merged must come in order.
    if (schema > SCHEMA_MAX && i > 0 && offset < 0) {
      throw new DecodeError(`span ${i} of schema ${schema} goes back by ${-offset}`, spanAt);
    }
    spans.push({ offset, length });
  }
  return spans;
}

function readCustomBounds(reader: BitReader): Float64Array {
  const at = reader.offset;
  const count = readVarbitUint(reader);
  // A bound takes five bits at least.
  if (5 * count > reader.remainingBits) {
    throw new DecodeError(`${count} custom bounds do not fit in the rest of the chunk`, at);
  }
  const bounds = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const code = readVarbitUint(reader);
    bounds[i] = code === 0 ? readDouble(reader) : (code - 1) / 1000;
  }
  return bounds;
}

function readDouble(reader: BitReader): number {
  reader.wideBits(64);
  const view = new DataView(new ArrayBuffer(8));
  view.setInt32(0, reader.high);
  view.setInt32(4, reader.low);
  return view.getFloat64(0);
}

function bucketCount(spans: readonly Span[]): number {
  let count = 0;
  for (const span of spans) count += span.length;
  return count;
}

/** What a layout says, without what it counts. */
export type LayoutFields = Omit<HistogramLayout, 'positiveCount' | 'negativeCount'>;

export function writeLayout(writer: BitWriter, layout: LayoutFields): void {
  writeZeroThreshold(writer, layout.zeroThreshold);
  writeVarbitInt(writer, layout.schema);
  writeSpans(writer, layout.positiveSpans);
  writeSpans(writer, layout.negativeSpans);
  if (layout.schema !== CUSTOM_BUCKETS_SCHEMA) return;
  writeVarbitUint(writer, layout.customValues.length);
  for (const bound of layout.customValues) writeCustomBound(writer, bound);
}

function writeZeroThreshold(writer: BitWriter, threshold: number): void {
  if (threshold === 0) {
    writer.bits(0, 8);
    return;
  }
  const power = Math.round(Math.log2(threshold));
  if (2 ** power === threshold && power >= POWER_MIN && power <= POWER_MAX) {
    writer.bits(power + POWER_BIAS, 8);
  } else {
    writer.bits(ZERO_THRESHOLD_RAW, 8);
    writeDouble(writer, threshold);
  }
}

function writeSpans(writer: BitWriter, spans: readonly Span[]): void {
  writeVarbitUint(writer, spans.length);
  for (const { length, offset } of spans) {
    writeVarbitUint(writer, length);
    writeVarbitInt(writer, offset);
  }
}

function writeCustomBound(writer: BitWriter, bound: number): void {
  const thousandths = Math.round(bound * 1000);
  const isShort = bound * 1000 >= 0 && bound * 1000 <= THOUSANDTHS_MAX;
  if (isShort && thousandths / 1000 === bound) writeVarbitUint(writer, thousandths + 1);
  else {
    writeVarbitUint(writer, 0);
    writeDouble(writer, bound);
  }
}

/** 64 plain bits. */
export function writeDouble(writer: BitWriter, value: number): void {
  DOUBLE[0] = value;
  writer.wideBits(DOUBLE_WORDS[1], DOUBLE_WORDS[0], 64);
}

const DOUBLE = new Float64Array(1);
const DOUBLE_WORDS = wordsOf(DOUBLE);
