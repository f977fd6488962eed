/** Samples as text: native histograms as Go's `String()` gives them, samples as JSON. */
import { isStale, isStaleAt } from '../encoding/float-bits.js';
import type { Columns } from '../model/columns.js';
import { type Bucket, nonEmptyBuckets } from '../model/exponential-bounds.js';
import type { Histogram } from '../model/histogram.js';
import { formatG, formatJsonFloat } from '../model/go-float.js';

/** What stands for a stale marker in JSON, where Prometheus has no word for it. */
const STALE = 'stale';

/** `{count:3, sum:1.5, [-0.001,0.001]:1, (0.5,1]:2}`: the buckets that are not empty, ascending. */
export function histogramText(histogram: Histogram): string {
  if (isStale(histogram.sum)) return '{count:0, sum:NaN}';
  // Counts of integer histograms print as integers, which never take an exponent.
  const count = histogram.isFloat ? formatG : String;
  let text = `{count:${count(histogram.count)}, sum:${formatG(histogram.sum)}`;
  for (const bucket of nonEmptyBuckets(histogram)) {
    const open = bucket.lowerInclusive ? '[' : '(';
    const close = bucket.upperInclusive ? ']' : ')';
    const bounds = `${formatG(bucket.lower)},${formatG(bucket.upper)}`;
    text += `, ${open}${bounds}${close}:${count(bucket.count)}`;
  }
  return `${text}}`;
}

/** One sample as Prometheus' API has it, but with its time in ms: `[1700000000000,"1.5"]`. */
export function sampleJson(samples: Columns, row: number): string {
  const histogram = samples.histograms === null ? undefined : samples.histograms[row];
  if (histogram !== undefined) return `[${samples.times[row]},${histogramJson(histogram)}]`;
  const value = isStaleAt(samples.values, row) ? STALE : formatJsonFloat(samples.values[row]);
  return `[${samples.times[row]},"${value}"]`;
}

function histogramJson(histogram: Histogram): string {
  if (isStale(histogram.sum)) return `"${STALE}"`;
  const buckets = nonEmptyBuckets(histogram).map((bucket) => [
    boundaryRule(bucket),
    ...[bucket.lower, bucket.upper, bucket.count].map(formatJsonFloat),
  ]);
  return JSON.stringify({
    count: formatJsonFloat(histogram.count),
    sum: formatJsonFloat(histogram.sum),
    ...(buckets.length === 0 ? {} : { buckets }),
  });
}

/** The API's number for which bounds belong to a bucket: upper, lower, none, both. */
function boundaryRule(bucket: Bucket): number {
  if (bucket.lowerInclusive) return bucket.upperInclusive ? 3 : 1;
  return bucket.upperInclusive ? 0 : 2;
}
