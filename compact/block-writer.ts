/**
 * Writes one block: series in label order go in, the bytes of its files come out.
 *
 *     chunks/000001…   while series are written      chunks/segment-writer.ts
 *     index            while series are written      index/writer.ts
 *     tombstones       at the end, empty             index/tombstones.ts
 *     meta.json        at the very end: a directory without it is no block
 *
 * It only makes bytes, and gives them away as they come: what it keeps grows with the number of
 * series and label pairs (their postings), not with samples. Sinks store the bytes, in order.
 */
import { ENCODING_XOR, ENCODING_XOR2, sampleCount } from '../chunks/chunk.js';
import type { ChunkEntries } from '../chunks/chunk-entries.js';
import type { RawChunk } from '../chunks/segment-format.js';
import { segmentName } from '../chunks/segment-format.js';
import { SegmentWriter } from '../chunks/segment-writer.js';
import { XorAppender } from '../chunks/xor.js';
import { SERIES_ALIGN } from '../index/format.js';
import { ChunkMetas } from '../index/series-entry.js';
import type { SymbolList } from '../index/symbol-list.js';
import { encodeTombstones, NO_TOMBSTONES } from '../index/tombstones.js';
import { IndexWriter } from '../index/writer.js';
import { ENCODED_SLOTS_MAX, type MergeKernel, type SeriesBatch } from '../kernel/merge-kernel.js';
import type { MergeSlot } from '../kernel/merge-slot.js';
import { assert } from '../model/assert.js';
import type { Columns } from '../model/columns.js';
import type { Labels } from '../model/labels.js';
import { compareUtf8, encodeUtf8 } from '../model/utf8.js';
import {
  type BlockCompaction,
  type BlockDescription,
  type BlockMeta,
  encodeBlockMeta,
  META_VERSION,
} from './block-meta.js';

/** Prometheus cuts a chunk of regular samples here. */
const SAMPLES_PER_CHUNK = 120;

/** Receives the bytes of one file. */
export interface FileSink {
  /** `bytes` holds only until `write` returns. */
  write(bytes: Uint8Array): void;
  /** The file is whole. */
  end(): void;
}

/** Opens the file `name` of the block, such as `chunks/000001`. Each is opened once. */
export type OpenSink = (name: string) => FileSink;

/** An encoded chunk with the closed range of its samples, in ms. */
export interface WrittenChunk extends RawChunk {
  readonly minTime: number;
  readonly maxTime: number;
}

/** What the block is called and covers, and where it comes from; by default it is new. */
export interface NewBlock extends BlockDescription {
  readonly compaction?: Partial<BlockCompaction>;
}

export class BlockWriter {
  private readonly openSink: OpenSink;
  private readonly block: NewBlock;
  private readonly chunks: SegmentWriter;
  private readonly index: IndexWriter;
  private readonly metas = new ChunkMetas();
  private readonly refs: number[] = [];
  private readonly shifts = new Float64Array(ENCODED_SLOTS_MAX);
  private readonly stats = { floats: 0, histograms: 0, series: 0, chunks: 0 };

  /**
   * `symbols` are the strings of all labels that will be written, sorted bytewise, each once, the
   * empty one first (`symbolsOf`): the index has them before the first series. As a list of bytes
   * they are for `writeEntries`.
   */
  constructor(openSink: OpenSink, block: NewBlock, symbols: Iterable<string> | SymbolList) {
    assert(block.minTime < block.maxTime, 'a block covers some time');
    this.openSink = openSink;
    this.block = block;
    this.chunks = new SegmentWriter((index) => openSink(`chunks/${segmentName(index + 1)}`));
    const index = openSink('index');
    this.index = new IndexWriter(index, symbols);
  }

  /**
   * Writes one series, behind those before it in label order, with at least one chunk: in time
   * order, not overlapping, within the block's range.
   */
  writeSeries(labels: Labels, chunks: readonly WrittenChunk[]): void {
    assert(chunks.length > 0, 'a written series has a chunk');
    const { minTime, maxTime } = this.block;
    assert(chunks[0].minTime >= minTime, 'a series begins within its block');
    assert(chunks[chunks.length - 1].maxTime < maxTime, 'a series ends within its block');
    const { metas, stats } = this;
    const refs = this.chunks.write(chunks);
    metas.count = 0;
    chunks.forEach((chunk, i) => {
      metas.push(chunk.minTime, chunk.maxTime, refs[i]);
      const samples = sampleCount(chunk.encoding, chunk.data);
      if (isFloat(chunk.encoding)) stats.floats += samples;
      else stats.histograms += samples;
    });
    this.index.addSeries(labels, metas);
    stats.series++;
    stats.chunks += chunks.length;
  }

  /** Writes one series of float samples, XOR-encoded, 120 to a chunk; else as `writeSeries`. */
  writeSamples(labels: Labels, samples: Columns): void {
    assert(samples.histograms === null, 'histograms come as encoded chunks');
    assert(samples.startTimes === null, 'start times come as encoded chunks');
    const chunks: WrittenChunk[] = [];
    for (let from = 0; from < samples.count; from += SAMPLES_PER_CHUNK) {
      const to = Math.min(from + SAMPLES_PER_CHUNK, samples.count);
      chunks.push(encodeRows(samples, from, to));
    }
    this.writeSeries(labels, chunks);
  }

  /** Writes one series by the numbers of its symbols, with chunks as they lie elsewhere. */
  writeEntries(symbols: readonly number[], entries: ChunkEntries): void {
    const { metas, stats, refs } = this;
    assert(entries.count > 0, 'a written series has a chunk');
    this.chunks.writeEntries(entries, refs);
    metas.count = 0;
    for (let i = 0; i < entries.count; i++) {
      metas.push(entries.minTimes[i], entries.maxTimes[i], refs[i]);
      if (isFloat(entries.encodingAt(i))) stats.floats += entries.sampleCountAt(i);
      else stats.histograms += entries.sampleCountAt(i);
    }
    this.index.addSeriesOf(symbols, metas);
    stats.series++;
    stats.chunks += entries.count;
  }

  /**
   * Writes one series by the numbers of its symbols, which the first of `slots` has too, with the
   * chunks of all: runs in their windows, one behind the other in time, all within the block's
   * range. False, and nothing is written, where that is left to `writeEntries`: what is very large,
   * or where a segment ends.
   */
  writeRuns(symbols: readonly number[], kernel: MergeKernel, slots: readonly MergeSlot[]): boolean {
    const { stats, shifts } = this;
    if (!kernel.canEncode(slots) || !this.chunks.writeRuns(slots, shifts)) return false;
    const last = slots.length - 1;
    const { refs, chunkCount } = slots[last];
    this.index.addSeriesEntry(symbols, kernel.encodeSeries(slots, shifts), {
      first: slots[0].refs[0] + shifts[0],
      last: refs[chunkCount - 1] + shifts[last],
    });
    stats.series++;
    for (const slot of slots) {
      stats.chunks += slot.chunkCount;
      stats.floats += slot.floats;
      stats.histograms += slot.histograms;
    }
    return true;
  }

  /** Begins a batch of series, which `writeBatch` writes. */
  beginBatch(kernel: MergeKernel): void {
    const { ref, room } = this.chunks.next;
    kernel.beginBatch(ref, room, this.index.nextOffset % SERIES_ALIGN);
  }

  /** Writes the series of the batch that was begun last, at least one. */
  writeBatch(batch: SeriesBatch): void {
    const { stats } = this;
    this.chunks.writeLaidOut(batch.chunks);
    this.index.addBatch(batch);
    stats.series += batch.count;
    stats.chunks += batch.chunkCount;
    stats.floats += batch.floats;
    stats.histograms += batch.histograms;
  }

  /** How many samples were written. */
  get sampleCount(): number {
    return this.stats.floats + this.stats.histograms;
  }

  /** Writes what is left, meta.json last, and returns it. Nothing may be written afterwards. */
  finish(): BlockMeta {
    this.chunks.end();
    this.index.finish();
    this.writeFile('tombstones', encodeTombstones(NO_TOMBSTONES));
    const meta = this.meta();
    this.writeFile('meta.json', encodeUtf8(encodeBlockMeta(meta)));
    return meta;
  }

  private meta(): BlockMeta {
    const { ulid, minTime, maxTime, compaction } = this.block;
    const { floats, histograms, series, chunks } = this.stats;
    return {
      ulid,
      minTime,
      maxTime,
      stats: {
        numSamples: floats + histograms,
        numFloatSamples: floats,
        numHistogramSamples: histograms,
        numSeries: series,
        numChunks: chunks,
        numTombstones: 0,
      },
      compaction: {
        level: 1,
        sources: [ulid],
        deletable: false,
        parents: [],
        failed: false,
        hints: [],
        ...compaction,
      },
      version: META_VERSION,
    };
  }

  private writeFile(name: string, bytes: Uint8Array): void {
    const sink = this.openSink(name);
    sink.write(bytes);
    sink.end();
  }
}

/** The symbols of a block with these label sets: each text once, sorted, the empty one first. */
export function symbolsOf(labelSets: Iterable<Labels>): string[] {
  const texts = new Set(['']);
  for (const labels of labelSets) {
    for (let i = 0; i < labels.size; i++) texts.add(labels.nameAt(i)).add(labels.valueAt(i));
  }
  return [...texts].sort(compareUtf8);
}

function encodeRows(samples: Columns, from: number, to: number): WrittenChunk {
  const { times, values } = samples;
  const appender = new XorAppender();
  for (let row = from; row < to; row++) appender.append(times, values, row);
  return {
    encoding: ENCODING_XOR,
    data: appender.bytes(),
    minTime: times[from],
    maxTime: times[to - 1],
  };
}

function isFloat(encoding: number): boolean {
  return encoding === ENCODING_XOR || encoding === ENCODING_XOR2;
}
