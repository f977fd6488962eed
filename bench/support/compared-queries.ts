/** The queries that compare-query.bench.ts times, over the series of compared-series.ts. */

export interface ComparedQuery {
  readonly name: string;
  readonly query: string;
  /** 1: an instant query. */
  readonly steps: number;
}

const ALL = '{__name__=~".+"}';
const HALF = '{__name__=~"requests_[0-4]_total"}';

export const COMPARED_QUERIES: readonly ComparedQuery[] = [
  { name: 'sum of all', query: `sum(${ALL})`, steps: 2000 },
  { name: 'sum of all rates', query: `sum(rate(${ALL}[5m]))`, steps: 1000 },
  { name: 'rates of half by job', query: `sum by (job) (rate(${HALF}[5m]))`, steps: 500 },
  { name: 'max over an hour', query: 'max(max_over_time(memory_bytes[1h]))', steps: 250 },
  { name: 'topk of all', query: `topk(5, ${ALL})`, steps: 250 },
  {
    name: 'histogram quantile',
    query: 'histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[5m])))',
    steps: 500,
  },
  {
    name: 'a subquery',
    query: 'max_over_time(sum(rate(requests_1_total[5m]))[30m:1m])',
    steps: 250,
  },
  { name: 'values by regex', query: 'sum by (region) ({instance=~"10.0..*7:91.*"})', steps: 250 },
  { name: '100 raw series', query: 'requests_1_total{instance=~"10.0.000.*"}', steps: 2000 },
  { name: 'one series', query: 'requests_1_total{instance="10.0.00000:9100"}', steps: 250 },
  { name: 'count of all, now', query: `count(${ALL})`, steps: 1 },
];
