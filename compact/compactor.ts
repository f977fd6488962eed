/**
 * Makes one block of several, or of one without what was deleted from it, as Prometheus 3.14 does:
 * the same bytes (tsdb/compact.go, `PopulateBlock`).
 *
 *     symbols    united, those of series that are gone too
 *     series     in label order; those of which no sample is left are dropped
 *     chunks     as they are, unless they overlap or a part of them is gone
 *
 * Blocks are read from front to back and the new one is written likewise; what is held in memory
 * are symbols, postings, and the chunks of one series.
 */
import { ChunkEntries } from '../chunks/chunk-entries.js';
import { EntryDecoder } from '../chunks/entry-decoder.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import { uniteSymbols } from '../index/symbol-union.js';
import { compareSymbols } from '../index/writer.js';
import type { Kernel } from '../kernel/kernel.js';
import { MergeKernel } from '../kernel/merge-kernel.js';
import type { MergeSlot } from '../kernel/merge-slot.js';
import { CorruptionError } from '../model/errors.js';
import { Heap } from '../model/heap.js';
import type { Steps } from '../model/steps.js';
import { storeBlock } from './block-directory.js';
import type { BlockMeta } from './block-meta.js';
import { BlockWriter, type NewBlock, type OpenSink } from './block-writer.js';
import { ChunkMerger } from './chunk-merge.js';
import { MergeSource } from './merge-source.js';
import type { OpenBlock } from './open-block.js';
import { type Moved, Together } from './together.js';

/** What it costs to move things, in the pacer's units; after so many others may have a turn. */
const SERIES_UNITS = 200;
const CHUNK_UNITS = 50;
const SAMPLE_UNITS = 10;
const STEP_UNITS = 20_000;

/** Blocks with more symbols than that, all together, are not moved together by the kernel. */
const RANKS_MAX = 16 * 1024 * 1024;
const NOT_MOVED: Moved = { series: 0, chunks: 0, hasMore: false };

/** Told how many of the sources' series are done, and how many there are. */
export type CompactionProgress = (done: number, total: number) => void;

export interface CompactionOptions {
  readonly kernel: Kernel;
  readonly onProgress?: CompactionProgress;
  readonly signal?: AbortSignal;
}

/**
 * Writes `block` into the directory `dir` of `disk` and returns its meta; null, and nothing is
 * written, where no sample is left. The sources, by min time, stay as they are.
 */
export function compactBlocks(
  disk: WritableDisk,
  dir: string,
  block: NewBlock,
  sources: readonly OpenBlock[],
  options: CompactionOptions,
): Promise<BlockMeta | null> {
  const write = (openSink: OpenSink): Steps<BlockMeta | null> =>
    writeBlock(openSink, block, sources, options);
  return storeBlock(disk, dir, block.ulid, write, options.signal);
}

function* writeBlock(
  openSink: OpenSink,
  block: NewBlock,
  blocks: readonly OpenBlock[],
  { kernel, onProgress }: CompactionOptions,
): Steps<BlockMeta | null> {
  const { symbols, ranks } = yield* uniteSymbols(blocks.map(({ index }) => index));
  const writer = new BlockWriter(openSink, block, symbols);
  const decoder = new EntryDecoder(kernel);
  const range = { minTime: block.minTime, maxTime: block.maxTime - 1 };
  const rankCounts = ranks.map(({ table }) => table?.length ?? 0);
  const isLarge = rankCounts.reduce((sum, count) => sum + count, 0) > RANKS_MAX;
  const merging = new MergeKernel(isLarge ? rankCounts.map(() => 0) : rankCounts);
  const sources: MergeSource[] = [];
  for (const [i, source] of blocks.entries()) {
    const postings = yield* source.index.everySeries();
    const slot = merging.slots[i];
    sources.push(new MergeSource(source, postings, { ranks: ranks[i], range, decoder, slot }));
  }
  const total = blocks.reduce((sum, { meta }) => sum + meta.stats.numSeries, 0);
  const together = new Together(merging, sources, writer, range);
  const series = new MergedSeries(sources, new ChunkMerger(decoder));
  let units = 0;
  for (;;) {
    const moved = series.moveTogether(together);
    units += SERIES_UNITS * moved.series + CHUNK_UNITS * moved.chunks;
    if (!moved.hasMore) {
      if (!series.next()) break;
      writeSeries(writer, merging, series);
      units += SERIES_UNITS + CHUNK_UNITS * series.chunkCount + SAMPLE_UNITS * series.takeDecoded();
    }
    if (units < STEP_UNITS) continue;
    onProgress?.(passedBy(sources), total);
    yield units;
    units = 0;
  }
  onProgress?.(total, total);
  return writer.sampleCount === 0 ? null : writer.finish();
}

/** Writes the series in hand, unless nothing is left of it. */
function writeSeries(writer: BlockWriter, kernel: MergeKernel, series: MergedSeries): void {
  const runs = series.takeRuns();
  if (runs !== null && writer.writeRuns(series.symbols, kernel, runs)) return;
  series.load();
  if (series.entries.count > 0) writer.writeEntries(series.symbols, series.entries);
}

function passedBy(sources: readonly MergeSource[]): number {
  return sources.reduce((sum, { passed }) => sum + passed, 0);
}

/** The series of all sources in label order, each once. */
class MergedSeries {
  /** The chunks of the series in hand, once loaded; none where all their samples are deleted. */
  entries = new ChunkEntries();
  /** The sources that stand on the series in hand and move next; at the start, all of them. */
  private current: MergeSource[];
  private readonly waiting = new Heap<MergeSource>(
    (a, b) => compareSymbols(a.symbols, b.symbols) < 0,
  );
  private readonly merger: ChunkMerger;
  private readonly merged = new ChunkEntries();
  private decodedBefore = 0;
  /** The current sources by time, and their slots. */
  private readonly inTurn: MergeSource[] = [];
  private readonly runs: MergeSlot[] = [];

  constructor(sources: readonly MergeSource[], merger: ChunkMerger) {
    this.current = [...sources];
    this.merger = merger;
  }

  /** The labels of the series in hand. */
  get symbols(): readonly number[] {
    return this.current[0].symbols;
  }

  next(): boolean {
    const { waiting, current } = this;
    // Pushed in the order in which they were popped: it decides which of two equal times stays.
    for (const source of current) if (source.next()) waiting.push(source);
    current.length = 0;
    for (let next = waiting.peek(); next !== undefined; next = waiting.peek()) {
      if (current.length > 0 && compareSymbols(next.symbols, current[0].symbols) !== 0) break;
      waiting.pop();
      current.push(next);
    }
    return current.length > 0;
  }

  /** Moves on by series that all sources have, where they do; none is in hand then. */
  moveTogether(together: Together): Moved {
    return this.waiting.size === 0 ? together.move(this.current) : NOT_MOVED;
  }

  /** How many chunks the sources have of the series in hand. */
  get chunkCount(): number {
    let count = 0;
    for (const source of this.current) count += source.chunkCount;
    return count;
  }

  /**
   * Fast path: the slots whose runs are the chunks of the series in hand, in their order; null
   * where a chunk does not go on as it is.
   */
  takeRuns(): readonly MergeSlot[] | null {
    const { inTurn, runs } = this;
    inTurn.length = 0;
    runs.length = 0;
    for (const source of this.current) {
      if (!source.isWhole) return null;
      let at = inTurn.length;
      for (; at > 0 && inTurn[at - 1].minTime > source.minTime; at--) inTurn[at] = inTurn[at - 1];
      inTurn[at] = source;
    }
    for (let i = 1; i < inTurn.length; i++) {
      if (inTurn[i].minTime <= inTurn[i - 1].maxTime) return null;
    }
    for (const source of inTurn) {
      if (!source.checkRun()) return null;
      runs.push(source.slot);
    }
    return runs;
  }

  /** Loads the chunks of the series in hand. */
  load(): void {
    const { current } = this;
    for (const source of current) source.load();
    if (current.length === 1) this.entries = current[0].entries;
    else {
      this.mergeCurrent();
      this.entries = this.merged;
    }
  }

  private mergeCurrent(): void {
    const { current, merged, merger } = this;
    merged.clear();
    try {
      merger.merge(
        current.map(({ entries }) => entries),
        merged,
      );
    } catch (error) {
      // A chunk whose checksum is right, but not its bits: it is in one of these.
      throw CorruptionError.from(current.map(({ path }) => path).join(', '), 0, error);
    }
  }

  /** How many samples were decoded since the last call. */
  takeDecoded(): number {
    const decoded = this.merger.decodedSamples - this.decodedBefore;
    this.decodedBefore = this.merger.decodedSamples;
    return decoded;
  }
}
