/**
 * Makes a block of what a head has of a time range, as Prometheus 3.14 does: the same bytes for the
 * same samples (tsdb/compact.go, `Write`; tsdb/head_read.go).
 *
 * Chunks go from chunks_head into segments as they are; one that crosses the range is cut and
 * encoded again. All texts of the head become symbols, those of series without a chunk here too.
 */
import { ChunkEntries } from '../chunks/chunk-entries.js';
import { ENCODING_XOR } from '../chunks/chunk.js';
import { EntryDecoder } from '../chunks/entry-decoder.js';
import { EntryMaker } from '../chunks/entry-maker.js';
import { headChunkFileName } from '../chunks/head-chunks.js';
import { recodeChunk } from '../chunks/series-encoder.js';
import type { ByteSource } from '../disk/byte-source.js';
import type { Disk } from '../disk/disk.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import { Columns } from '../model/columns.js';
import { CorruptionError } from '../model/errors.js';
import type { Interval } from '../model/interval.js';
import type { Steps } from '../model/steps.js';
import { storeBlock } from './block-directory.js';
import type { BlockMeta } from './block-meta.js';
import { BlockWriter, type NewBlock, type OpenSink } from './block-writer.js';
import type { CompactionOptions } from './compactor.js';
import type { HeadSnapshot } from './head-snapshot.js';
import { type HeadOrder, sortHead } from './head-symbols.js';

/** What it costs to move things, in the pacer's units; after so many others may have a turn. */
const SERIES_UNITS = 200;
const CHUNK_UNITS = 100;
const STEP_UNITS = 20_000;

/** A head, and where its chunks are. */
export interface HeadSource {
  readonly snapshot: HeadSnapshot;
  /** The directory `chunks_head`. */
  readonly chunksDir: string;
}

/**
 * Writes `block` into the directory `dir` of `disk` and returns its meta; null, and nothing is
 * written, where the head has no sample in its range.
 */
export function writeHeadBlock(
  disk: WritableDisk,
  dir: string,
  block: NewBlock,
  source: HeadSource,
  options: CompactionOptions,
): Promise<BlockMeta | null> {
  const files = new ChunkFiles(disk, source.chunksDir);
  const write = (openSink: OpenSink): Steps<BlockMeta | null> =>
    writeBlock(openSink, block, source.snapshot, files, options);
  return storeBlock(disk, dir, block.ulid, write, options.signal);
}

function* writeBlock(
  openSink: OpenSink,
  block: NewBlock,
  snapshot: HeadSnapshot,
  files: ChunkFiles,
  options: CompactionOptions,
): Steps<BlockMeta | null> {
  try {
    const order = yield* sortHead(snapshot);
    const writer = new BlockWriter(openSink, block, order.symbols);
    const range = { minTime: block.minTime, maxTime: block.maxTime - 1 };
    const chunks = new HeadChunkSource(snapshot, files, range, options);
    yield* writeSeries(writer, snapshot, order, chunks, options);
    return writer.sampleCount === 0 ? null : writer.finish();
  } finally {
    files.close();
  }
}

function* writeSeries(
  writer: BlockWriter,
  snapshot: HeadSnapshot,
  { nameSymbols, valueSymbols, series }: HeadOrder,
  chunks: HeadChunkSource,
  { onProgress }: CompactionOptions,
): Steps<void> {
  const { seriesPairs, seriesPairEnds } = snapshot;
  const labels: number[] = [];
  let units = 0;
  for (let done = 0; done < series.length; done++) {
    const number = series[done];
    chunks.load(number);
    const { entries } = chunks;
    if (entries.count > 0) {
      labels.length = 0;
      const from = number === 0 ? 0 : seriesPairEnds[number - 1];
      for (let i = from; i < seriesPairEnds[number]; i++) {
        labels.push(nameSymbols[seriesPairs[i]], valueSymbols[seriesPairs[i]]);
      }
      writer.writeEntries(labels, entries);
    }
    units += SERIES_UNITS + CHUNK_UNITS * entries.count;
    if (units < STEP_UNITS) continue;
    onProgress?.(done + 1, series.length);
    yield units;
    units = 0;
  }
  onProgress?.(series.length, series.length);
}

/** The chunks of one series at a time, as entries of a segment. */
class HeadChunkSource {
  readonly entries = new ChunkEntries();
  private readonly snapshot: HeadSnapshot;
  private readonly files: ChunkFiles;
  private readonly range: Interval;
  private readonly decoder: EntryDecoder;
  private readonly maker = new EntryMaker();
  private readonly single = new ChunkEntries();
  private readonly samples = new Columns();

  constructor(
    snapshot: HeadSnapshot,
    files: ChunkFiles,
    range: Interval,
    { kernel }: CompactionOptions,
  ) {
    this.snapshot = snapshot;
    this.files = files;
    this.range = range;
    this.decoder = new EntryDecoder(kernel);
  }

  /** Loads the chunks of a series that lie in the range. */
  load(series: number): void {
    const { entries, range } = this;
    const { seriesChunkEnds, chunkMinTimes, chunkMaxTimes } = this.snapshot;
    entries.clear();
    this.maker.clear();
    const from = series === 0 ? 0 : seriesChunkEnds[series - 1];
    for (let chunk = from; chunk < seriesChunkEnds[series]; chunk++) {
      const minTime = chunkMinTimes[chunk];
      const maxTime = chunkMaxTimes[chunk];
      if (maxTime < range.minTime || minTime > range.maxTime) continue;
      if (minTime >= range.minTime && maxTime <= range.maxTime) this.copy(chunk, entries);
      else this.cut(chunk);
    }
  }

  /** Adds a chunk as it is. */
  private copy(chunk: number, into: ChunkEntries): void {
    const { snapshot, files } = this;
    const file = snapshot.chunkFiles[chunk];
    const offset = snapshot.chunkOffsets[chunk];
    const length = snapshot.chunkLengths[chunk];
    const { maker } = this;
    if (file !== 0) files.copy(file, offset, length, maker, into);
    else maker.addData(ENCODING_XOR, snapshot.openBytes, offset, offset + length, into);
    into.setTimes(snapshot.chunkMinTimes[chunk], snapshot.chunkMaxTimes[chunk]);
  }

  /** Adds what the range has of a chunk. */
  private cut(chunk: number): void {
    const { single, samples, range, entries } = this;
    single.clear();
    this.copy(chunk, single);
    samples.clear();
    this.decoder.decode(single, 0, samples);
    let kept = 0;
    for (let row = 0; row < samples.count; row++) {
      const time = samples.times[row];
      if (time >= range.minTime && time <= range.maxTime) samples.moveRow(row, kept++);
    }
    samples.count = kept;
    for (const part of recodeChunk(single.encodingAt(0), samples)) entries.pushEncoded(part);
  }
}

/** The files of chunks_head, opened at their first use. They are appended to, and never cut. */
class ChunkFiles {
  private readonly disk: Disk;
  private readonly dir: string;
  private readonly sources = new Map<number, ByteSource>();

  constructor(disk: Disk, dir: string) {
    this.disk = disk;
    this.dir = dir;
  }

  /** Adds the chunk whose entry at `offset` has `length` bytes of data, checked, to `into`. */
  copy(file: number, offset: number, length: number, maker: EntryMaker, into: ChunkEntries): void {
    let source = this.sources.get(file);
    if (source === undefined) {
      source = this.disk.openImmutable(this.disk.join(this.dir, headChunkFileName(file)));
      this.sources.set(file, source);
    }
    try {
      maker.addHeadEntry(source, offset, length, into);
    } catch (error) {
      throw CorruptionError.from(source.path, offset, error);
    }
  }

  close(): void {
    for (const source of this.sources.values()) source.close();
  }
}
