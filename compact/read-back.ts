/**
 * Reads a new block from end to end before it takes the place of others: every checksum of series
 * and chunks, the order of series, and that it holds what its meta.json says.
 */
import { ChunkEntries } from '../chunks/chunk-entries.js';
import { EntryWindow } from '../chunks/entry-window.js';
import { ENCODING_XOR, ENCODING_XOR2 } from '../chunks/chunk.js';
import type { Disk } from '../disk/disk.js';
import { ChunkMetas } from '../index/reader.js';
import { compareSymbols } from '../index/writer.js';
import type { Kernel } from '../kernel/kernel.js';
import { MergeKernel } from '../kernel/merge-kernel.js';
import { CorruptionError } from '../model/errors.js';
import type { Steps } from '../model/steps.js';
import type { BlockMeta, BlockStats } from './block-meta.js';
import { closeBlock, openBlock, type OpenBlock } from './open-block.js';

/** What it costs to check things, in the pacer's units; after so many others may have a turn. */
const SERIES_UNITS = 150;
const CHUNK_UNITS = 40;
const STEP_UNITS = 20_000;

/** The meta of the block at `path`; a `CorruptionError` where it is not what it says to be. */
export function* readBack(disk: Disk, path: string, kernel: Kernel): Steps<BlockMeta> {
  const block = openBlock(disk, path, kernel);
  try {
    yield* block.index.loadOffsets();
    yield* block.index.loadSymbols();
    const found = yield* readSeries(block);
    for (const key of Object.keys(found) as (keyof Found)[]) {
      if (found[key] === block.meta.stats[key]) continue;
      const wanted = block.meta.stats[key];
      throw damaged(block, `${key} is ${found[key]}, ${wanted} was written`);
    }
    return block.meta;
  } finally {
    closeBlock(block);
  }
}

type Found = Omit<BlockStats, 'numTombstones'>;

function* readSeries(block: OpenBlock): Steps<Found> {
  const { index, meta } = block;
  const [slot] = new MergeKernel().slots;
  const chunks = new EntryWindow(block.chunks, slot);
  const symbols: number[] = [];
  const metas = new ChunkMetas();
  const entries = new ChunkEntries();
  let previous: number[] = [];
  let numSeries = 0;
  let numChunks = 0;
  let numFloatSamples = 0;
  let numHistogramSamples = 0;
  let units = 0;
  for (const postings = index.allPostings(); postings.next();) {
    index.seriesSymbols(postings.at, symbols, metas);
    if (numSeries > 0 && compareSymbols(previous, symbols) >= 0) {
      throw damaged(block, `series ${postings.at} is out of order`);
    }
    entries.clear();
    chunks.readEntries(metas, 0, metas.count, entries);
    for (let i = 0; i < entries.count; i++) {
      const isAfter = i === 0 || metas.minTimes[i] > metas.maxTimes[i - 1];
      if (!isAfter || metas.minTimes[i] < meta.minTime || metas.maxTimes[i] >= meta.maxTime) {
        throw damaged(block, `chunk ${i} of series ${postings.at} is out of its time`);
      }
      const encoding = entries.encodingAt(i);
      const isFloat = encoding === ENCODING_XOR || encoding === ENCODING_XOR2;
      if (isFloat) numFloatSamples += entries.sampleCountAt(i);
      else numHistogramSamples += entries.sampleCountAt(i);
    }
    numSeries++;
    numChunks += entries.count;
    previous = [...symbols];
    units += SERIES_UNITS + CHUNK_UNITS * entries.count;
    if (units < STEP_UNITS) continue;
    yield units;
    units = 0;
  }
  const numSamples = numFloatSamples + numHistogramSamples;
  return { numSamples, numFloatSamples, numHistogramSamples, numSeries, numChunks };
}

function damaged({ path }: OpenBlock, reason: string): CorruptionError {
  return new CorruptionError(path, 0, reason);
}
