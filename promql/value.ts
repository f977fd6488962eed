/**
 * What a query answers: typed arrays, and `toJSON()` in the shape of Prometheus' `data`. Times are
 * in ms here, in seconds there; values are texts there, since JSON has no infinity.
 */
import { nonEmptyBuckets } from '../model/exponential-bounds.js';
import { formatPlain, formatJsonFloat } from '../model/go-float.js';
import type { Histogram } from '../model/histogram.js';
import type { Labels } from '../model/labels.js';
import { CountedSeries } from './counted-series.js';

/** A histogram sample of a series. */
export interface HistogramPoint {
  readonly time: number;
  readonly histogram: Histogram;
}

export type QueryValue = MatrixValue | ScalarValue | StringValue | VectorValue;

/** One series of a matrix: floats in two columns, histograms apart. */
export interface MatrixSeries {
  readonly labels: Labels;
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** Null where there is none. */
  readonly histograms: readonly HistogramPoint[] | null;
}

/** The answer of a range query, or of an instant query for a range vector: in label order. */
export class MatrixValue {
  readonly type = 'matrix';
  /** The same as columns, where it is a count of values: for who has no need of objects. */
  readonly counted: CountedSeries | null;
  /** Null until they are asked for. */
  private made: readonly MatrixSeries[] | null;

  constructor(series: CountedSeries | readonly MatrixSeries[]) {
    this.counted = series instanceof CountedSeries ? series : null;
    this.made = series instanceof CountedSeries ? null : series;
  }

  /** How many series there are. */
  get count(): number {
    return this.counted?.count ?? this.series.length;
  }

  get series(): readonly MatrixSeries[] {
    this.made ??= this.counted?.all() ?? [];
    return this.made;
  }

  toJSON(): JsonData {
    const result = this.series.map(({ labels, times, values, histograms }) => ({
      metric: labels,
      ...(times.length === 0 ? {} : { values: pairsOf(times, values) }),
      ...(histograms === null ? {} : { histograms: histograms.map(jsonOfPoint) }),
    }));
    return { resultType: this.type, result };
  }
}

/** One element of an instant vector. */
export interface VectorElement {
  readonly labels: Labels;
  /** NaN where it is a histogram. */
  readonly value: number;
  readonly histogram: Histogram | null;
}

/** The answer of an instant query: elements by number, their values in one column. */
export class VectorValue {
  readonly type = 'vector';
  /** The moment of evaluation. */
  readonly time: number;
  readonly labels: readonly Labels[];
  readonly values: Float64Array;
  /** Null where there is none; else by element. */
  readonly histograms: readonly (Histogram | undefined)[] | null;

  constructor(
    time: number,
    columns: {
      labels: readonly Labels[];
      values: Float64Array;
      histograms: readonly (Histogram | undefined)[] | null;
    },
  ) {
    this.time = time;
    this.labels = columns.labels;
    this.values = columns.values;
    this.histograms = columns.histograms;
  }

  get count(): number {
    return this.labels.length;
  }

  at(index: number): VectorElement {
    const histogram = this.histograms?.[index] ?? null;
    return { labels: this.labels[index], value: this.values[index], histogram };
  }

  toJSON(): JsonData {
    const { time, values } = this;
    const result = this.labels.map((metric, i) => {
      const histogram = this.histograms?.[i];
      return histogram === undefined
        ? { metric, value: [time / 1000, formatJsonFloat(values[i])] }
        : { metric, histogram: jsonOfPoint({ time, histogram }) };
    });
    return { resultType: this.type, result };
  }
}

export class ScalarValue {
  readonly type = 'scalar';
  readonly time: number;
  readonly value: number;

  constructor(time: number, value: number) {
    this.time = time;
    this.value = value;
  }

  toJSON(): JsonData {
    return { resultType: this.type, result: [this.time / 1000, formatPlain(this.value)] };
  }
}

export class StringValue {
  readonly type = 'string';
  readonly time: number;
  readonly value: string;

  constructor(time: number, value: string) {
    this.time = time;
    this.value = value;
  }

  toJSON(): JsonData {
    return { resultType: this.type, result: [this.time / 1000, this.value] };
  }
}

/** The `data` of Prometheus' answers. */
export interface JsonData {
  readonly resultType: QueryValue['type'];
  readonly result: unknown;
}

/** A value, and what was noticed on the way to it. */
export class QueryResult {
  readonly value: QueryValue;
  readonly warnings: readonly string[];
  readonly infos: readonly string[];

  constructor(value: QueryValue, warnings: readonly string[], infos: readonly string[]) {
    this.value = value;
    this.warnings = warnings;
    this.infos = infos;
  }

  toJSON(): JsonData {
    return this.value.toJSON();
  }
}

function pairsOf(times: Float64Array, values: Float64Array): [number, string][] {
  return Array.from(times, (time, i) => [time / 1000, formatJsonFloat(values[i])]);
}

function jsonOfPoint({ time, histogram }: HistogramPoint): [number, unknown] {
  const buckets = nonEmptyBuckets(histogram).map((bucket) => [
    boundariesOf(bucket),
    formatJsonFloat(bucket.lower),
    formatJsonFloat(bucket.upper),
    formatJsonFloat(bucket.count),
  ]);
  const { count, sum } = histogram;
  const texts = { count: formatJsonFloat(count), sum: formatJsonFloat(sum) };
  return [time / 1000, buckets.length === 0 ? texts : { ...texts, buckets }];
}

/** Prometheus' numbers: 0 open on the left, 1 on the right, 2 on both sides, 3 on none. */
function boundariesOf(bucket: { lowerInclusive: boolean; upperInclusive: boolean }): number {
  if (bucket.lowerInclusive) return bucket.upperInclusive ? 3 : 1;
  return bucket.upperInclusive ? 0 : 2;
}
