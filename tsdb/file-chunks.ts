/**
 * The full chunks of a head in `chunks_head`: written by `HeadChunkWriter`, read back by position.
 * What the writer has still in memory is read there.
 */
import { HeadChunkEntries } from '../chunks/head-chunk-entry.js';
import type { HeadChunkWriter } from '../chunks/head-chunk-writer.js';
import { headChunkFileName } from '../chunks/head-chunks.js';
import type { ByteSource } from '../disk/byte-source.js';
import type { Disk } from '../disk/disk.js';
import { CorruptionError } from '../model/errors.js';
import { dataOfEntry, FULL_ENTRY_BYTES_MAX, type FullChunks, TWO_32 } from './full-chunks.js';

export class FileChunks implements FullChunks {
  readonly areInFiles = true;
  private readonly disk: Disk;
  private readonly dir: string;
  private readonly writer: HeadChunkWriter;
  private readonly sources = new Map<number, ByteSource>();

  /** Takes over the writer of `dir`. */
  constructor(disk: Disk, dir: string, writer: HeadChunkWriter) {
    this.disk = disk;
    this.dir = dir;
    this.writer = writer;
  }

  append(entries: Uint8Array, maxTime: number): number {
    return this.writer.append(entries, maxTime);
  }

  data(ref: number, dataLength: number): Uint8Array {
    const buffered = this.writer.buffered(ref);
    if (buffered !== null) return dataOfEntry(buffered, dataLength);
    const offset = ref % TWO_32;
    const source = this.sourceOf(Math.floor(ref / TWO_32), offset + FULL_ENTRY_BYTES_MAX);
    const entry = new HeadChunkEntries(source, offset, FULL_ENTRY_BYTES_MAX);
    if (!entry.next() || entry.dataLength !== dataLength) {
      throw new CorruptionError(source.path, offset, 'the chunk has changed since it was written');
    }
    return entry.data();
  }

  flush(): Promise<void> {
    return this.writer.flush();
  }

  truncate(minTime: number): void {
    this.writer.truncate(minTime);
    for (const [number, source] of this.sources) {
      if (this.disk.exists(source.path)) continue;
      source.close();
      this.sources.delete(number);
    }
  }

  get memoryBytes(): number {
    return this.writer.memoryBytes;
  }

  async close(): Promise<void> {
    for (const source of this.sources.values()) source.close();
    this.sources.clear();
    await this.writer.close();
  }

  /** A file as it was when it was opened; opened again where more of it is wanted. */
  private sourceOf(number: number, end: number): ByteSource {
    const known = this.sources.get(number);
    if (known !== undefined && known.size >= end) return known;
    const path = known?.path ?? this.disk.join(this.dir, headChunkFileName(number));
    const source = this.disk.openMutable(path);
    if (known !== undefined && known.size === source.size) {
      source.close();
      return known;
    }
    known?.close();
    this.sources.set(number, source);
    return source;
  }
}
