/**
 * Reads the chunks of one block out of its segment files (segment-format.ts).
 *
 * Opening costs nothing: the folder is listed and a segment is mapped when a chunk of it is first
 * wanted. The checksum of every chunk is checked on every read. Damage is a `CorruptionError` with
 * the segment's path and the offset in it; then `into` has the rows that it had before.
 */
import type { Columns } from '../model/columns.js';
import { ClosedError, CorruptionError } from '../model/errors.js';
import type { ChunkTaker } from '../model/queryable.js';
import type { Advice, ByteSource } from '../disk/byte-source.js';
import type { Disk } from '../disk/disk.js';
import { ENTRY_AT, ENTRY_DATA_BYTES, ENTRY_WORDS } from '../kernel/entry-words.js';
import { Kernel } from '../kernel/kernel.js';
import { RUN_BYTES_MAX, RUN_CHUNKS_MAX } from '../kernel/kernel-module.js';
import type { ChunkEntries } from './chunk-entries.js';
import { decodeChunk, ENCODING_XOR } from './chunk.js';
import {
  CRC_BYTES,
  ENCODING_BYTES,
  LENGTH_BYTES_MAX,
  type RawChunk,
  SEGMENT_HEADER_BYTES,
  checkSegmentHeader,
  readEntry,
  readEntryLayout,
  refFile,
  refOffset,
} from './segment-format.js';

const WORD_BYTES = 8;
/** The names that Prometheus takes for segments: numbers. */
const SEGMENT_NAME = /^\d+$/;

/** Where chunks are, and the closed ranges of their samples, in columns. */
export interface ChunkColumns {
  readonly refs: ArrayLike<number>;
  readonly minTimes: ArrayLike<number>;
  readonly maxTimes: ArrayLike<number>;
}

/** One segment file, opened at its first use. */
interface Segment {
  readonly path: string;
  source: ByteSource | null;
  /** Whether its header was found right. */
  isChecked: boolean;
}

export class ChunkSegments {
  private readonly disk: Disk;
  private readonly dir: string;
  private readonly kernel: Kernel;
  private readonly isScanned: boolean;
  private segments: Segment[] | null = null;
  private closed = false;

  private constructor(disk: Disk, dir: string, kernel: Kernel, isScanned: boolean) {
    this.disk = disk;
    this.dir = dir;
    this.kernel = kernel;
    this.isScanned = isScanned;
  }

  /**
   * The segments in the folder `chunksDir`; close it when no read is under way. A kernel may serve
   * any number of blocks.
   */
  static open(disk: Disk, chunksDir: string, kernel: Kernel = new Kernel()): ChunkSegments {
    return new ChunkSegments(disk, chunksDir, kernel, false);
  }

  /**
   * The same for who reads them once from front to back (entry-window.ts): they are read by
   * position, which costs less than to map each page for a single look.
   */
  static openToScan(disk: Disk, chunksDir: string, kernel: Kernel): ChunkSegments {
    return new ChunkSegments(disk, chunksDir, kernel, true);
  }

  /**
   * Opens all segments now. What is open stays readable when a running Prometheus compacts the
   * block away and deletes it, where a file that is still to be opened would be gone.
   */
  openAll(): void {
    for (const segment of this.listed()) segment.source ??= this.openFile(segment.path);
  }

  /** Of all segment files together. */
  get sizeBytes(): number {
    return this.listed().reduce((sum, { path }) => sum + this.disk.stat(path).size, 0);
  }

  /** Appends the samples of the chunks `refs[from, to)` to `into`, in that order. */
  read(refs: ArrayLike<number>, from: number, to: number, into: Columns): void {
    const rows = into.count;
    try {
      let isXor = true;
      for (let at = from; at < to;) {
        const decoded = isXor ? this.readRun(refs, at, to, into) : 0;
        at += decoded;
        // What the kernel refuses is of another encoding, damaged, or too large for it; and where
        // one chunk holds histograms, the next ones likely do.
        if (decoded === 0) isXor = this.readOne(refs[at++], into) === ENCODING_XOR;
      }
    } catch (error) {
      into.count = rows;
      throw error;
    }
  }

  /** Hands the chunks `refs[from, to)` over as they lie, unchecked; false: there is no room. */
  give(refs: ArrayLike<number>, from: number, to: number, taker: ChunkTaker): boolean {
    for (let at = from; at < to;) {
      const segment = this.segmentOf(refs[at]);
      const source = this.opened(segment);
      const { start, end, last } = runFrom(segment, source, refs, at, to);
      if (last < at) return false;
      // Words of shared memory are copied eight times as fast as its bytes. There are bytes before
      // the first chunk: the header.
      const aligned = start - (start % WORD_BYTES);
      const first = end - aligned <= RUN_BYTES_MAX ? aligned : start;
      const bytes = located(segment, 0, () => source.peek(first, end - first));
      const place = { from: at, to: last + 1, base: refs[at] - (start - first) };
      if (!taker.addEntries(bytes, refs, place)) return false;
      at = last + 1;
    }
    return true;
  }

  /** The encoding byte of a chunk. */
  encodingAt(ref: number): number {
    return this.rawChunk(ref).encoding;
  }

  /** One chunk undecoded, its checksum checked; its data is valid until `close()`. */
  rawChunk(ref: number): RawChunk {
    const segment = this.segmentOf(ref);
    const offset = refOffset(ref);
    const length = entryBytes(segment, this.opened(segment), offset);
    const entry = located(segment, 0, () => this.opened(segment).read(offset, length));
    return located(segment, offset, () => readEntry(entry));
  }

  /**
   * Adds the entries of the chunks `[from, to)` to `into`, undecoded, their checksums checked; they
   * are valid until `close()`.
   */
  readEntries(chunks: ChunkColumns, from: number, to: number, into: ChunkEntries): void {
    for (let at = from; at < to;) {
      const checked = this.checkRun(chunks, at, to, into);
      at += checked;
      // What the kernel refuses is damaged, or too large for it.
      if (checked > 0) continue;
      this.checkOne(chunks.refs[at], into);
      into.setTimes(chunks.minTimes[at], chunks.maxTimes[at]);
      at++;
    }
  }

  /** The file in which a chunk is, its header checked. */
  sourceAt(ref: number): ByteSource {
    return this.opened(this.segmentOf(ref));
  }

  /** Tells the kernel how the segments that are open will be used. */
  advise(advice: Advice): void {
    for (const { source } of this.segments ?? []) source?.advise(advice);
  }

  /** How many bytes of the segments are in memory; null where the disk cannot tell. */
  residentBytes(): number | null {
    let sum = 0;
    for (const { source } of this.segments ?? []) {
      const resident = source === null ? 0 : source.residentBytes();
      if (resident === null) return null;
      sum += resident;
    }
    return sum;
  }

  /** Idempotent; every later call throws a `ClosedError`. */
  close(): void {
    this.closed = true;
    for (const { source } of this.segments ?? []) source?.close();
  }

  /**
   * Hands the chunks from `refs[from]` on that lie near each other to the kernel, and returns how
   * many of them it decoded.
   */
  private readRun(refs: ArrayLike<number>, from: number, to: number, into: Columns): number {
    const segment = this.segmentOf(refs[from]);
    const source = this.opened(segment);
    const { start, end, last } = runFrom(segment, source, refs, from, to);
    if (last < from) return 0;
    // `runFrom` has looked at the last one: the bytes are there.
    const bytes = source.peek(start, end - start);
    const run = { bytes, refs, from, to: last + 1, base: refs[from], verify: true };
    return this.kernel.decodeXorRun(run, into);
  }

  /** Likewise, but only checks the chunks and adds their entries. */
  private checkRun(chunks: ChunkColumns, from: number, to: number, into: ChunkEntries): number {
    const { refs, minTimes, maxTimes } = chunks;
    const segment = this.segmentOf(refs[from]);
    const source = this.opened(segment);
    const { start, end, last } = runFrom(segment, source, refs, from, to);
    if (last < from) return 0;
    // `runFrom` has looked at the last one: the bytes are there.
    const bytes = source.read(start, end - start);
    const base = refs[from];
    const checked = this.kernel.checkRun({ bytes, refs, from, to: last + 1, base });
    const { entries } = this.kernel;
    for (let i = 0; i < checked; i++) {
      const dataAt = entries[ENTRY_WORDS * i + ENTRY_AT] + 1;
      const dataEnd = dataAt + entries[ENTRY_WORDS * i + ENTRY_DATA_BYTES];
      into.push(bytes, refs[from + i] - base, dataAt, dataEnd);
      into.setTimes(minTimes[from + i], maxTimes[from + i]);
    }
    return checked;
  }

  private checkOne(ref: number, into: ChunkEntries): void {
    const segment = this.segmentOf(ref);
    const offset = refOffset(ref);
    const source = this.opened(segment);
    const length = entryBytes(segment, source, offset);
    const entry = located(segment, 0, () => source.read(offset, length));
    const { data } = located(segment, offset, () => readEntry(entry));
    const dataStart = length - CRC_BYTES - data.length;
    into.push(entry, 0, dataStart, dataStart + data.length);
  }

  /** Reads one chunk by the codec in TypeScript; returns its encoding. */
  private readOne(ref: number, into: Columns): number {
    const segment = this.segmentOf(ref);
    const offset = refOffset(ref);
    const source = this.opened(segment);
    const length = entryBytes(segment, source, offset);
    const entry = located(segment, 0, () => source.peek(offset, length));
    const { encoding, data } = located(segment, offset, () => readEntry(entry));
    const dataAt = offset + length - CRC_BYTES - data.length;
    located(segment, dataAt, () => decodeChunk(encoding, data, into));
    return encoding;
  }

  private segmentOf(ref: number): Segment {
    const segments = this.listed();
    const file = refFile(ref);
    if (!(file >= 0 && file < segments.length)) {
      throw new CorruptionError(
        this.dir,
        0,
        `chunk reference ${ref} names segment ${file} of ${segments.length}`,
      );
    }
    return segments[file];
  }

  /** The bytes of a segment whose header was found right. */
  private opened(segment: Segment): ByteSource {
    segment.source ??= this.openFile(segment.path);
    const { source } = segment;
    if (!segment.isChecked) {
      const header = source.peek(0, Math.min(SEGMENT_HEADER_BYTES, source.size));
      located(segment, 0, () => checkSegmentHeader(header));
      segment.isChecked = true;
    }
    return source;
  }

  private openFile(path: string): ByteSource {
    return this.isScanned ? this.disk.openMutable(path) : this.disk.openImmutable(path);
  }

  private listed(): Segment[] {
    if (this.closed) throw new ClosedError(this.dir);
    this.segments ??= this.disk
      .list(this.dir)
      .filter((entry) => SEGMENT_NAME.test(entry.name))
      .map((entry) => ({
        path: this.disk.join(this.dir, entry.name),
        source: null,
        isChecked: false,
      }));
    return this.segments;
  }
}

/**
 * The bytes `[start, end)` of the chunks from `refs[from]` to `refs[last]` that lie near each
 * other; `last` is before `from` where not even one fits into the kernel.
 */
function runFrom(
  segment: Segment,
  source: ByteSource,
  refs: ArrayLike<number>,
  from: number,
  to: number,
): { start: number; end: number; last: number } {
  const first = refs[from];
  let last = from;
  while (last + 1 < to && last + 1 - from < RUN_CHUNKS_MAX && isNear(refs, last + 1, first)) last++;
  const start = refOffset(first);
  const end = refOffset(refs[last]) + entryBytes(segment, source, refOffset(refs[last]));
  if (end - start <= RUN_BYTES_MAX) return { start, end, last };
  // The last one begins within reach but ends outside.
  return { start, end: refOffset(refs[last]), last: last - 1 };
}

/** Whether `refs[index]` lies behind the one before it, and no run too far behind `first`. */
function isNear(refs: ArrayLike<number>, index: number, first: number): boolean {
  const ref = refs[index];
  return ref > refs[index - 1] && ref - first < RUN_BYTES_MAX && refFile(ref) === refFile(first);
}

/** The size of the entry at `offset`, which the file is checked to hold. */
function entryBytes(segment: Segment, source: ByteSource, offset: number): number {
  const available = source.size - offset;
  if (offset < SEGMENT_HEADER_BYTES || available <= 0) {
    throw new CorruptionError(segment.path, offset, 'no chunk can begin here');
  }
  // Fast path, since this is asked for every series: a length of one or two bytes.
  const first = source.byteAt(offset);
  const second = first < 0x80 || available < 2 ? 0 : source.byteAt(offset + 1);
  if (second < 0x80) {
    const bytes = first < 0x80 ? 1 + first : 2 + ((second << 7) | (first & 0x7f));
    if (bytes + ENCODING_BYTES + CRC_BYTES <= available) return bytes + ENCODING_BYTES + CRC_BYTES;
  }
  const head = source.peek(offset, Math.min(LENGTH_BYTES_MAX, available));
  try {
    return readEntryLayout(head, 0, available).entryBytes;
  } catch (error) {
    throw CorruptionError.from(segment.path, offset, error);
  }
}

/** Runs `parse` and says of its decode errors where in which file they are. */
function located<T>(segment: Segment, base: number, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw CorruptionError.from(segment.path, base, error);
  }
}
