/**
 * Whether an answer is the expected one, by the reference runner's rules: values almost equal, all
 * series and no others, native histograms bucket by bucket.
 */
import { isStaleAt } from '../encoding/float-bits.js';
import { formatG } from '../model/go-float.js';
import type { Histogram } from '../model/histogram.js';
import type { Labels } from '../model/labels.js';
import type { MatrixSeries, QueryValue, VectorValue } from '../promql/value.js';
import { type BucketCounts, bucketCounts } from './histogram-sum.js';
import { histogramText, labelsText, pointText } from './rendering.js';
import type { Eval, ExpectedSeries } from './script.js';
import type { HistogramPoint, Point } from './series-line.js';

/** The relative error that is allowed. */
const EPSILON = 1e-6;
const LEAST_NORMAL = 2 ** -1022;

/** What is wrong with a value; null if nothing is. */
export function compareValue(wanted: Eval, value: QueryValue): string | null {
  const { expected } = wanted;
  switch (value.type) {
    case 'scalar': {
      if (expected.kind !== 'scalar') return 'a scalar is not what was expected';
      if (almostEqual(expected.value, value.value)) return null;
      return `${formatG(expected.value)} wanted, got ${formatG(value.value)}`;
    }
    case 'string': {
      const text = expected.kind === 'string' ? expected.value : '';
      return text === value.value ? null : `${JSON.stringify(text)} wanted`;
    }
    case 'vector':
      if (expected.kind !== 'series') return `a ${expected.kind} was expected`;
      return compareVector(expected.series, value, wanted.isOrdered);
    case 'matrix':
      if (expected.kind !== 'series') return `a ${expected.kind} was expected`;
      if (wanted.isOrdered) return 'a range of values has no order to check';
      return checkSorted(value.series) ?? compareMatrix(wanted, expected.series, value.series);
  }
}

function byLabels(expected: readonly ExpectedSeries[]): Map<string, ExpectedSeries> {
  return new Map(expected.map((series) => [series.labels.key(), series]));
}

export function compareVector(
  expected: readonly ExpectedSeries[],
  { labels, values, histograms }: VectorValue,
  isOrdered: boolean,
): string | null {
  const missing = byLabels(expected);
  for (const [i, one] of labels.entries()) {
    const key = one.key();
    const wanted = byLabels(expected).get(key);
    if (wanted === undefined) return `${labelsText(one)} is not wanted`;
    missing.delete(key);
    if (isOrdered && expected.indexOf(wanted) !== i)
      return `${labelsText(one)} comes as number ${i + 1}`;
    const point = wanted.points[0] ?? { kind: 'none' };
    const histogram = histograms?.[i];
    const reason = comparePoint(point, values, i, histogram);
    if (reason !== null) return `${labelsText(one)}: ${reason}`;
  }
  return firstMissing(missing);
}

function firstMissing(missing: ReadonlyMap<string, ExpectedSeries>): string | null {
  for (const { labels } of missing.values()) return `${labelsText(labels)} is missing`;
  return null;
}

/** A matrix is in label order always. */
export function checkSorted(series: readonly { readonly labels: Labels }[]): string | null {
  for (let i = 1; i < series.length; i++) {
    if (series[i - 1].labels.compare(series[i].labels) > 0) {
      return `${labelsText(series[i].labels)} is not in label order`;
    }
  }
  return null;
}

function compareMatrix(
  { resultTimes }: Eval,
  expected: readonly ExpectedSeries[],
  got: readonly MatrixSeries[],
): string | null {
  const missing = byLabels(expected);
  for (const series of got) {
    const wanted = missing.get(series.labels.key());
    if (wanted === undefined) return `${labelsText(series.labels)} is not wanted`;
    missing.delete(series.labels.key());
    const { start, end, step } = resultTimes ?? { start: 0, end: 0, step: 0 };
    if (start + (wanted.points.length - 1) * step > end) return 'more points than the range has';
    const reason = comparePoints(wanted.points, series, start, step);
    if (reason !== null) return `${labelsText(series.labels)}: ${reason}`;
  }
  return firstMissing(missing);
}

function comparePoints(
  points: readonly Point[],
  { times, values, histograms }: MatrixSeries,
  start: number,
  step: number,
): string | null {
  let float = 0;
  let rich = 0;
  for (const [i, point] of points.entries()) {
    if (point.kind === 'none') continue;
    const time = start + i * step;
    if (point.kind === 'histogram') {
      const one = histograms?.[rich++];
      if (one?.time !== time) return `no histogram at ${time} ms`;
      if (!sameHistogram(point, one.histogram))
        return mismatch(point, histogramText(one.histogram));
      continue;
    }
    if (float >= times.length || times[float] !== time) return `no value at ${time} ms`;
    const reason = comparePoint(point, values, float++, undefined);
    if (reason !== null) return `at ${time} ms ${reason}`;
  }
  if (float < times.length) return `a value at ${times[float]} ms is not wanted`;
  if (rich < (histograms?.length ?? 0)) return 'a histogram is not wanted';
  return null;
}

function comparePoint(
  point: Point,
  values: Float64Array,
  index: number,
  histogram: Histogram | undefined,
): string | null {
  if (histogram !== undefined) {
    const isSame = point.kind === 'histogram' && sameHistogram(point, histogram);
    return isSame ? null : mismatch(point, histogramText(histogram));
  }
  const value = values[index];
  const isStale = isStaleAt(values, index);
  if (point.kind === 'stale' && isStale) return null;
  if (point.kind === 'float' && !isStale && almostEqual(point.value, value)) return null;
  return mismatch(point, isStale ? 'stale' : formatG(value));
}

function mismatch(point: Point, got: string): string {
  return `${pointText(point)} wanted, got ${got}`;
}

/** As Prometheus' util/almost: NaNs are equal, and numbers whose relative difference is small. */
export function almostEqual(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  if (a === b) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < LEAST_NORMAL) return difference < EPSILON * LEAST_NORMAL;
  return difference / Math.min(sum, Number.MAX_VALUE) < EPSILON;
}

function sameHistogram({ histogram: wanted, hasHint }: HistogramPoint, got: Histogram): boolean {
  return (
    wanted.schema === got.schema &&
    almostEqual(wanted.count, got.count) &&
    almostEqual(wanted.sum, got.sum) &&
    wanted.zeroThreshold === got.zeroThreshold &&
    almostEqual(wanted.zeroCount, got.zeroCount) &&
    wanted.customValues.join() === got.customValues.join() &&
    sameBuckets(positive(wanted), positive(got)) &&
    sameBuckets(negative(wanted), negative(got)) &&
    (!hasHint || wanted.counterResetHint === got.counterResetHint)
  );
}

function positive({ positiveSpans, positiveBuckets }: Histogram): BucketCounts {
  return bucketCounts(positiveSpans, positiveBuckets);
}

function negative({ negativeSpans, negativeBuckets }: Histogram): BucketCounts {
  return bucketCounts(negativeSpans, negativeBuckets);
}

function sameBuckets(a: BucketCounts, b: BucketCounts): boolean {
  return a.size === b.size && [...a].every(([i, count]) => almostEqual(count, b.get(i) ?? 0));
}
