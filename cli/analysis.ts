/**
 * What `analyze` counts in one block: churn, cardinality, chunk sizes (cmd/promtool/tsdb.go).
 * analyze.ts prints it.
 */
import { ENCODING_XOR, ENCODING_XOR2, decodeChunk, sampleCount } from '../chunks/chunk.js';
import { ChunkMetas } from '../index/reader.js';
import { goSort } from '../model/go-sort.js';
import { Columns } from '../model/columns.js';
import { METRIC_NAME } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import { encodeUtf8 } from '../model/utf8.js';
import type { Block } from '../tsdb/block.js';
import { Pacer } from '../model/pacer.js';
import { type ChunkHistogram, chunkHistogram } from './chunk-histogram.js';

/** What counting one series costs, in the pacer's units. */
const SERIES_UNITS = 200;

/** A label name, a label pair or a metric, and its number. */
export interface Ranked {
  readonly name: string;
  readonly value: number;
}

export interface Analysis {
  readonly ulid: string;
  readonly durationMs: number;
  /** Of the whole block, as its meta.json has it. */
  readonly totalSeries: number;
  readonly matchedSeries: number;
  readonly labelNames: number;
  readonly labelPairs: number;
  readonly labelEntries: number;
  /** Each in descending order. */
  readonly churningPairs: readonly Ranked[];
  readonly churningNames: readonly Ranked[];
  readonly commonPairs: readonly Ranked[];
  readonly valueBytes: readonly Ranked[];
  readonly cardinality: readonly Ranked[];
  readonly seriesOfMetrics: readonly Ranked[];
}

export interface AnalysisListener {
  /** Hears of each series, with its chunks; returns what that cost, in samples decoded. */
  onSeries(metas: ChunkMetas): number;
  /** Hears now and then how many series are done. */
  onProgress(series: number): void;
}

/** Counts the series that match. The block is acquired. */
export async function analyzeBlock(
  block: Block,
  matchers: readonly Matcher[],
  listener: AnalysisListener,
): Promise<Analysis> {
  const { index, meta } = block;
  const durationMs = meta.maxTime - meta.minTime;
  const uncoveredNames = new Map<string, number>();
  const uncoveredPairs = new Map<string, number>();
  const pairs = new Map<string, number>();
  const metrics = new Map<string, number>();
  const metas = new ChunkMetas();
  const selection = index.select(matchers);
  const pacer = new Pacer();
  let matchedSeries = 0;
  let labelEntries = 0;
  for (let moved = selection.move(); moved !== 'ended'; moved = selection.move()) {
    if (moved === 'paused') {
      await pacer.turn();
      continue;
    }
    const labels = index.series(selection.at, metas);
    const covered = metas.count === 0 ? 0 : metas.maxTimes[metas.count - 1] - metas.minTimes[0];
    const uncovered = durationMs - covered;
    for (const [name, value] of labels) {
      const pair = `${name}=${value}`;
      add(uncoveredNames, name, uncovered);
      add(uncoveredPairs, pair, uncovered);
      add(pairs, pair, 1);
    }
    add(metrics, labels.get(METRIC_NAME), 1);
    matchedSeries++;
    labelEntries += labels.size;
    if (pacer.isDue(SERIES_UNITS + listener.onSeries(metas))) {
      await pacer.turn();
      listener.onProgress(matchedSeries);
    }
  }
  const names = index.labelNames(matchers);
  const values = names.map((name) => ({ name, values: index.labelValues(name, matchers) }));
  return {
    ulid: meta.ulid,
    durationMs,
    totalSeries: meta.stats.numSeries,
    matchedSeries,
    labelNames: names.length,
    labelPairs: pairs.size,
    labelEntries,
    churningPairs: fromMap(uncoveredPairs, (sum) => share(sum, durationMs)),
    churningNames: fromMap(uncoveredNames, (sum) => share(sum, durationMs)),
    commonPairs: fromMap(pairs, (count) => count),
    valueBytes: ranked(values.map((one) => ({ name: one.name, value: byteLength(one.values) }))),
    cardinality: ranked(values.map((one) => ({ name: one.name, value: one.values.length }))),
    seriesOfMetrics: ranked(
      index
        .labelValues(METRIC_NAME, matchers)
        .map((name) => ({ name, value: metrics.get(name) ?? 0 })),
    ),
  };
}

/** How large the chunks of a block are. */
export interface ChunkSizes {
  readonly count: number;
  readonly floatSamples: ChunkHistogram | null;
  readonly floatBytes: ChunkHistogram | null;
  readonly histogramSamples: ChunkHistogram | null;
  readonly histogramBytes: ChunkHistogram | null;
  readonly histogramBuckets: ChunkHistogram | null;
}

/** Reads chunks and keeps their numbers. */
export class ChunkSizer {
  private count = 0;
  private readonly floatSamples: number[] = [];
  private readonly floatBytes: number[] = [];
  private readonly histogramSamples: number[] = [];
  private readonly histogramBytes: number[] = [];
  private readonly histogramBuckets: number[] = [];
  private readonly block: Block;
  private readonly columns = new Columns();

  constructor(block: Block) {
    this.block = block;
  }

  /** Reads the chunks of one series; returns how many samples they hold. */
  add(metas: ChunkMetas): number {
    let samples = 0;
    for (let i = 0; i < metas.count; i++) samples += this.addChunk(metas.refs[i]);
    return samples;
  }

  /** What was read so far. */
  sizes(): ChunkSizes {
    return {
      count: this.count,
      floatSamples: chunkHistogram(this.floatSamples),
      floatBytes: chunkHistogram(this.floatBytes),
      histogramSamples: chunkHistogram(this.histogramSamples),
      histogramBytes: chunkHistogram(this.histogramBytes),
      histogramBuckets: chunkHistogram(this.histogramBuckets),
    };
  }

  private addChunk(ref: number): number {
    const { encoding, data } = this.block.chunks.rawChunk(ref);
    const samples = sampleCount(encoding, data);
    this.count++;
    if (encoding === ENCODING_XOR || encoding === ENCODING_XOR2) {
      this.floatSamples.push(samples);
      this.floatBytes.push(data.length);
      return samples;
    }
    this.histogramSamples.push(samples);
    this.histogramBytes.push(data.length);
    this.columns.clear();
    decodeChunk(encoding, data, this.columns);
    let buckets = 0;
    for (const histogram of this.columns.histograms ?? []) {
      if (histogram === undefined) continue;
      buckets += histogram.positiveBuckets.length + histogram.negativeBuckets.length;
    }
    this.histogramBuckets.push(buckets);
    return samples;
  }
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

/** In how many series' worth of time there was none. The sum wraps below zero, as uint64 does. */
function share(sumMs: number, durationMs: number): number {
  const sum = sumMs < 0 ? Number(BigInt.asUintN(64, BigInt(sumMs))) : sumMs;
  return Math.trunc(sum / durationMs);
}

/** promtool leaves the ties of these lists in the random order of a Go map; here names decide. */
function fromMap(counts: Map<string, number>, value: (count: number) => number): Ranked[] {
  const items = [...counts].map(([name, count]) => ({ name, value: value(count) }));
  items.sort((a, b) => (a.name < b.name ? -1 : 1));
  return items.sort((a, b) => b.value - a.value);
}

/** These lists begin in label order, so that promtool's ties can be had. */
function ranked(items: Ranked[]): Ranked[] {
  goSort(items, (a, b) => b.value - a.value);
  return items;
}

function byteLength(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + encodeUtf8(text).length, 0);
}
