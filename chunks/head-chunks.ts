/**
 * The m-mapped chunks of the head, `chunks_head/000001…` (tsdb/chunks/head_chunks.go):
 *
 *     file  01 30 bc 91 | version 1 <1b> | zeros <3b> | entries (head-chunk-entry.ts)
 *
 * Opening passes over every file once, entry by entry, checks each checksum and decodes nothing:
 * entries are so small that reading only their headers would read every page too, and damage that
 * is found now is still in the log. Reading checks again. Files are read positionally and stay open
 * until `close()`, so that their owner may delete them. See docs/format/head-chunks.md.
 */
import type { ByteSource } from '../disk/byte-source.js';
import type { DirectoryEntry, Disk } from '../disk/disk.js';
import { ByteReader } from '../encoding/byte-reader.js';
import { HEAD_ENTRIES_BYTES_MAX } from '../kernel/head-entries.js';
import { Kernel } from '../kernel/kernel.js';
import { assert } from '../model/assert.js';
import type { Columns } from '../model/columns.js';
import { CorruptionError, DiskError } from '../model/errors.js';
import { MIN_TIME } from '../model/interval.js';
import type { Problem } from '../model/problem.js';
import type { Steps } from '../model/steps.js';
import { isKnownEncoding } from './chunk.js';
import { EntryDecoder } from './entry-decoder.js';
import { ENTRY_BYTES_MAX, HeadChunkEntries } from './head-chunk-entry.js';
import { type HeadChunk, HeadChunkList } from './head-chunk-list.js';

export const HEAD_CHUNKS_MAGIC = 0x0130bc91;
export const HEAD_CHUNKS_VERSION = 1;
export const HEAD_CHUNKS_HEADER_BYTES = 8;

const MAGIC_BYTES = 4;
/** How much of a file is scanned at a time: what the kernel takes. */
const BLOCK_BYTES = HEAD_ENTRIES_BYTES_MAX;
const TWO_32 = 0x1_0000_0000;
/** What an entry costs, in the pacer's units; after so many others may have a turn. */
const ENTRY_UNITS = 50;
const STEP_UNITS = 25_000;

export interface HeadChunksOptions {
  /** In-order chunks that end before it are passed over: blocks have them. Default: none is. */
  readonly minValidTime?: number;
}

export class HeadChunkFiles {
  /** In the order of files and entries: in-order chunks of a series by time. */
  readonly list: HeadChunkList;
  /** What was set aside. */
  readonly problems: readonly Problem[];
  /** The ref of the last entry that was met, passed over or not; 0 without one. */
  readonly lastRef: number;
  /** The greatest ref of a series that an entry names, passed over or not; 0 without one. */
  readonly lastSeriesRef: number;
  /** How many chunks have encodings that are not known, and are left out. */
  readonly unknownCount: number;
  /**
   * Who goes on writing removes the files from this number on: the first one is damaged, torn at
   * its end or empty. Null where all are whole.
   */
  readonly damagedFrom: number | null;
  private readonly sources: ReadonlyMap<number, ByteSource>;
  private readonly decoder = new EntryDecoder(new Kernel());
  private objects: readonly HeadChunk[] | null = null;

  private constructor(scan: Scan) {
    this.list = scan.list;
    this.problems = scan.problems;
    this.lastRef = scan.lastRef;
    this.lastSeriesRef = scan.lastSeriesRef;
    this.unknownCount = scan.unknownCount;
    this.damagedFrom = scan.damagedFrom;
    this.sources = scan.sources;
  }

  /**
   * Opens and scans `dir`; no chunks where it does not exist. Damage ends the scan: what stands
   * before it is kept, the rest of that file and all later files are set aside, since the log has
   * them. A chunk that does not follow its series' chunk before it discredits the whole directory.
   */
  static *open(disk: Disk, dir: string, options: HeadChunksOptions = {}): Steps<HeadChunkFiles> {
    const scan = new Scan(disk, dir, options.minValidTime ?? MIN_TIME);
    try {
      yield* scan.run();
    } catch (error) {
      scan.close();
      throw error;
    }
    return new HeadChunkFiles(scan);
  }

  /** The same as `list`, an object each. */
  get chunks(): readonly HeadChunk[] {
    const { list } = this;
    this.objects ??= Array.from({ length: list.count }, (_, i) => list.at(i));
    return this.objects;
  }

  /** Appends the samples of a chunk to `into`; a `CorruptionError` where it is damaged. */
  read(chunk: HeadChunk, into: Columns): void {
    const data = this.data(chunk);
    try {
      this.decoder.decodeData(chunk.encoding, data, into);
    } catch (error) {
      throw CorruptionError.from(this.sourceOf(chunk).path, offsetOf(chunk.ref), error);
    }
  }

  /** The encoded data of a chunk, checked; valid until the next call. */
  data(chunk: HeadChunk): Uint8Array {
    const source = this.sourceOf(chunk);
    const offset = offsetOf(chunk.ref);
    const entry = new HeadChunkEntries(source, offset, chunk.dataLength + ENTRY_BYTES_MAX);
    if (!entry.next() || entry.dataLength !== chunk.dataLength) {
      throw new CorruptionError(source.path, offset, 'the chunk has changed since it was found');
    }
    return entry.data();
  }

  /** Idempotent. */
  close(): void {
    for (const source of this.sources.values()) source.close();
  }

  private sourceOf(chunk: HeadChunk): ByteSource {
    const source = this.sources.get(Math.floor(chunk.ref / TWO_32));
    assert(source !== undefined, 'a chunk is read from the files that it was found in');
    return source;
  }
}

/** The file name of head chunk file `number`: six digits, more from 10^6 on. */
export function headChunkFileName(number: number): string {
  return String(number).padStart(6, '0');
}

/** The number in a head chunk file's name; null where `name` is none. */
export function parseHeadChunkFileName(name: string): number | null {
  const number = Number(name);
  return /^\d{6,10}$/.test(name) && headChunkFileName(number) === name ? number : null;
}

interface NumberedFile {
  readonly number: number;
  readonly path: string;
}

/** One pass over a directory. */
class Scan {
  readonly list = new HeadChunkList();
  readonly problems: Problem[] = [];
  readonly sources = new Map<number, ByteSource>();
  lastRef = 0;
  lastSeriesRef = 0;
  unknownCount = 0;
  damagedFrom: number | null = null;
  private readonly disk: Disk;
  private readonly dir: string;
  private readonly minValidTime: number;

  constructor(disk: Disk, dir: string, minValidTime: number) {
    this.disk = disk;
    this.dir = dir;
    this.minValidTime = minValidTime;
  }

  *run(): Steps<void> {
    const files = listFiles(this.disk, this.dir);
    for (let i = 0; i < files.length; i++) {
      const { number, path } = files[i];
      try {
        if (i > 0 && number !== files[i - 1].number + 1) {
          throw new CorruptionError(path, 0, 'the file before it is missing');
        }
        const source = openOrNull(this.disk, path);
        if (source === null) continue;
        this.sources.set(number, source);
        if (i === files.length - 1 && isUnwritten(source)) {
          this.damagedFrom = number;
          return;
        }
        checkHeader(source);
        if (!(yield* this.scanFile(number, source, i === files.length - 1))) return;
      } catch (error) {
        if (!(error instanceof CorruptionError)) throw error;
        this.damagedFrom = number;
        this.setAsideFrom(error, files.length - 1 - i);
        return;
      }
    }
  }

  close(): void {
    for (const source of this.sources.values()) source.close();
  }

  /** False where a chunk is out of sequence, which ends the scan. */
  private *scanFile(number: number, source: ByteSource, isLast: boolean): Steps<boolean> {
    let unknown = 0;
    let firstUnknown = 0;
    const entry = new HeadChunkEntries(source, HEAD_CHUNKS_HEADER_BYTES, BLOCK_BYTES);
    this.list.reserve(source.size);
    let units = 0;
    for (; this.nextWritten(entry, number, isLast); units += this.takeRun(number, entry)) {
      if (units >= STEP_UNITS) {
        yield units;
        units = 0;
      }
      const ref = number * TWO_32 + entry.offset;
      this.lastRef = ref;
      this.lastSeriesRef = Math.max(this.lastSeriesRef, entry.seriesRef);
      if (!isKnownEncoding(entry.encoding)) {
        if (unknown++ === 0) firstUnknown = entry.offset;
        continue;
      }
      if (!entry.isOutOfOrder && entry.maxTime < this.minValidTime) continue;
      if (!this.push(ref, entry, source.path)) {
        this.setAsideAll(source.path, entry);
        return false;
      }
    }
    this.unknownCount += unknown;
    if (unknown > 0) {
      const what = `${unknown} chunks of unknown encodings, the first here, are left out`;
      this.report(new CorruptionError(source.path, firstUnknown, what), what);
    }
    return true;
  }

  /** Adds chunks that were found with the one in hand; returns what that cost, and that one. */
  private takeRun(number: number, { following, followingStart }: HeadChunkEntries): number {
    if (following === null) return ENTRY_UNITS;
    const { row: from, starts } = following;
    this.list.pushRun(following, number * TWO_32 + followingStart, this.minValidTime);
    const { row: to } = following;
    if (to > from) this.lastRef = number * TWO_32 + followingStart + starts[to - 1];
    this.lastSeriesRef = Math.max(this.lastSeriesRef, this.list.lastSeriesRef);
    return ENTRY_UNITS * (1 + to - from);
  }

  /** Adds a chunk; false where it does not follow its series' last one. */
  private push(ref: number, entry: HeadChunkEntries, path: string): boolean {
    try {
      return this.list.push(ref, entry);
    } catch (error) {
      throw CorruptionError.from(path, entry.offset, error);
    }
  }

  private setAsideFrom(error: CorruptionError, filesBehind: number): void {
    const files = filesBehind === 0 ? 'file' : `file and the ${filesBehind} behind it`;
    this.report(error, `${error.reason}; the rest of this ${files} is left out`);
  }

  private setAsideAll(path: string, { seriesRef, minTime, offset }: HeadChunkEntries): void {
    const what = `the chunk of series ${seriesRef} at ${minTime} does not follow the one before`;
    this.report(new CorruptionError(path, offset, what), `${what}; all head chunks are left out`);
    this.list.clear();
    this.lastRef = 0;
    this.damagedFrom = 0;
  }

  /** `entry.next()`; the torn end of the file that is being written is its end. */
  private nextWritten(entry: HeadChunkEntries, number: number, isLast: boolean): boolean {
    try {
      return entry.next();
    } catch (error) {
      if (!isLast || !entry.isTorn()) throw error;
      this.damagedFrom = number;
      return false;
    }
  }

  private report(error: CorruptionError, message: string): void {
    this.problems.push({ path: error.path, offset: error.offset, code: error.code, message });
  }
}

/** The numbered files in order; none where `dir` does not exist. */
function listFiles(disk: Disk, dir: string): NumberedFile[] {
  let entries: DirectoryEntry[];
  try {
    entries = disk.list(dir);
  } catch (error) {
    if (error instanceof DiskError && error.errno === 'ENOENT') return [];
    throw error;
  }
  return entries
    .flatMap(({ name, kind }) => {
      const number = kind === 'file' ? parseHeadChunkFileName(name) : null;
      return number === null ? [] : [{ number, path: disk.join(dir, name) }];
    })
    .sort((a, b) => a.number - b.number);
}

/** Null where a running Prometheus has deleted the file since it was listed: blocks have it all. */
function openOrNull(disk: Disk, path: string): ByteSource | null {
  try {
    return disk.openMutable(path, new Uint8Array(BLOCK_BYTES));
  } catch (error) {
    if (error instanceof DiskError && error.errno === 'ENOENT') return null;
    throw error;
  }
}

/** Whether a crash came before the last file's first write; Prometheus deletes it then. */
function isUnwritten(source: ByteSource): boolean {
  if (source.size < MAGIC_BYTES) return true;
  return new ByteReader(source.peek(0, MAGIC_BYTES)).u32() === 0;
}

function checkHeader(source: ByteSource): void {
  if (source.size < HEAD_CHUNKS_HEADER_BYTES) {
    throw new CorruptionError(source.path, 0, `${source.size} bytes are no head chunk file header`);
  }
  const header = new ByteReader(source.peek(0, HEAD_CHUNKS_HEADER_BYTES));
  const magic = header.u32();
  if (magic !== HEAD_CHUNKS_MAGIC) {
    throw new CorruptionError(source.path, 0, `magic ${magic.toString(16)} of no head chunk file`);
  }
  const version = header.u8();
  if (version !== HEAD_CHUNKS_VERSION) {
    throw new CorruptionError(source.path, MAGIC_BYTES, `unknown head chunk version ${version}`);
  }
}

function offsetOf(ref: number): number {
  return ref % TWO_32;
}
