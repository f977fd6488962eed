/**
 * The queries that are timed: the shapes of Prometheus' own benchmark of range queries and of
 * dashboards, over series that make every one of them find something.
 */
import { Labels, METRIC_NAME } from '../../model/labels.js';
import { compareUtf8 } from '../../model/utf8.js';

/** As many series each; the last one holds the buckets of histograms. */
const METRICS = 5;
const BOUNDS = ['0.01', '0.05', '0.1', '0.5', '1', '2.5', '5', '10', '60', '+Inf'];

export interface QueryShape {
  readonly name: string;
  /** With `X` where the selector goes. */
  readonly query: string;
  readonly selector: string;
  /** 1: an instant query. */
  readonly steps: number;
}

const ALL = '{__name__=~".+"}';
const COUNTERS = '{__name__=~"requests_.*"}';
const ONE = 'requests_0_total';

export const SHAPES: readonly QueryShape[] = [
  { name: 'sum of all', query: 'sum(X)', selector: ALL, steps: 2000 },
  { name: 'sum of all rates', query: 'sum(rate(X[5m]))', selector: ALL, steps: 1000 },
  { name: 'sum by job of rates', query: 'sum by (job) (rate(X[5m]))', selector: ONE, steps: 500 },
  { name: 'max over an hour', query: 'max(max_over_time(X[1h]))', selector: ONE, steps: 250 },
  { name: 'avg over an hour', query: 'avg(avg_over_time(X[1h]))', selector: ONE, steps: 250 },
  { name: 'topk of all', query: 'topk(5, X)', selector: ALL, steps: 250 },
  { name: 'quantile by region', query: 'quantile by (region) (0.9, X)', selector: ONE, steps: 250 },
  {
    name: 'histogram quantile',
    query: 'histogram_quantile(0.9, sum by (le) (rate(X[5m])))',
    selector: 'latency_4_bucket',
    steps: 500,
  },
  {
    name: 'errors in percent',
    query: '100 * sum by (job) (rate(X[5m])) / sum by (job) (rate(requests_1_total[5m]))',
    selector: ONE,
    steps: 500,
  },
  {
    name: 'join one to one',
    query: 'X - ignoring (n) requests_1_total',
    selector: ONE,
    steps: 250,
  },
  { name: 'filter', query: '(X > 100) and X < 9000000', selector: ONE, steps: 250 },
  {
    name: 'subquery',
    query: 'max_over_time(sum(rate(X[5m]))[30m:1m])',
    selector: ONE,
    steps: 100,
  },
  {
    name: 'a regular expression',
    query: 'count({instance=~"10.0..*5:91.*"})',
    selector: ALL,
    steps: 1,
  },
  { name: 'count of all, now', query: 'count(X)', selector: COUNTERS, steps: 1 },
  { name: 'negated', query: '-X', selector: `${ONE}{region="region-1"}`, steps: 1000 },
  { name: 'sum without', query: 'sum without (instance, n) (X)', selector: ONE, steps: 1000 },
  { name: 'last rates', query: 'sum(irate(X[1m]))', selector: ONE, steps: 1000 },
  {
    name: 'quantile over ten minutes',
    query: 'avg(quantile_over_time(0.9, X[10m]))',
    selector: ONE,
    steps: 100,
  },
  { name: 'series as they are', query: 'X', selector: `${ONE}{region="region-1"}`, steps: 1000 },
  { name: 'one series', query: 'X', selector: `${ONE}{instance="10.0.00000:9100"}`, steps: 250 },
];

/** Patterns that look through all values of a label, over very many series. */
export const PATTERN_SHAPES: readonly QueryShape[] = [
  { name: 'a suffix', query: 'count(X)', selector: '{instance=~".*7:9100"}', steps: 1 },
  { name: 'a class', query: 'count(X)', selector: '{instance=~"10.0.[0-4]..[0-6].*"}', steps: 1 },
  { name: 'a part', query: 'count(X)', selector: '{instance=~".*00.*"}', steps: 1 },
  { name: 'a choice', query: 'count(X)', selector: '{job=~"canary|node"}', steps: 1 },
  { name: 'none of', query: 'count(X)', selector: '{instance!~".*[1-9]:9100",n!=""}', steps: 1 },
  { name: 'sum of a suffix', query: 'sum(X)', selector: '{instance=~".*7:9100"}', steps: 100 },
];

/** The labels of `count` series, in label order. */
export function queryLabels(count: number): Labels[] {
  const perMetric = count / METRICS;
  const all = Array.from({ length: count }, (_, i) => {
    const metric = Math.floor(i / perMetric);
    const number = i - metric * perMetric;
    const bound = Math.floor(number / BOUNDS.length);
    const isBucket = metric === METRICS - 1;
    return Labels.from({
      [METRIC_NAME]: isBucket ? `latency_${metric}_bucket` : `requests_${metric}_total`,
      instance: `10.0.${String(isBucket ? bound : number).padStart(5, '0')}:9100`,
      job: i % 10 === 0 ? 'canary' : 'node',
      region: `region-${i % 4}`,
      n: String(metric),
      ...(isBucket ? { le: BOUNDS[number % BOUNDS.length] } : {}),
    });
  });
  return all.sort((a, b) => a.compare(b) || compareUtf8(a.key(), b.key()));
}
