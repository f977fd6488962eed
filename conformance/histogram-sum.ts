/** Sums of native histograms, for sequences of scripts such as `{{…}}+{{…}}x5`. */
import { CUSTOM_BUCKETS_SCHEMA, Histogram, type Span } from '../model/histogram.js';

/** Counts by bucket index; buckets without any are left out. */
export type BucketCounts = ReadonlyMap<number, number>;

/** The counts of one side, by index. */
export function bucketCounts(spans: readonly Span[], buckets: Float64Array): BucketCounts {
  const counts = new Map<number, number>();
  let index = 0;
  let row = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let i = 0; i < length; i++, index++, row++) {
      if (buckets[row] !== 0) counts.set(index, buckets[row]);
    }
  }
  return counts;
}

/** `a` and `factor` times `b`, at the coarser resolution of both. */
export function addHistograms(a: Histogram, b: Histogram, factor: number): Histogram {
  const schema = Math.min(a.schema, b.schema);
  const positive = new Map<number, number>();
  const negative = new Map<number, number>();
  for (const [histogram, times] of [
    [a, 1],
    [b, factor],
  ] as const) {
    const isCustom = histogram.schema === CUSTOM_BUCKETS_SCHEMA;
    const shift = isCustom ? 1 : 2 ** (histogram.schema - schema);
    const { positiveSpans, positiveBuckets, negativeSpans, negativeBuckets } = histogram;
    addTo(positive, bucketCounts(positiveSpans, positiveBuckets), times, shift);
    addTo(negative, bucketCounts(negativeSpans, negativeBuckets), times, shift);
  }
  return new Histogram({
    isFloat: true,
    counterResetHint: a.counterResetHint,
    schema,
    zeroThreshold: Math.max(a.zeroThreshold, b.zeroThreshold),
    zeroCount: a.zeroCount + factor * b.zeroCount,
    count: a.count + factor * b.count,
    sum: a.sum + factor * b.sum,
    ...sides(positive, negative),
    customValues: a.customValues,
  });
}

/** Bucket i of a schema lies in bucket ceil(i / 2) of the next coarser one. */
function addTo(
  sum: Map<number, number>,
  counts: BucketCounts,
  factor: number,
  shift: number,
): void {
  for (const [index, count] of counts) {
    const coarse = Math.ceil(index / shift);
    sum.set(coarse, (sum.get(coarse) ?? 0) + factor * count);
  }
}

function sides(
  positive: BucketCounts,
  negative: BucketCounts,
): Pick<Histogram, 'positiveSpans' | 'positiveBuckets' | 'negativeSpans' | 'negativeBuckets'> {
  const above = dense(positive);
  const below = dense(negative);
  return {
    positiveSpans: above.spans,
    positiveBuckets: above.buckets,
    negativeSpans: below.spans,
    negativeBuckets: below.buckets,
  };
}

/** One span from the first bucket to the last. */
function dense(counts: BucketCounts): { spans: Span[]; buckets: Float64Array } {
  if (counts.size === 0) return { spans: [], buckets: new Float64Array(0) };
  const first = Math.min(...counts.keys());
  const buckets = new Float64Array(Math.max(...counts.keys()) - first + 1);
  for (const [index, count] of counts) buckets[index - first] = count;
  return { spans: [{ offset: first, length: buckets.length }], buckets };
}
