/**
 * Cardinality of the head, in the shape and with the rules of Prometheus' `/api/v1/status/tsdb`.
 */
import { METRIC_NAME } from '../model/labels.js';
import { sortSteps } from '../model/sort-steps.js';
import type { Steps } from '../model/steps.js';
import { compareUtf8, encodeUtf8 } from '../model/utf8.js';
import type { MemPostings } from '../index/mem-postings.js';
import type { Interval } from '../model/interval.js';

/** Label pairs in a step; what counting one costs, in the pacer's units. */
const ITEMS_PER_STEP = 512;
const PAIR_UNITS = 100;

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

/** What the statistics of a head are made of. */
export interface Counted {
  readonly postings: MemPostings;
  readonly chunkCount: number;
  /** Of in-order samples. */
  readonly range: Interval;
}

/** The largest `limit` of each kind; equal counts by name. */
export function* headStats(head: Counted, limit: number): Steps<TsdbStats> {
  const metrics: NamedCount[] = [];
  const byName: NamedCount[] = [];
  const memory: NamedCount[] = [];
  const byPair: NamedCount[] = [];
  const { pairs, seriesCount } = head.postings;
  for (const { name, ids } of [...pairs.entries()]) {
    let bytes = 0;
    for (const id of ids.toArray()) {
      // Between two steps a pair may have gone.
      if (!pairs.isAlive(id)) continue;
      const value = pairs.valueOf(id);
      const count = pairs.refCount(id);
      bytes += count * (sizeInLabels(name) + sizeInLabels(value));
      byPair.push({ name: `${name}=${value}`, value: count });
      if (name === METRIC_NAME) metrics.push({ name: value, value: count });
      if (byPair.length % ITEMS_PER_STEP === 0) yield ITEMS_PER_STEP * PAIR_UNITS;
    }
    byName.push({ name, value: ids.length });
    memory.push({ name, value: bytes });
  }
  return {
    headStats: {
      numSeries: seriesCount,
      numLabelPairs: byPair.length,
      chunkCount: head.chunkCount,
      minTime: head.range.minTime,
      maxTime: head.range.maxTime,
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
