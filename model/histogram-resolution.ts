/**
 * Histograms of a finer resolution than Prometheus works with, brought down to it.
 *
 * Schema n has 2^n buckets to each power of two, so that 2^(n - m) neighbours of schema n make up
 * one bucket of schema m. Schemas 9 to 52 are reserved: a later Prometheus may write them, today's
 * reads them as schema 8 (model/histogram/histogram.go, ReduceResolution).
 */
import { assert } from './assert.js';
import { CUSTOM_BUCKETS_SCHEMA, Histogram, type Span } from './histogram.js';

/** The finest resolution that is worked with. */
export const SCHEMA_MAX = 8;
/** What is accepted beyond it, and below the coarsest one (-4), for later versions' sake. */
export const SCHEMA_MAX_RESERVED = 52;
export const SCHEMA_MIN_RESERVED = -9;

/** Whether histograms of this schema can be read at all. */
export function isKnownSchema(schema: number): boolean {
  if (schema === CUSTOM_BUCKETS_SCHEMA) return true;
  return schema >= SCHEMA_MIN_RESERVED && schema <= SCHEMA_MAX_RESERVED;
}

/** `histogram` with at most the finest resolution that is worked with; itself if it has that. */
export function withKnownResolution(histogram: Histogram): Histogram {
  const { schema } = histogram;
  if (schema <= SCHEMA_MAX) return histogram;
  assert(isKnownSchema(schema), 'the schema is known');
  const ratio = 2 ** (schema - SCHEMA_MAX);
  const positive = merged(histogram.positiveSpans, histogram.positiveBuckets, ratio);
  const negative = merged(histogram.negativeSpans, histogram.negativeBuckets, ratio);
  return new Histogram({
    isFloat: histogram.isFloat,
    counterResetHint: histogram.counterResetHint,
    schema: SCHEMA_MAX,
    zeroThreshold: histogram.zeroThreshold,
    zeroCount: histogram.zeroCount,
    count: histogram.count,
    sum: histogram.sum,
    positiveSpans: positive.spans,
    negativeSpans: negative.spans,
    positiveBuckets: positive.buckets,
    negativeBuckets: negative.buckets,
    customValues: histogram.customValues,
  });
}

/** One side with every `ratio` buckets added up; the buckets' indexes end at multiples of it. */
function merged(
  spans: readonly Span[],
  buckets: Float64Array,
  ratio: number,
): { spans: Span[]; buckets: Float64Array } {
  const counts = new Float64Array(buckets.length);
  const offsets: number[] = [];
  const lengths: number[] = [];
  let count = 0;
  let last = 0;
  let index = 0;
  let source = 0;
  for (const span of spans) {
    index += span.offset;
    for (let i = 0; i < span.length; i++, index++, source++) {
      const target = Math.floor((index - 1) / ratio) + 1;
      if (count > 0 && target === last) {
        counts[count - 1] += buckets[source];
        continue;
      }
      if (count > 0 && target === last + 1) lengths[lengths.length - 1]++;
      else {
        offsets.push(count === 0 ? target : target - last - 1);
        lengths.push(1);
      }
      counts[count++] = buckets[source];
      last = target;
    }
  }
  assert(source === buckets.length, 'the spans cover the buckets');
  const mergedSpans = offsets.map((offset, i) => ({ offset, length: lengths[i] }));
  return { spans: mergedSpans, buckets: counts.slice(0, count) };
}
