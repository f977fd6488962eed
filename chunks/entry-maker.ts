/**
 * Makes entries of segments of a head's chunks: of entries of chunks_head, which are checked, and
 * of bytes. In the kernel; what does not fit into it is made by `ChunkEntries`.
 */
import type { ByteSource } from '../disk/byte-source.js';
import { ENTRY_BYTES_MAX, EntryKernel, WINDOW_BYTES } from '../kernel/entry-kernel.js';
import type { ChunkEntries } from './chunk-entries.js';
import { copyHeadEntry, headEntryDataStart } from './head-chunk-entry.js';
import { CRC_BYTES } from './segment-format.js';

export class EntryMaker {
  private readonly kernel = new EntryKernel();
  private used = 0;

  /** Gives up the entries that were made so far. */
  clear(): void {
    this.used = 0;
  }

  /**
   * Adds the chunk of the entry of chunks_head that begins at `offset` and whose data has
   * `dataLength` bytes to `into`; its times are to be set. What is there else is a `DecodeError`.
   */
  addHeadEntry(source: ByteSource, offset: number, dataLength: number, into: ChunkEntries): void {
    const { kernel } = this;
    const dataStart = headEntryDataStart(dataLength);
    if (this.hasRoom(dataStart + dataLength)) {
      const bytes = source.peek(offset, dataStart + dataLength + CRC_BYTES);
      kernel.window.set(bytes);
      const length = isLength(bytes, dataStart, dataLength)
        ? kernel.takeHead(dataStart, dataLength, this.used)
        : 0;
      if (length > 0) {
        this.push(length, dataLength, into);
        return;
      }
    }
    // Slow path: it is damaged, which is told there, or large.
    copyHeadEntry(source, offset, dataLength, into);
  }

  /** Adds a chunk of the data `bytes[from, to)`; its times are to be set. */
  addData(encoding: number, bytes: Uint8Array, from: number, to: number, into: ChunkEntries): void {
    const dataLength = to - from;
    if (!this.hasRoom(dataLength)) {
      into.pushData(encoding, bytes, from, to);
      return;
    }
    this.kernel.window.set(bytes.subarray(from, to));
    this.push(this.kernel.make(dataLength, encoding, this.used), dataLength, into);
  }

  private hasRoom(length: number): boolean {
    return this.used + length + ENTRY_BYTES_MAX <= WINDOW_BYTES;
  }

  private push(length: number, dataLength: number, into: ChunkEntries): void {
    const end = this.used + length;
    const dataEnd = end - CRC_BYTES;
    into.push(this.kernel.made, this.used, dataEnd - dataLength, dataEnd);
    this.used = end;
  }
}

/** Whether the length in front of the data of an entry is the one that is expected. */
function isLength(bytes: Uint8Array, dataStart: number, dataLength: number): boolean {
  let at = dataStart - 1;
  if (bytes[at] >= 0x80) return false;
  let length = bytes[at];
  while (at > headEntryDataStart(0) - 1) {
    const byte = bytes[--at];
    if (byte < 0x80) return false;
    length = length * 128 + (byte & 0x7f);
  }
  return length === dataLength;
}
