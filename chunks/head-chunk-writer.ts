/**
 * Writes head chunk files, `chunks_head/000001…` (tsdb/chunks/head_chunks.go; the layout is in
 * head-chunks.ts): takes ready entries, buffers them, and begins a new file when one is full or
 * when told to. A file comes into being with its first bytes and is never longer than what it
 * holds.
 *
 * Nothing here is needed to survive a crash before the log is cut off, since the log holds the same
 * samples: files are synced when they are finished and at `close`. So a full disk fails `flush`,
 * never `append`, which buffers; what is buffered is readable there.
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
/** One write of it takes about a millisecond. */
const BUFFER_BYTES = 1024 * 1024;
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

/** A file before the one that is written. */
interface FinishedFile {
  readonly number: number;
  readonly maxTime: number;
}

export class HeadChunkWriter {
  private readonly disk: WritableDisk;
  private readonly dir: string;
  private readonly fileBytesMax: number;
  private readonly bufferBytes: number;
  private readonly onSyncError: (error: Error) => void;
  private readonly finished: FinishedFile[];
  private readonly syncs = new Set<Promise<void>>();
  /** Of the file that is written; it exists once something of it was flushed. */
  private fileNumber: number;
  private file: WritableFile | null = null;
  private isNameSynced = false;
  private fileMaxTime = -Infinity;
  /** How much of it is in the file, and how much follows in the buffer. */
  private flushedBytes = 0;
  private buffer = new Uint8Array(0);
  private bufferedBytes = 0;
  private isCutWanted = false;
  private isClosed = false;

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
    this.fileNumber = (this.finished.at(-1)?.number ?? 0) + 1;
  }

  /**
   * Appends whole entries, up to `maxTime`, which go to one file; the bytes are copied. Returns the
   * ref of the first one: file number * 2^32 + offset, and the others' follow by their offsets.
   */
  append(entries: Uint8Array, maxTime: number): number {
    this.checkOpen();
    if (this.isCutWanted || this.fileBytes + entries.length > this.fileBytesMax) this.tryCut();
    if (this.fileBytes === 0) this.beginFile();
    if (this.bufferedBytes + entries.length > this.bufferBytes) this.tryFlush();
    const ref = this.fileNumber * TWO_32 + this.fileBytes;
    this.put(entries);
    this.fileMaxTime = Math.max(this.fileMaxTime, maxTime);
    return ref;
  }

  /**
   * From the entry `ref` on, what is buffered of it and of those behind; null where it is in its
   * file. Valid until the next call.
   */
  buffered(ref: number): Uint8Array | null {
    const start = ref - this.fileNumber * TWO_32 - this.flushedBytes;
    if (start < 0) return null;
    assert(start < this.bufferedBytes, 'a ref was given by append');
    return this.buffer.subarray(start, this.bufferedBytes);
  }

  /** Writes what is buffered; where that fails it stays buffered. */
  flush(): void {
    this.checkOpen();
    if (this.bufferedBytes === 0) return;
    const file = (this.file ??= this.disk.create(
      this.disk.join(this.dir, headChunkFileName(this.fileNumber)),
    ));
    if (!this.isNameSynced) this.disk.syncDirectory(this.dir);
    this.isNameSynced = true;
    // What an earlier attempt has left.
    if (file.size > this.flushedBytes) file.truncate(this.flushedBytes);
    file.write(this.buffer.subarray(0, this.bufferedBytes));
    this.flushedBytes = file.size;
    this.bufferedBytes = 0;
  }

  /** Lets the next entry begin a new file. */
  cutFile(): void {
    this.isCutWanted = true;
  }

  /**
   * Removes files from the front while all their chunks end before `minTime`, never the current
   * one, and cuts it. Returns how many are gone.
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
  async close(): Promise<void> {
    if (this.isClosed) return;
    try {
      this.flush();
      await this.file?.syncLater();
    } finally {
      this.isClosed = true;
      this.file?.close();
      await Promise.all(this.syncs);
    }
  }

  /** The length of the current file, with what is buffered of it. */
  private get fileBytes(): number {
    return this.flushedBytes + this.bufferedBytes;
  }

  /** Finishes the current file; where the disk refuses, it grows on beyond its size. */
  private tryCut(): void {
    this.tryFlush();
    const { file } = this;
    if (this.bufferedBytes > 0) return;
    this.isCutWanted = false;
    if (file === null) return;
    const sync = file
      .syncLater()
      .catch(this.onSyncError)
      .finally(() => {
        file.close();
        this.syncs.delete(sync);
      });
    this.syncs.add(sync);
    this.finished.push({ number: this.fileNumber, maxTime: this.fileMaxTime });
    this.file = null;
    this.isNameSynced = false;
    this.fileNumber++;
    this.flushedBytes = 0;
    this.fileMaxTime = -Infinity;
  }

  private tryFlush(): void {
    try {
      this.flush();
    } catch (error) {
      // The next flush tells it again.
      if (!(error instanceof DiskError)) throw error;
    }
  }

  private beginFile(): void {
    const header = new Uint8Array(HEAD_CHUNKS_HEADER_BYTES);
    new DataView(header.buffer).setUint32(0, HEAD_CHUNKS_MAGIC);
    header[4] = HEAD_CHUNKS_VERSION;
    this.put(header);
  }

  private put(bytes: Uint8Array): void {
    const needed = this.bufferedBytes + bytes.length;
    if (needed > this.buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.buffer.length));
      larger.set(this.buffer.subarray(0, this.bufferedBytes));
      this.buffer = larger;
    }
    copyBytes(bytes, this.buffer, this.bufferedBytes);
    this.bufferedBytes = needed;
  }

  private checkOpen(): void {
    if (this.isClosed) throw new ClosedError('the head chunk writer');
  }
}

function numbersIn(disk: WritableDisk, dir: string): number[] {
  return disk
    .list(dir)
    .map(({ name, kind }) => (kind === 'file' ? parseHeadChunkFileName(name) : null))
    .filter((number) => number !== null)
    .sort((a, b) => a - b);
}
