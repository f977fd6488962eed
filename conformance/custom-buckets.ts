/**
 * `load_with_nhcb`: classic histograms as native ones with custom buckets, as Prometheus converts
 * them at scraping (util/convertnhcb).
 */
import { CUSTOM_BUCKETS_SCHEMA, Histogram, HINT_UNKNOWN } from '../model/histogram.js';
import { Labels, METRIC_NAME } from '../model/labels.js';
import { signedNumber } from './series-line.js';
import type { Load } from './script.js';

interface Classic {
  /** Cumulative counts by upper bound. */
  readonly buckets: Map<number, number>;
  count: number | null;
  sum: number;
}

interface ClassicSeries {
  readonly labels: Labels;
  readonly byTime: Map<number, Classic>;
}

export interface ConvertedSeries {
  readonly labels: Labels;
  readonly points: readonly { readonly time: number; readonly histogram: Histogram }[];
}

export function convertToCustomBuckets({ series, stepMs }: Load): ConvertedSeries[] {
  const found = new Map<string, ClassicSeries>();
  for (const { labels, points } of series) {
    const match = /^(.*)_(bucket|sum|count)$/.exec(labels.get(METRIC_NAME));
    if (match === null) continue;
    const [, name, suffix] = match;
    const bound = boundOf(labels.get('le'));
    if (suffix === 'bucket' && (bound === null || Number.isNaN(bound))) continue;
    const classic = classicOf(found, labels, name);
    points.forEach((point, i) => {
      if (point.kind !== 'float') return;
      const one = at(classic, i * stepMs);
      if (suffix === 'sum') one.sum = point.value;
      else if (suffix === 'count') one.count = point.value;
      else if (bound !== null && !one.buckets.has(bound)) one.buckets.set(bound, point.value);
    });
  }
  return [...found.values()].map(({ labels, byTime }) => ({
    labels,
    points: [...byTime]
      .sort(([a], [b]) => a - b)
      .map(([time, classic]) => ({ time, histogram: convert(classic) })),
  }));
}

function classicOf(found: Map<string, ClassicSeries>, labels: Labels, name: string): ClassicSeries {
  const others = [...labels].filter(([label]) => label !== 'le' && label !== METRIC_NAME);
  const base = Labels.from([...others, [METRIC_NAME, name]]);
  const key = base.key();
  const known = found.get(key) ?? { labels: base, byTime: new Map<number, Classic>() };
  found.set(key, known);
  return known;
}

function at({ byTime }: ClassicSeries, time: number): Classic {
  const known = byTime.get(time) ?? { buckets: new Map<number, number>(), count: null, sum: 0 };
  byTime.set(time, known);
  return known;
}

function convert({ buckets, count, sum }: Classic): Histogram {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const total = count ?? sorted.at(-1)?.[1] ?? 0;
  if (sorted.at(-1)?.[0] !== Infinity) sorted.push([Infinity, total]);
  const counts = Float64Array.from(sorted, ([, cumulative], i) => {
    return cumulative - (i === 0 ? 0 : sorted[i - 1][1]);
  });
  return new Histogram({
    isFloat: true,
    counterResetHint: HINT_UNKNOWN,
    schema: CUSTOM_BUCKETS_SCHEMA,
    zeroThreshold: 0,
    zeroCount: 0,
    count: total,
    sum,
    positiveSpans: [{ offset: 0, length: counts.length }],
    negativeSpans: [],
    positiveBuckets: counts,
    negativeBuckets: new Float64Array(0),
    customValues: Float64Array.from(sorted.slice(0, -1), ([bound]) => bound),
  });
}

/** The bound that a label says; null where it says none. */
function boundOf(text: string): number | null {
  return /^[+-]?(?:[0-9.]|inf$)/i.test(text) ? signedNumber(text) : null;
}
