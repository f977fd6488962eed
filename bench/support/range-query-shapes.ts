/**
 * Prometheus' own benchmark of range queries (`BenchmarkRangeQuery` in promql/bench_test.go): its
 * series and its expressions, at a hundred series of each metric and a thousand steps. Left out is
 * its metric of series that follow one another, which blocks of equal series cannot hold.
 */
import { Labels, METRIC_NAME } from '../../model/labels.js';
import type { QueryShape } from './query-shapes.js';

const STEPS = 1000;
const BOUNDS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+Inf'];
const SIZES: readonly (readonly [name: string, series: number])[] = [
  ['one', 1],
  ['ten', 10],
  ['hundred', 100],
];

/** Expressions with `X` where `a_hundred` goes… */
const OF_PLAIN = [
  'X',
  'rate(X[1m])',
  'rate(X[1m] smoothed)',
  'double_exponential_smoothing(X[1d], 0.3, 0.3)',
  'changes(X[1d])',
  'rate(X[1d])',
  'absent_over_time(X[1d])',
  '-X',
  'X - b_hundred',
  "X and b_hundred{l=~'.*[0-4]$'}",
  "X or b_hundred{l=~'.*[0-4]$'}",
  "X unless b_hundred{l=~'.*[0-4]$'}",
  "X and b_hundred{l='notfound'}",
  'abs(X)',
  "label_replace(X, 'l2', '$1', 'l', '(.*)')",
  "label_join(X, 'l2', '-', 'l', 'l')",
  'sum(X)',
  'avg(X)',
  'topk(1, X)',
  'topk(5, X)',
  'limitk(1, X)',
  'limitk(5, X)',
  'limit_ratio(0.1, X)',
  'limit_ratio(0.5, X)',
  'limit_ratio(-0.5, X)',
  'rate(X[1m]) + rate(b_hundred[1m])',
  'sum without (l)(rate(X[1m]))',
  'sum without (l)(rate(X[1m])) / sum without (l)(rate(b_hundred[1m]))',
  'X + on(l) group_right a_one',
  'timestamp(X)',
];
/** …and where `h_hundred` does. */
const OF_BUCKETS = [
  'sum without (l)(X)',
  'sum without (le)(X)',
  'sum by (l)(X)',
  'sum by (le)(X)',
  'histogram_quantile(0.9, rate(X[5m]))',
];

export const RANGE_QUERY_SHAPES: readonly QueryShape[] = [
  ...OF_PLAIN.map((query) => shapeOf(query, 'a_hundred', STEPS)),
  ...OF_BUCKETS.map((query) => shapeOf(query, 'h_hundred', STEPS)),
  shapeOf("count_values('value', X)", 'h_hundred', 100),
  shapeOf('count(X)', '{__name__!=""}', 1),
  shapeOf('count(X)', '{__name__!="",l=""}', 1),
];

function shapeOf(query: string, selector: string, steps: number): QueryShape {
  return { name: query.replace('X', selector), query, selector, steps };
}

/** In label order. */
export function rangeQueryLabels(): Labels[] {
  const all = SIZES.flatMap(([name, series]) =>
    Array.from({ length: series }, (_, i) => {
      // An empty value is none.
      const labels = { l: series === 1 ? '' : String(i) };
      const plain = ['a', 'b'].map((letter) => ({ [METRIC_NAME]: `${letter}_${name}`, ...labels }));
      const buckets = BOUNDS.map((le) => ({ [METRIC_NAME]: `h_${name}`, ...labels, le }));
      return [...plain, ...buckets].map((one) => Labels.from(one));
    }).flat(),
  );
  return all.sort((a, b) => a.compare(b));
}
