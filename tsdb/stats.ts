/**
 * Cardinality of the head, in the shape and with the rules of Prometheus' `/api/v1/status/tsdb`.
 */
import { METRIC_NAME } from '../model/labels.js';
import { compareUtf8, encodeUtf8 } from '../model/utf8.js';
import type { Head } from './head.js';
import type { Pacer } from './pacer.js';

/** A name and what was counted of it. */
export interface NamedCount {
  readonly name: string;
  readonly value: number;
}

export interface TsdbStats {
  readonly headStats: {
    readonly numSeries: number;
    readonly numLabelPairs: number;
    /** Chunks as we hold them: m-mapped ones as Prometheus cut them, newer samples as we did. */
    readonly chunkCount: number;
    /** In ms, of in-order samples. */
    readonly minTime: number;
    readonly maxTime: number;
  };
  readonly seriesCountByMetricName: readonly NamedCount[];
  readonly labelValueCountByLabelName: readonly NamedCount[];
  /** What the labels would take in Prometheus' own label strings, in bytes. */
  readonly memoryInBytesByLabelName: readonly NamedCount[];
  readonly seriesCountByLabelValuePair: readonly NamedCount[];
}

/** The largest `limit` of each kind; equal counts by name. */
export async function headStats(head: Head, limit: number, pacer: Pacer): Promise<TsdbStats> {
  const pairs = new Map<string, Map<string, number>>();
  for (const one of head.series) {
    for (const [name, value] of one.labels) {
      const values = pairs.get(name) ?? new Map<string, number>();
      if (values.size === 0) pairs.set(name, values);
      values.set(value, (values.get(value) ?? 0) + 1);
    }
    if (pacer.isDue(one.labels.size * 10)) await pacer.turn();
  }
  const byName: NamedCount[] = [];
  const memory: NamedCount[] = [];
  const byPair: NamedCount[] = [];
  for (const [name, values] of pairs) {
    byName.push({ name, value: values.size });
    let bytes = 0;
    for (const [value, count] of values) {
      bytes += count * (sizeInLabels(name) + sizeInLabels(value));
      byPair.push({ name: `${name}=${value}`, value: count });
    }
    memory.push({ name, value: bytes });
    if (pacer.isDue(values.size * 10)) await pacer.turn();
  }
  const metrics = [...(pairs.get(METRIC_NAME) ?? [])].map(([name, value]) => ({ name, value }));
  return {
    headStats: {
      numSeries: head.series.length,
      numLabelPairs: byName.reduce((sum, { value }) => sum + value, 0),
      chunkCount: head.series.reduce((sum, one) => sum + one.chunkCount, 0),
      minTime: head.inOrder.minTime,
      maxTime: head.inOrder.maxTime,
    },
    seriesCountByMetricName: largest(metrics, limit),
    labelValueCountByLabelName: largest(byName, limit),
    memoryInBytesByLabelName: largest(memory, limit),
    seriesCountByLabelValuePair: largest(byPair, limit),
  };
}

function largest(counts: NamedCount[], limit: number): NamedCount[] {
  counts.sort((a, b) => b.value - a.value || compareUtf8(a.name, b.name));
  return counts.slice(0, limit);
}

/** Prometheus' stringlabels: the bytes behind a length of one byte, or of four from 255 on. */
function sizeInLabels(text: string): number {
  const length = encodeUtf8(text).length;
  return length + (length < 255 ? 1 : 4);
}
