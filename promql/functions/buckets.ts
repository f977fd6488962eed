/**
 * Quantiles and fractions of a classic histogram from its cumulative buckets, with linear
 * interpolation within a bucket (`BucketQuantile`, `BucketFraction` in promql/quantile.go).
 */

export interface Bucket {
  readonly upperBound: number;
  /** Cumulative. */
  count: number;
}

export interface BucketQuantile {
  readonly value: number;
  /** Where counts fell from bucket to bucket and were lifted; null where they did not. */
  readonly forced: ForcedMonotonicity | null;
}

export interface ForcedMonotonicity {
  readonly minBucket: number;
  readonly maxBucket: number;
  readonly maxDifference: number;
}

/** Relative differences below this are rounding errors. */
const TOLERANCE = 1e-12;
/** The least normal double. */
const MIN_NORMAL = 2 ** -1022;

/** Sorts `buckets`, of which there is at least one. */
export function bucketQuantile(quantile: number, buckets: Bucket[]): BucketQuantile {
  const plain = (value: number): BucketQuantile => ({ value, forced: null });
  if (quantile !== quantile) return plain(NaN);
  if (quantile < 0) return plain(-Infinity);
  if (quantile > 1) return plain(Infinity);
  sortBuckets(buckets);
  if (buckets[buckets.length - 1].upperBound !== Infinity) return plain(NaN);
  const joined = joinEqualBounds(buckets);
  const forced = forceMonotonicity(joined);
  const observations = joined[joined.length - 1].count;
  if (joined.length < 2 || observations === 0) return { value: NaN, forced };
  return { value: interpolate(joined, quantile * observations), forced };
}

function interpolate(buckets: readonly Bucket[], wanted: number): number {
  const last = buckets.length - 1;
  let at = 0;
  let end = last;
  while (at < end) {
    const middle = (at + end) >>> 1;
    if (buckets[middle].count >= wanted) end = middle;
    else at = middle + 1;
  }
  if (at === last) return buckets[last - 1].upperBound;
  const { upperBound } = buckets[at];
  if (at === 0 && upperBound <= 0) return upperBound;
  let { count } = buckets[at];
  let start = 0;
  let rank = wanted;
  if (at > 0) {
    start = buckets[at - 1].upperBound;
    count -= buckets[at - 1].count;
    rank -= buckets[at - 1].count;
  }
  return start + (upperBound - start) * (rank / count);
}

/** Which part of the observations lies between two values. Sorts `buckets`. */
export function bucketFraction(lower: number, upper: number, buckets: Bucket[]): number {
  sortBuckets(buckets);
  if (buckets[buckets.length - 1].upperBound !== Infinity) return NaN;
  const joined = joinEqualBounds(buckets);
  const { count } = joined[joined.length - 1];
  if (count === 0 || lower !== lower || upper !== upper) return NaN;
  if (lower >= upper) return 0;
  const below = Math.min(rankOf(lower, joined), count);
  const above = Math.min(rankOf(upper, joined), count);
  return (above - below) / count;
}

/** How many observations lie below `value`; infinity where it lies beyond all buckets. */
function rankOf(value: number, buckets: readonly Bucket[]): number {
  let rank = 0;
  let lowerBound = buckets[0].upperBound <= 0 ? -Infinity : 0;
  for (const [i, { count, upperBound }] of buckets.entries()) {
    if (i > 0) lowerBound = buckets[i - 1].upperBound;
    if (lowerBound >= value) return rank;
    if (upperBound > value) {
      // In a bucket without a lower bound there is nothing to interpolate.
      if (lowerBound === -Infinity) return count;
      return rank + ((count - rank) * (value - lowerBound)) / (upperBound - lowerBound);
    }
    rank = count;
  }
  return Infinity;
}

function sortBuckets(buckets: Bucket[]): void {
  buckets.sort((a, b) => (a.upperBound < b.upperBound ? -1 : Number(a.upperBound > b.upperBound)));
}

/** Buckets of the same bound, which are written differently, are one. */
function joinEqualBounds(buckets: readonly Bucket[]): Bucket[] {
  const joined: Bucket[] = [];
  for (const { upperBound, count } of buckets) {
    const last = joined.at(-1);
    if (last !== undefined && last.upperBound === upperBound) last.count += count;
    else joined.push({ upperBound, count });
  }
  return joined;
}

/** Makes counts rise from bucket to bucket; rounding errors are evened out without a word. */
function forceMonotonicity(buckets: Bucket[]): ForcedMonotonicity | null {
  let minBucket = Infinity;
  let maxBucket = -Infinity;
  let maxDifference = 0;
  let before = buckets[0].count;
  for (const bucket of buckets.slice(1)) {
    const { count, upperBound } = bucket;
    if (count === before) continue;
    if (almostEqual(before, count)) {
      bucket.count = before;
    } else if (count < before) {
      bucket.count = before;
      minBucket = Math.min(minBucket, upperBound);
      maxBucket = Math.max(maxBucket, upperBound);
      maxDifference = Math.max(maxDifference, before - count);
    } else {
      before = count;
    }
  }
  return maxBucket === -Infinity ? null : { minBucket, maxBucket, maxDifference };
}

/** As Prometheus' util/almost. */
function almostEqual(a: number, b: number): boolean {
  if (a !== a && b !== b) return true;
  if (a === b) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < MIN_NORMAL) return difference < TOLERANCE * MIN_NORMAL;
  return difference / Math.min(sum, Number.MAX_VALUE) < TOLERANCE;
}
