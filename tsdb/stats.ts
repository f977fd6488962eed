/**
 * Cardinality of the head, in the shape and with the rules of Prometheus' `/api/v1/status/tsdb`.
 */
import { METRIC_NAME } from '../model/labels.js';
import { sortSteps } from '../model/sort-steps.js';
import type { Steps } from '../model/steps.js';
import { compareUtf8, encodeUtf8 } from '../model/utf8.js';
import type { Head } from './head.js';

/** Label pairs or series in a step; what counting one costs, in the pacer's units. */
const ITEMS_PER_STEP = 512;
const PAIR_UNITS = 100;
const SERIES_UNITS = 40;

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
export function* headStats(head: Head, limit: number): Steps<TsdbStats> {
  const metrics: NamedCount[] = [];
  const byName: NamedCount[] = [];
  const memory: NamedCount[] = [];
  const byPair: NamedCount[] = [];
  for (const [name, lists] of head.postings.byName) {
    let bytes = 0;
    for (const [value, { length }] of lists) {
      bytes += length * (sizeInLabels(name) + sizeInLabels(value));
      byPair.push({ name: `${name}=${value}`, value: length });
      if (name === METRIC_NAME) metrics.push({ name: value, value: length });
      if (byPair.length % ITEMS_PER_STEP === 0) yield ITEMS_PER_STEP * PAIR_UNITS;
    }
    byName.push({ name, value: lists.size });
    memory.push({ name, value: bytes });
  }
  let chunkCount = 0;
  for (let i = 0; i < head.series.length; i++) {
    chunkCount += head.series[i].chunkCount;
    if (i % ITEMS_PER_STEP === 0) yield ITEMS_PER_STEP * SERIES_UNITS;
  }
  return {
    headStats: {
      numSeries: head.series.length,
      numLabelPairs: byPair.length,
      chunkCount,
      minTime: head.inOrder.minTime,
      maxTime: head.inOrder.maxTime,
    },
    seriesCountByMetricName: yield* largest(metrics, limit),
    labelValueCountByLabelName: yield* largest(byName, limit),
    memoryInBytesByLabelName: yield* largest(memory, limit),
    seriesCountByLabelValuePair: yield* largest(byPair, limit),
  };
}

function* largest(counts: readonly NamedCount[], limit: number): Steps<NamedCount[]> {
  const sorted = yield* sortSteps(
    counts,
    (a, b) => b.value - a.value || compareUtf8(a.name, b.name),
  );
  return sorted.slice(0, limit);
}

/** Prometheus' stringlabels: the bytes behind a length of one byte, or of four from 255 on. */
function sizeInLabels(text: string): number {
  const length = encodeUtf8(text).length;
  return length + (length < 255 ? 1 : 4);
}
