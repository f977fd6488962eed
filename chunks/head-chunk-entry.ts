/**
 * The entries of one head chunk file, one after the other (tsdb/chunks/head_chunks.go):
 *
 *     entry   series ref <8b> | min time <8b> | max time <8b> | encoding <1b>, 0x80 out of order |
 *             length <uvarint> | data | crc32c of all that <4b>
 *     end     zeros, from an entry whose ref and times are zero; or the end of the file
 *
 * See docs/format/head-chunks.md.
 */
import type { ByteSource } from '../disk/byte-source.js';
import { ByteReader } from '../encoding/byte-reader.js';
import { crc32c, crc32cOf } from '../encoding/crc32c.js';
import { HEAD_ENTRIES_BYTES_MAX, HeadEntries } from '../kernel/head-entries.js';
import { CorruptionError, DecodeError } from '../model/errors.js';
import { ENCODING_XOR, sampleCount } from './chunk.js';
import type { ChunkEntries } from './chunk-entries.js';

/** In the encoding byte: the chunk is of out-of-order samples. */
export const OUT_OF_ORDER_FLAG = 0x80;
/** Ref and times, whose zeros end a file. */
const ENTRY_START_BYTES = 24;
const LENGTH_OFFSET = ENTRY_START_BYTES + 1;
const LENGTH_BYTES_MAX = 5;
/** At the front of a chunk. */
const COUNT_BYTES = 2;
const CRC_BYTES = 4;
/** What an entry takes beside its data, at most; fewer bytes at the end of a file are padding. */
export const ENTRY_BYTES_MAX = ENTRY_START_BYTES + 1 + LENGTH_BYTES_MAX + CRC_BYTES;
/** A longer chunk that exceeds its file is no torn one but a damaged length. */
const TORN_DATA_BYTES_MAX = 64 * 1024;

const NOTHING = new Uint8Array(0);

/**
 * Walks the entries of one file: `next()`, then the fields are those of the entry. Everything that
 * is wrong is a `CorruptionError`.
 */
export class HeadChunkEntries {
  /** Where in the file the entry begins. */
  offset = 0;
  seriesRef = 0;
  minTime = 0;
  maxTime = 0;
  encoding = 0;
  isOutOfOrder = false;
  dataLength = 0;
  private end: number;
  /** Where the entry that was tried last ends, as far as is known. */
  private claimedEnd = 0;
  private readonly source: ByteSource;
  private readonly blockBytes: number;
  /** A stretch of the file, and where it begins. */
  private block: ByteReader = new ByteReader(NOTHING);
  private view: DataView = new DataView(NOTHING.buffer);
  private blockStart = 0;
  private dataStart = 0;
  /** What the kernel found in the block; null where it is not asked. */
  private found: HeadEntries | null = null;
  /** Where in the file it began to look. */
  private foundAt = 0;

  /** The first entry begins at `offset`; the file is read in stretches of `blockBytes`. */
  constructor(source: ByteSource, offset: number, blockBytes: number) {
    this.source = source;
    this.end = offset;
    this.blockBytes = blockBytes;
  }

  /** Moves to the next entry and checks it; false where the file's content ends. */
  next(): boolean {
    const { found } = this;
    // Fast path: what the kernel found in the block.
    if (found !== null && found.row < found.count) {
      this.take(found, found.row++);
      return true;
    }
    return this.nextSlowly();
  }

  /**
   * What was found already behind the entry in hand: rows from `row` on; whoever takes some moves
   * `row` behind them.
   */
  get following(): HeadEntries | null {
    return this.found;
  }

  /** What their starts count from, in the file. */
  get followingStart(): number {
    return this.foundAt;
  }

  private take(found: HeadEntries, row: number): void {
    const flags = found.flags[row];
    this.offset = this.foundAt + found.starts[row];
    this.seriesRef = found.refs[row];
    this.minTime = found.minTimes[row];
    this.maxTime = found.maxTimes[row];
    this.encoding = flags & ~OUT_OF_ORDER_FLAG;
    this.isOutOfOrder = (flags & OUT_OF_ORDER_FLAG) !== 0;
    this.dataLength = found.lengths[row];
    this.dataStart = this.offset + entryBytes(this.dataLength) - this.dataLength - CRC_BYTES;
  }

  private nextSlowly(): boolean {
    this.offset = this.end;
    this.claimedEnd = this.offset + ENTRY_BYTES_MAX;
    this.dataLength = 0;
    try {
      const rest = this.source.size - this.offset;
      this.load(Math.min(rest, ENTRY_BYTES_MAX));
      if (rest < ENTRY_BYTES_MAX) {
        if (this.isZero(rest)) return false;
        throw new DecodeError(`${rest} bytes are left, too few for an entry`, this.within());
      }
      if (this.find()) return this.next();
      if (this.isZero(ENTRY_START_BYTES)) return false;
      this.readHeader();
      this.check(rest);
      return true;
    } catch (error) {
      throw CorruptionError.from(this.source.path, this.blockStart, error);
    }
  }

  /** Has the kernel look for entries from here on; false where it finds none. */
  private find(): boolean {
    // Who reads single entries looks at small blocks.
    if (this.blockBytes < HEAD_ENTRIES_BYTES_MAX) return false;
    this.found ??= new HeadEntries();
    if (this.findIn(this.found)) return true;
    if (this.within() === 0) return false;
    // The block ends within this entry.
    this.reload(ENTRY_BYTES_MAX);
    return this.findIn(this.found);
  }

  private findIn(found: HeadEntries): boolean {
    const start = this.within();
    const bytes = this.block.bytes.subarray(start, start + HEAD_ENTRIES_BYTES_MAX);
    if (found.scan(bytes) === 0) return false;
    this.foundAt = this.offset;
    const last = found.count - 1;
    this.end = this.offset + found.starts[last] + entryBytes(found.lengths[last]);
    return true;
  }

  /** The data of the entry; valid until the source's next call. */
  data(): Uint8Array {
    const start = this.dataStart - this.blockStart;
    return this.block.bytes.subarray(start, start + this.dataLength);
  }

  /** How many samples the chunk says that it has. */
  sampleCount(): number {
    // Fast path: without a view.
    if (this.encoding !== ENCODING_XOR || this.dataLength < COUNT_BYTES) {
      return sampleCount(this.encoding, this.data());
    }
    return this.view.getUint16(this.dataStart - this.blockStart);
  }

  /**
   * Whether the entry that `next()` refused looks like the beginning of one, with nothing behind
   * it: Prometheus writes its buffer of 4 MiB when it is full, wherever in an entry that may be.
   */
  isTorn(): boolean {
    const { claimedEnd, source } = this;
    if (claimedEnd > source.size) return this.dataLength <= TORN_DATA_BYTES_MAX;
    for (let at = claimedEnd - 1; at < source.size; at += this.blockBytes) {
      const part = source.peek(at, Math.min(this.blockBytes, source.size - at));
      if (part.some((byte) => byte !== 0)) return false;
    }
    return true;
  }

  private readHeader(): void {
    const { block } = this;
    block.offset = this.within();
    this.seriesRef = block.u64();
    this.minTime = block.i64();
    this.maxTime = block.i64();
    const flags = block.u8();
    this.encoding = flags & ~OUT_OF_ORDER_FLAG;
    this.isOutOfOrder = (flags & OUT_OF_ORDER_FLAG) !== 0;
    this.dataLength = block.uvarint();
    this.dataStart = this.blockStart + block.offset;
  }

  /** Holds the entry against the `rest` of the file, its checksum, and reason. */
  private check(rest: number): void {
    const covered = this.dataStart + this.dataLength - this.offset;
    this.claimedEnd = this.offset + covered + CRC_BYTES;
    if (covered + CRC_BYTES > rest) {
      throw new DecodeError(`a chunk of ${this.dataLength} bytes exceeds the file`, this.within());
    }
    this.load(covered + CRC_BYTES);
    const { block } = this;
    const start = this.within();
    block.offset = start + covered;
    const stored = block.u32();
    const actual = crc32c(block.bytes.subarray(start, start + covered));
    if (actual !== stored) {
      throw new DecodeError(`chunk checksum ${hex(actual)}, ${hex(stored)} expected`, start);
    }
    if (this.minTime > this.maxTime) {
      throw new DecodeError(`a chunk from ${this.minTime} to ${this.maxTime}`, start);
    }
    this.end = this.claimedEnd;
  }

  /** Makes sure that the block holds `length` bytes of the entry. */
  private load(length: number): void {
    if (this.offset >= this.blockStart && this.within() + length <= this.block.end) return;
    this.reload(length);
  }

  /** Reads the block anew, from the entry on. */
  private reload(length: number): void {
    const rest = this.source.size - this.offset;
    const wanted = Math.min(Math.max(length, this.blockBytes), rest);
    this.blockStart = 0;
    const bytes = this.source.peek(this.offset, wanted);
    this.block = new ByteReader(bytes);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.blockStart = this.offset;
  }

  /** Where in the block the entry begins. */
  private within(): number {
    return this.offset - this.blockStart;
  }

  private isZero(length: number): boolean {
    const { bytes } = this.block;
    const start = this.within();
    for (let i = start; i < start + length; i++) {
      if (bytes[i] !== 0) return false;
    }
    return true;
  }
}

/** What an entry takes whose data has so many bytes, a length of up to two bytes among them. */
function entryBytes(dataLength: number): number {
  return LENGTH_OFFSET + (dataLength < 0x80 ? 1 : 2) + dataLength + CRC_BYTES;
}

/** Where in an entry its data begins, by how much that is. */
export function headEntryDataStart(dataLength: number): number {
  let lengthBytes = 1;
  for (let rest = dataLength; rest >= 0x80; rest = Math.floor(rest / 128)) lengthBytes++;
  return LENGTH_OFFSET + lengthBytes;
}

/**
 * Adds the chunk whose entry begins at `offset` and whose data has `dataLength` bytes to `into`;
 * its times are to be set. What is there else is a `DecodeError`, counted from `offset`.
 */
export function copyHeadEntry(
  source: ByteSource,
  offset: number,
  dataLength: number,
  into: ChunkEntries,
): void {
  const dataStart = headEntryDataStart(dataLength);
  const dataEnd = dataStart + dataLength;
  const bytes = source.peek(offset, dataEnd + CRC_BYTES);
  const actual = crc32cOf(bytes, 0, dataEnd);
  const stored =
    (bytes[dataEnd] << 24) |
    (bytes[dataEnd + 1] << 16) |
    (bytes[dataEnd + 2] << 8) |
    bytes[dataEnd + 3];
  if (actual !== stored >>> 0) {
    throw new DecodeError(`chunk checksum ${hex(actual)}, ${hex(stored >>> 0)} expected`, 0);
  }
  const reader = new ByteReader(bytes, LENGTH_OFFSET);
  if (reader.uvarint() !== dataLength) throw new DecodeError('another chunk lies there', 0);
  into.pushData(bytes[ENTRY_START_BYTES] & ~OUT_OF_ORDER_FLAG, bytes, dataStart, dataEnd);
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
