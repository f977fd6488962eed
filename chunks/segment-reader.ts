/**
 * Reads the chunks of one block out of its segment files (segment-format.ts).
 *
 * Opening costs nothing: the folder is listed and a segment is mapped when a chunk of it is first
 * wanted. The checksum of every chunk is checked on every read. Damage is a `CorruptionError` with
 * the segment's path and the offset in it; then `into` has the rows that it had before.
 */
import type { Columns } from '../model/columns.js';
import { ClosedError, CorruptionError } from '../model/errors.js';
import type { Advice, ByteSource } from '../disk/byte-source.js';
import type { Disk } from '../disk/disk.js';
import { decodeChunk } from './chunk.js';
import {
  CRC_BYTES,
  LENGTH_BYTES_MAX,
  type RawChunk,
  SEGMENT_HEADER_BYTES,
  checkSegmentHeader,
  readEntry,
  readEntryLayout,
  refFile,
  refOffset,
} from './segment-format.js';

/** The names that Prometheus takes for segments: numbers. */
const SEGMENT_NAME = /^\d+$/;

/** One segment file, opened at its first use. */
interface Segment {
  readonly path: string;
  source: ByteSource | null;
}

export class ChunkSegments {
  private readonly disk: Disk;
  private readonly dir: string;
  private segments: Segment[] | null = null;
  private closed = false;

  private constructor(disk: Disk, dir: string) {
    this.disk = disk;
    this.dir = dir;
  }

  /** The segments in the folder `chunksDir`; close it when no read is under way. */
  static open(disk: Disk, chunksDir: string): ChunkSegments {
    return new ChunkSegments(disk, chunksDir);
  }

  /** Of all segment files together. */
  get sizeBytes(): number {
    return this.listed().reduce((sum, { path }) => sum + this.disk.stat(path).size, 0);
  }

  /** Appends the samples of the chunks `refs[from, to)` to `into`, in that order. */
  read(refs: ArrayLike<number>, from: number, to: number, into: Columns): void {
    const rows = into.count;
    try {
      for (let i = from; i < to; i++) this.readOne(refs[i], into);
    } catch (error) {
      into.count = rows;
      throw error;
    }
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

  private readOne(ref: number, into: Columns): void {
    const segment = this.segmentOf(ref);
    const offset = refOffset(ref);
    const source = this.opened(segment);
    const length = entryBytes(segment, source, offset);
    const entry = located(segment, 0, () => source.peek(offset, length));
    const { encoding, data } = located(segment, offset, () => readEntry(entry));
    const dataAt = offset + length - CRC_BYTES - data.length;
    located(segment, dataAt, () => decodeChunk(encoding, data, into));
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

  private opened(segment: Segment): ByteSource {
    if (segment.source === null) {
      const source = this.disk.openImmutable(segment.path);
      try {
        located(segment, 0, () =>
          checkSegmentHeader(source.peek(0, Math.min(SEGMENT_HEADER_BYTES, source.size))),
        );
      } catch (error) {
        source.close();
        throw error;
      }
      segment.source = source;
    }
    return segment.source;
  }

  private listed(): Segment[] {
    if (this.closed) throw new ClosedError(this.dir);
    this.segments ??= this.disk
      .list(this.dir)
      .filter((entry) => SEGMENT_NAME.test(entry.name))
      .map((entry) => ({ path: this.disk.join(this.dir, entry.name), source: null }));
    return this.segments;
  }
}

/** The size of the entry at `offset`, which the file is checked to hold. */
function entryBytes(segment: Segment, source: ByteSource, offset: number): number {
  const available = source.size - offset;
  if (offset < SEGMENT_HEADER_BYTES || available <= 0) {
    throw new CorruptionError(segment.path, offset, 'no chunk can begin here');
  }
  const head = located(segment, 0, () =>
    source.peek(offset, Math.min(LENGTH_BYTES_MAX, available)),
  );
  return located(segment, offset, () => readEntryLayout(head, 0, available).entryBytes);
}

/** Runs `parse` and says of its decode errors where in which file they are. */
function located<T>(segment: Segment, base: number, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw CorruptionError.from(segment.path, base, error);
  }
}
