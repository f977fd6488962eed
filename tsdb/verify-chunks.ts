/**
 * Checks the chunks of one block: each segment from end to end, then each chunk that the index
 * names: that it is there, and holds what the index says of it.
 */
import {
  checkSegmentHeader,
  chunkRef,
  LENGTH_BYTES_MAX,
  readEntry,
  readEntryLayout,
  refFile,
  SEGMENT_HEADER_BYTES,
} from '../chunks/segment-format.js';
import type { ChunkSegments } from '../chunks/segment-reader.js';
import type { BlockMeta } from '../compact/block-meta.js';
import type { ByteSource } from '../disk/byte-source.js';
import type { ChunkMetas } from '../index/reader.js';
import { Columns } from '../model/columns.js';
import { CorruptionError, DecodeError } from '../model/errors.js';
import type { VerifyContext } from './verify-context.js';

/** In meta.json's words. */
export interface ChunkCounts {
  numChunks: number;
  numSamples: number;
  numFloatSamples: number;
  numHistogramSamples: number;
}

/** Where in the index the chunks of a series are named. */
export interface ChunkOwner {
  readonly indexPath: string;
  readonly offset: number;
  /** For messages. */
  readonly series: string;
}

/** The chunks of one segment file. */
interface Segment {
  readonly path: string;
  /** Ascending. */
  readonly refs: number[];
  /** By the same index: how many series name the chunk. */
  readonly uses: number[];
  /** Whether the file was followed to its end. */
  isWhole: boolean;
}

/** Prometheus takes files for segments whose names are numbers. */
const SEGMENT_NAME = /^\d+$/;

export class ChunkCheck {
  readonly counts: ChunkCounts = {
    numChunks: 0,
    numSamples: 0,
    numFloatSamples: 0,
    numHistogramSamples: 0,
  };
  private readonly chunks: ChunkSegments;
  private readonly meta: BlockMeta;
  private readonly context: VerifyContext;
  private readonly segments: Segment[] = [];
  /** Chunks whose damage was told when their segment was read. */
  private readonly damagedRefs = new Set<number>();
  private readonly columns = new Columns();

  constructor(chunks: ChunkSegments, meta: BlockMeta, context: VerifyContext) {
    this.chunks = chunks;
    this.meta = meta;
    this.context = context;
  }

  /** Follows each segment file of `dir` from entry to entry and checks every checksum. */
  async readSegments(dir: string): Promise<void> {
    const { disk, findings } = this.context;
    const names: string[] = [];
    this.context.attempt(dir, () => {
      names.push(
        ...disk
          .list(dir)
          .map(({ name }) => name)
          .filter((name) => SEGMENT_NAME.test(name)),
      );
    });
    for (let file = 0; file < names.length; file++) {
      const path = disk.join(dir, names[file]);
      // References count files, not names: those behind a gap point to the wrong file.
      if (Number(names[file]) !== file + 1) {
        findings.damage(path, null, `segment ${file + 1} is missing before it`);
      }
      const segment: Segment = { path, refs: [], uses: [], isWhole: false };
      this.segments.push(segment);
      await this.readSegment(segment, file);
    }
  }

  /** Checks the chunks that the index names for one series. */
  checkSeries(metas: ChunkMetas, owner: ChunkOwner): void {
    const { findings } = this.context;
    if (metas.count === 0)
      findings.damage(owner.indexPath, owner.offset, `${owner.series}: no chunks`);
    for (let i = 0; i < metas.count; i++) {
      const range = `[${metas.minTimes[i]}, ${metas.maxTimes[i]}]`;
      const complain = (what: string): void =>
        findings.damage(owner.indexPath, owner.offset, `${owner.series}: chunk ${range} ${what}`);
      if (i > 0 && metas.minTimes[i] <= metas.maxTimes[i - 1]) {
        complain(`overlaps the one before, which ends at ${metas.maxTimes[i - 1]}`);
      }
      if (metas.minTimes[i] < this.meta.minTime || metas.maxTimes[i] >= this.meta.maxTime) {
        complain(`leaves the block's range [${this.meta.minTime}, ${this.meta.maxTime})`);
      }
      if (this.use(metas.refs[i]) > 1) complain('is named by another series too');
      this.checkChunk(metas, i, complain);
    }
  }

  /** Tells of chunks that no series names. */
  finish(): void {
    for (const { path, refs, uses, isWhole } of this.segments) {
      if (!isWhole) continue;
      const unused = uses.filter((count) => count === 0).length;
      if (unused > 0) {
        this.context.findings.note(path, null, `${unused} of ${refs.length} chunks have no series`);
      }
    }
  }

  private async readSegment(segment: Segment, file: number): Promise<void> {
    const { disk, findings } = this.context;
    let source: ByteSource | null = null;
    try {
      source = disk.openImmutable(segment.path);
      source.advise('sequential');
      checkSegmentHeader(source.peek(0, Math.min(SEGMENT_HEADER_BYTES, source.size)));
      let offset = SEGMENT_HEADER_BYTES;
      while (offset < source.size) {
        const length = this.readEntry(source, offset, chunkRef(file, offset));
        segment.refs.push(chunkRef(file, offset));
        segment.uses.push(0);
        offset += length;
        if (this.context.isDue(length)) await this.context.turn();
      }
      segment.isWhole = true;
    } catch (error) {
      findings.error(CorruptionError.from(segment.path, 0, error), segment.path);
    } finally {
      source?.close();
    }
  }

  /**
   * Checks the entry at `offset` and returns its length; throws where the length makes no sense.
   */
  private readEntry(source: ByteSource, offset: number, ref: number): number {
    const available = source.size - offset;
    const head = source.peek(offset, Math.min(LENGTH_BYTES_MAX, available));
    let entryBytes: number;
    try {
      ({ entryBytes } = readEntryLayout(head, 0, available));
    } catch (error) {
      throw CorruptionError.from(source.path, offset, error);
    }
    try {
      readEntry(source.peek(offset, entryBytes));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.damagedRefs.add(ref);
      this.context.findings.damage(source.path, offset + error.offset, error.message);
    }
    return entryBytes;
  }

  /** Counts one more use of a chunk, and returns how many there are now. */
  private use(ref: number): number {
    const segment = this.segments.at(refFile(ref));
    const at = segment === undefined ? -1 : indexOfSorted(segment.refs, ref);
    // What no segment holds is found when it is read.
    if (segment === undefined || at < 0) return 1;
    return ++segment.uses[at];
  }

  private checkChunk(metas: ChunkMetas, i: number, complain: (what: string) => void): void {
    const { columns, counts, context } = this;
    counts.numChunks++;
    context.counts.chunks++;
    if (this.damagedRefs.has(metas.refs[i])) return;
    columns.clear();
    if (!context.attempt('', () => this.chunks.read(metas.refs, i, i + 1, columns))) return;
    const { count, times } = columns;
    counts.numSamples += count;
    context.counts.samples += count;
    if (columns.histograms === null) counts.numFloatSamples += count;
    else counts.numHistogramSamples += count;
    if (count === 0) return complain('has no samples');
    if (times[0] !== metas.minTimes[i] || times[count - 1] !== metas.maxTimes[i]) {
      complain(`holds samples from ${times[0]} to ${times[count - 1]}`);
    }
    for (let row = 1; row < count; row++) {
      if (times[row] > times[row - 1]) continue;
      complain(`has a sample at ${times[row]} behind one at ${times[row - 1]}`);
      return;
    }
  }
}

/** Where `value` stands in an ascending list; -1 where it does not. */
function indexOfSorted(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle] < value) low = middle + 1;
    else high = middle;
  }
  return list[low] === value ? low : -1;
}
