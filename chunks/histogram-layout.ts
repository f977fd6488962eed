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
 * Schemas 9 to 52, which newer servers may write, are reduced to 8 on reading: `2^(schema - 8)`
 * neighbours become one bucket.
 */
import { DecodeError } from '../model/errors.js';
import { CUSTOM_BUCKETS_SCHEMA, type Span } from '../model/histogram.js';
import type { BitReader } from './bit-reader.js';
import { readVarbitInt, readVarbitUint } from './varbit.js';

const SCHEMA_MIN = -9;
const SCHEMA_MAX_READ = 52;
/** The finest schema that Prometheus computes with. */
const SCHEMA_MAX = 8;
const ZERO_THRESHOLD_RAW = 255;
const INT32_MAX = 2 ** 31 - 1;
const UINT32_MAX = 2 ** 32 - 1;

/** One side's buckets. */
export interface BucketLayout {
  /** As the histogram shows them: reduced, where the schema is. */
  readonly spans: readonly Span[];
  /** How many buckets each sample stores. */
  readonly storedCount: number;
  /** How many the histogram has. */
  readonly count: number;
  /** For each stored bucket the one that it is added to; null where each stays itself. */
  readonly targets: Uint32Array | null;
}

export interface HistogramLayout {
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly positive: BucketLayout;
  readonly negative: BucketLayout;
  readonly customValues: Float64Array;
}

/** Reads a layout; `bucketBits` is what a bucket of the first sample takes at least. */
export function readLayout(reader: BitReader, bucketBits: number): HistogramLayout {
  const zeroThreshold = readZeroThreshold(reader);
  const at = reader.offset;
  const schema = readVarbitInt(reader);
  const isCustom = schema === CUSTOM_BUCKETS_SCHEMA;
  if (!isCustom && (schema < SCHEMA_MIN || schema > SCHEMA_MAX_READ)) {
    throw new DecodeError(`unknown histogram schema ${schema}`, at);
  }
  const positive = readSpans(reader);
  const negative = readSpans(reader);
  const customValues = isCustom ? readCustomBounds(reader) : new Float64Array(0);
  const buckets = bucketCount(positive) + bucketCount(negative);
  if (buckets * bucketBits > reader.remainingBits) {
    throw new DecodeError(`${buckets} buckets do not fit in the rest of the chunk`, at);
  }
  return {
    schema: isCustom ? schema : Math.min(schema, SCHEMA_MAX),
    zeroThreshold,
    positive: bucketLayout(positive, schema, at),
    negative: bucketLayout(negative, schema, at),
    customValues,
  };
}

function readZeroThreshold(reader: BitReader): number {
  const code = reader.bits(8);
  if (code === 0) return 0;
  if (code !== ZERO_THRESHOLD_RAW) return 2 ** (code - 244);
  return readDouble(reader);
}

function readSpans(reader: BitReader): Span[] {
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

function bucketLayout(spans: readonly Span[], schema: number, at: number): BucketLayout {
  const storedCount = bucketCount(spans);
  if (schema <= SCHEMA_MAX) return { spans, storedCount, count: storedCount, targets: null };
  return { storedCount, ...reduced(spans, storedCount, 2 ** (schema - SCHEMA_MAX), at) };
}

/** Merges each `factor` neighbours into one bucket (model/histogram/generic.go, reduceResolution). */
function reduced(
  stored: readonly Span[],
  storedCount: number,
  factor: number,
  at: number,
): { spans: Span[]; count: number; targets: Uint32Array } {
  const targets = new Uint32Array(storedCount);
  const spans: Span[] = [];
  let index = 0;
  let lastTarget = 0;
  let count = 0;
  let bucket = 0;
  stored.forEach((span, i) => {
    if (i > 0 && span.offset < 0) {
      throw new DecodeError(`span ${i} has the negative offset ${span.offset}`, at);
    }
    index += span.offset;
    for (let j = 0; j < span.length; j++, index++, bucket++) {
      // Bucket i covers (base^(i-1), base^i], so that i - 1 is what divides evenly.
      const target = Math.floor((index - 1) / factor) + 1;
      if (count === 0 || target > lastTarget) {
        const gap = count === 0 ? target : target - lastTarget - 1;
        const last = spans.length - 1;
        if (count > 0 && gap === 0) {
          spans[last] = { offset: spans[last].offset, length: spans[last].length + 1 };
        } else spans.push({ offset: gap, length: 1 });
        lastTarget = target;
        count++;
      }
      targets[bucket] = count - 1;
    }
  });
  return { spans, count, targets };
}
