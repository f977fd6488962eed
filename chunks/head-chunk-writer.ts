/**
 * Writes head chunk files, `chunks_head/000001…` (tsdb/chunks/head_chunks.go; the layout is in
 * head-chunks.ts): takes ready entries, gathers them into pieces, and begins a new file when one is
 * full or when told to. A file comes into being with its first piece and is never longer than what
 * it holds.
 *
 *     append → gathered (1 MiB) → waiting, the oldest first → by the system's threads → its file
 *
 * Nobody waits for a full piece: it is written while the next one is gathered. Where the disk falls
 * behind, at most 8 MiB wait, and then `append` writes them itself. A piece that could not be
 * written waits on, and is tried again with the next one.
 *
 * Nothing here is needed to survive a crash before the log is cut off, since the log holds the same
 * samples: files are synced when they are finished and at `close`, and a name before the next file
 * is made, since readers take no gap. So a full disk fails `flush`,
 * never `append`; what is in memory is readable there. (Where a disk takes nothing any more, what
 * waits grows on until the log, which has the same disk, refuses commits.)
 */
import type { WritableDisk, WritableFile } from '../disk/writable-disk.js';
import { copyBytes } from '../encoding/shared-copy.js';
import { assert } from '../model/assert.js';
import { ClosedError, DiskError } from '../model/errors.js';
import {
  HEAD_CHUNKS_HEADER_BYTES,
  HEAD_CHUNKS_MAGIC,
  HEAD_CHUNKS_VERSION,
  headChunkFileName,
  parseHeadChunkFileName,
} from './head-chunks.js';

export const HEAD_CHUNK_FILE_BYTES_MAX = 128 * 1024 * 1024;
/** One write of it takes about half a millisecond. */
const BUFFER_BYTES = 1024 * 1024;
/** With more full pieces than these, whoever appends writes them. */
const WAITING_MAX = 8;
/** So many buffers are kept for the next pieces: one is gathered while one is written. */
const IDLE_MAX = 2;
const TWO_32 = 0x1_0000_0000;

export interface HeadChunkWriterOptions {
  /** Default 128 MiB. */
  readonly fileBytesMax?: number;
  /** So much is gathered for one write; default 1 MiB. */
  readonly bufferBytes?: number;
  /**
   * Of the files that exist, by number: the greatest time in them. A file that is missing here goes
   * with the first `truncate` that reaches it.
   */
  readonly maxTimes?: ReadonlyMap<number, number>;
  /** Told of a finished file that could not be synced. */
  readonly onSyncError?: (error: Error) => void;
}

/** A file of which everything is written. */
interface FinishedFile {
  readonly number: number;
  readonly maxTime: number;
}

/** A file that more is written of. */
interface OpenFile {
  readonly number: number;
  /** It exists once something of it was to be written. */
  file: WritableFile | null;
  maxTime: number;
  /** How many bytes were appended to it, and how many of them are known to be in the file. */
  length: number;
  storedLength: number;
  /** Whether nothing is appended to it any more. */
  isCut: boolean;
}

/** A stretch of a file, in memory. */
interface Piece {
  readonly of: OpenFile;
  /** Where it begins, as the ref of an entry there. */
  readonly ref: number;
  buffer: Uint8Array;
  length: number;
}

/** A write by another thread, of a piece that must not change until it is done. */
interface Flight {
  readonly piece: Piece;
  /** Whether this thread has begun to write the same: what becomes of the flight is no matter. */
  isOvertaken: boolean;
}

export class HeadChunkWriter {
  private readonly disk: WritableDisk;
  private readonly dir: string;
  private readonly fileBytesMax: number;
  private readonly bufferBytes: number;
  private readonly onSyncError: (error: Error) => void;
  private readonly finished: FinishedFile[];
  private readonly syncs = new Set<Promise<void>>();
  /** What the next entries go to. */
  private current: OpenFile;
  private gathered: Piece | null = null;
  /** Pieces that do not change any more, oldest first. */
  private readonly waiting: Piece[] = [];
  private readonly idle: Uint8Array[] = [];
  /** The file whose name may be lost yet: none is made behind it before, as there are no gaps. */
  private unnamed: OpenFile | null = null;
  /** What the system's threads are at. */
  private writing: Promise<void> | null = null;
  private flight: Flight | null = null;
  private isDraining = false;
  /** Of all that was ever appended. */
  private appendedBytes = 0;
  private storedBytes = 0;
  private isCutWanted = false;
  private closing: Promise<void> | null = null;

  /** Goes on behind the files in `dir`, which exists; nothing is written yet. */
  constructor(disk: WritableDisk, dir: string, options: HeadChunkWriterOptions = {}) {
    this.disk = disk;
    this.dir = dir;
    this.fileBytesMax = options.fileBytesMax ?? HEAD_CHUNK_FILE_BYTES_MAX;
    this.bufferBytes = options.bufferBytes ?? BUFFER_BYTES;
    this.onSyncError = options.onSyncError ?? (() => undefined);
    assert(this.fileBytesMax < TWO_32, 'an offset in a file takes 32 bits');
    this.finished = numbersIn(disk, dir).map((number) => ({
      number,
      maxTime: options.maxTimes?.get(number) ?? -Infinity,
    }));
    this.current = newFile((this.finished.at(-1)?.number ?? 0) + 1);
  }

  /** What it holds of memory, in bytes. */
  get memoryBytes(): number {
    const pieces = this.waiting.reduce((sum, { buffer }) => sum + buffer.length, 0);
    const idle = this.idle.reduce((sum, { length }) => sum + length, 0);
    return pieces + idle + (this.gathered?.buffer.length ?? 0);
  }

  /**
   * Appends whole entries, up to `maxTime`, which go to one file; the bytes are copied. Returns the
   * ref of the first one: file number * 2^32 + offset, and the others' follow by their offsets.
   */
  append(entries: Uint8Array, maxTime: number): number {
    this.checkOpen();
    if (this.isCutWanted || this.current.length + entries.length > this.fileBytesMax) this.cut();
    const { current } = this;
    if (current.length === 0) this.put(FILE_HEADER);
    const at = this.put(entries);
    current.maxTime = Math.max(current.maxTime, maxTime);
    return current.number * TWO_32 + at;
  }

  /**
   * From the entry `ref` on, what is in memory of it and of some behind; null where it is in its
   * file. Valid until the next call.
   */
  buffered(ref: number): Uint8Array | null {
    const { current, gathered, waiting } = this;
    assert(ref < current.number * TWO_32 + current.length, 'a ref was given by append');
    if (gathered !== null && ref >= gathered.ref) return rest(gathered, ref);
    for (let i = waiting.length - 1; i >= 0; i--) {
      if (ref >= waiting[i].ref) return rest(waiting[i], ref);
    }
    return null;
  }

  /**
   * Resolves when everything appended before is in its file; rejects where the disk refuses that,
   * and what is not there stays in memory.
   */
  async flush(): Promise<void> {
    this.checkOpen();
    await this.writeAll();
  }

  /** Lets the next entry begin a new file. */
  cutFile(): void {
    this.isCutWanted = true;
  }

  /**
   * Removes files from the front that are written as a whole while all their chunks end before
   * `minTime`, and cuts the current one. Returns how many are gone.
   */
  truncate(minTime: number): number {
    this.checkOpen();
    let count = 0;
    while (this.finished.length > 0 && this.finished[0].maxTime < minTime) {
      this.disk.remove(this.disk.join(this.dir, headChunkFileName(this.finished[0].number)));
      this.finished.shift();
      count++;
    }
    this.cutFile();
    return count;
  }

  /** Flushes and syncs; idempotent. Rejects where that fails; it is closed all the same. */
  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  private async closeOnce(): Promise<void> {
    try {
      await this.writeAll();
      if (this.current.file !== null) await this.store(this.current, this.current.file);
    } finally {
      for (const { of } of this.waiting) of.file?.close();
      this.current.file?.close();
      await Promise.all(this.syncs);
    }
  }

  private async writeAll(): Promise<void> {
    this.seal();
    const wanted = this.appendedBytes;
    // What began before may fail: it is tried again, and only that is told.
    await this.writing?.catch(ignore);
    while (this.storedBytes < wanted) await this.writeFirst();
  }

  /** Finishes the current file, once all of it is written. */
  private cut(): void {
    this.isCutWanted = false;
    const { current } = this;
    if (current.length === 0) return;
    this.seal();
    current.isCut = true;
    this.current = newFile(current.number + 1);
    if (current.storedLength === current.length) this.finish(current);
    else this.writeBehind();
  }

  /** Adds bytes to the current file; returns where they are in it. */
  private put(bytes: Uint8Array): number {
    const { current } = this;
    const needed = (this.gathered?.length ?? 0) + bytes.length;
    if (this.gathered !== null && needed > this.bufferBytes) {
      this.seal();
      this.writeBehind();
    }
    this.gathered ??= {
      of: current,
      ref: current.number * TWO_32 + current.length,
      buffer: this.idle.pop() ?? new Uint8Array(0),
      length: 0,
    };
    const at = current.length;
    add(this.gathered, bytes, this.bufferBytes);
    current.length += bytes.length;
    this.appendedBytes += bytes.length;
    return at;
  }

  /** What is gathered changes no more. */
  private seal(): void {
    if (this.gathered !== null) this.waiting.push(this.gathered);
    this.gathered = null;
  }

  /** Sees to it that what waits is written, without waiting for that as long as little waits. */
  private writeBehind(): void {
    if (this.waiting.length > WAITING_MAX) this.writeNow();
    else if (!this.isDraining) void this.drain();
  }

  private async drain(): Promise<void> {
    this.isDraining = true;
    for (let goesOn = true; goesOn && this.waiting.length > 0;) {
      // What fails waits on: whoever flushes tries again, and is told.
      goesOn = await this.writeFirst().then(
        () => true,
        () => false,
      );
    }
    this.isDraining = false;
  }

  /** Has the system's threads write the first piece that waits, or waits for what they are at. */
  private writeFirst(): Promise<void> {
    this.writing ??= this.writeLater(this.waiting[0]).finally(() => (this.writing = null));
    return this.writing;
  }

  private async writeLater(piece: Piece): Promise<void> {
    const { of } = piece;
    const file = this.fileOf(of);
    const flight = { piece, isOvertaken: false };
    this.flight = flight;
    try {
      await file.writeLater(piece.buffer.subarray(0, piece.length));
      await this.nameLater(of);
    } catch (error) {
      if (!flight.isOvertaken) throw error;
    } finally {
      this.flight = null;
    }
    if (!flight.isOvertaken) this.noteStored();
  }

  /**
   * Writes what waits, on this thread. What another thread is at, too: whichever comes last, the
   * same bytes come to the same place.
   */
  private writeNow(): void {
    if (this.flight !== null) this.flight.isOvertaken = true;
    try {
      while (this.waiting.length > 0) {
        const piece = this.waiting[0];
        this.fileOf(piece.of).write(piece.buffer.subarray(0, piece.length));
        this.noteStored();
      }
    } catch (error) {
      // It waits on: whoever flushes tries again, and is told.
      if (!(error instanceof DiskError)) throw error;
    }
  }

  /** The file of the first piece that waits, so that a write goes where it belongs. */
  private fileOf(of: OpenFile): WritableFile {
    const file = (of.file ??= this.create(of));
    // What an earlier attempt has left.
    if (file.size > of.storedLength) file.truncate(of.storedLength);
    return file;
  }

  private create(of: OpenFile): WritableFile {
    if (this.unnamed !== null) this.disk.syncDirectory(this.dir);
    const file = this.disk.create(this.disk.join(this.dir, headChunkFileName(of.number)));
    this.unnamed = of;
    return file;
  }

  /** Sees to it that the file's name is on stable storage. */
  private async nameLater(of: OpenFile): Promise<void> {
    if (this.unnamed !== of) return;
    await this.disk.syncDirectoryLater(this.dir);
    if (this.unnamed === of) this.unnamed = null;
  }

  /** The first piece that waits is in its file. */
  private noteStored(): void {
    const piece = this.waiting[0];
    this.waiting.shift();
    const { of, buffer, length } = piece;
    of.storedLength += length;
    this.storedBytes += length;
    if (piece !== this.flight?.piece && this.idle.length < IDLE_MAX) this.idle.push(buffer);
    if (of.isCut && of.storedLength === of.length) this.finish(of);
  }

  /** Everything of a file is in it: it is synced and closed. */
  private finish(of: OpenFile): void {
    const { number, maxTime, file } = of;
    this.finished.push({ number, maxTime });
    assert(file !== null, 'a file has its header');
    const sync = this.store(of, file)
      .catch(this.onSyncError)
      .finally(() => {
        file.close();
        this.syncs.delete(sync);
      });
    this.syncs.add(sync);
  }

  /** Has it on stable storage, its name too. */
  private async store(of: OpenFile, file: WritableFile): Promise<void> {
    await file.syncLater();
    await this.nameLater(of);
  }

  private checkOpen(): void {
    if (this.closing !== null) throw new ClosedError('the head chunk writer');
  }
}

const FILE_HEADER = new Uint8Array(HEAD_CHUNKS_HEADER_BYTES);
new DataView(FILE_HEADER.buffer).setUint32(0, HEAD_CHUNKS_MAGIC);
FILE_HEADER[4] = HEAD_CHUNKS_VERSION;

function newFile(number: number): OpenFile {
  return {
    number,
    file: null,
    maxTime: -Infinity,
    length: 0,
    storedLength: 0,
    isCut: false,
  };
}

/** Adds bytes to a piece; its buffer grows to `usualBytes` with the first ones. */
function add(piece: Piece, bytes: Uint8Array, usualBytes: number): void {
  const needed = piece.length + bytes.length;
  if (needed > piece.buffer.length) {
    const larger = new Uint8Array(Math.max(needed, Math.min(2 * needed, usualBytes)));
    larger.set(piece.buffer.subarray(0, piece.length));
    piece.buffer = larger;
  }
  copyBytes(bytes, piece.buffer, piece.length);
  piece.length = needed;
}

/** A piece from the entry `ref` on. */
function rest({ ref: start, buffer, length }: Piece, ref: number): Uint8Array {
  return buffer.subarray(ref - start, length);
}

function ignore(): void {
  // It is tried again.
}

function numbersIn(disk: WritableDisk, dir: string): number[] {
  return disk
    .list(dir)
    .map(({ name, kind }) => (kind === 'file' ? parseHeadChunkFileName(name) : null))
    .filter((number) => number !== null)
    .sort((a, b) => a - b);
}
