/**
 * Writes log segments for tests, well-formed ones and, fragment by fragment, any others; and reads
 * logs to their end as replay does, segment by segment around the damage.
 */
import { crc32c } from '../../encoding/crc32c.js';
import { snappyCompress } from '../../encoding/snappy.js';
import { CorruptionError } from '../../model/errors.js';
import { listLog } from '../../wal/checkpoint.js';
import {
  COMPRESSION_NONE,
  COMPRESSION_SNAPPY,
  COMPRESSION_ZSTD,
  FRAGMENT_FIRST,
  FRAGMENT_FULL,
  FRAGMENT_HEADER_BYTES,
  FRAGMENT_LAST,
  FRAGMENT_MIDDLE,
  PAGE_BYTES,
  segmentName,
} from '../../wal/format.js';
import { type TornTail, WalReader } from '../../wal/reader.js';
import { MemoryDisk } from './memory-disk.js';

export type Compression = 'none' | 'snappy' | 'zstd';

const FLAGS = { none: COMPRESSION_NONE, snappy: COMPRESSION_SNAPPY, zstd: COMPRESSION_ZSTD };

/** Frames records as Prometheus' writer does (tsdb/wlog/wlog.go). */
export class SegmentBuilder {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  /** Adds a record and returns where its first fragment begins. */
  add(payload: Uint8Array, compression: Compression = 'none'): number {
    return this.addStored(compressed(payload, compression), FLAGS[compression]);
  }

  /** Adds a record whose stored bytes are given, with these flags on each fragment. */
  addStored(stored: Uint8Array, flags: number): number {
    let start = -1;
    for (let done = 0; start < 0 || done < stored.length;) {
      if (this.room() < FRAGMENT_HEADER_BYTES) this.pad();
      const length = Math.min(stored.length - done, this.room() - FRAGMENT_HEADER_BYTES);
      const isFirst = start < 0;
      const isLast = done + length === stored.length;
      const kind = isFirst
        ? isLast
          ? FRAGMENT_FULL
          : FRAGMENT_FIRST
        : isLast
          ? FRAGMENT_LAST
          : FRAGMENT_MIDDLE;
      if (isFirst) start = this.length;
      this.raw(fragment(kind | flags, stored.subarray(done, done + length)));
      done += length;
    }
    return start;
  }

  /** Adds bytes as they are. */
  raw(bytes: Uint8Array): this {
    this.parts.push(bytes);
    this.length += bytes.length;
    return this;
  }

  /** Fills the page with zeros. */
  pad(): this {
    return this.room() === PAGE_BYTES ? this : this.raw(new Uint8Array(this.room()));
  }

  /** The bytes that are left in the page. */
  room(): number {
    return PAGE_BYTES - (this.length % PAGE_BYTES);
  }

  bytes(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.parts));
  }
}

/** A fragment; `length` and `crc` lie about it where they are given. */
export function fragment(
  type: number,
  data: Uint8Array,
  lies: { length?: number; crc?: number } = {},
): Uint8Array {
  const out = Buffer.alloc(FRAGMENT_HEADER_BYTES + data.length);
  out.writeUInt8(type, 0);
  out.writeUInt16BE(lies.length ?? data.length, 1);
  out.writeUInt32BE(lies.crc ?? crc32c(data), 3);
  out.set(data, FRAGMENT_HEADER_BYTES);
  return out;
}

/**
 * A Zstandard frame of `repeat` times `payload`: in raw blocks, or one byte repeated in RLE blocks.
 */
export function zstdFrame(payload: Uint8Array, repeat = 1): Uint8Array {
  // No content size, no checksum, a window of 128 KiB.
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]);
  const blocks: Uint8Array[] = [];
  const isRle = repeat > 1;
  const total = payload.length * repeat;
  for (let at = 0; at === 0 || at < total; at += ZSTD_BLOCK_BYTES) {
    const length = Math.min(ZSTD_BLOCK_BYTES, total - at);
    const block = Buffer.alloc(3);
    block.writeUIntLE((at + length === total ? 1 : 0) | (isRle ? 2 : 0) | (length << 3), 0, 3);
    blocks.push(block, isRle ? payload : payload.subarray(at, at + length));
  }
  return Uint8Array.from(Buffer.concat([header, ...blocks]));
}

const ZSTD_BLOCK_BYTES = 128 * 1024;

function compressed(payload: Uint8Array, compression: Compression): Uint8Array {
  if (compression === 'snappy') return snappyCompress(payload);
  return compression === 'zstd' ? zstdFrame(payload) : payload;
}

/** Everything that a log has to say. */
export interface LogReading {
  /** Copies of the records, in order. */
  readonly records: readonly Buffer[];
  /** Segment and offset of each. */
  readonly places: readonly string[];
  readonly damage: readonly CorruptionError[];
  readonly torn: TornTail | null;
}

/** A disk with these segments in `wal/`, numbered from 0. */
export function logDisk(...segments: Uint8Array[]): MemoryDisk {
  const files = segments.map((bytes, i): [string, Uint8Array] => [`wal/${segmentName(i)}`, bytes]);
  return new MemoryDisk(Object.fromEntries(files));
}

/** Reads the segments in `wal/` to their end, going on behind damaged ones. */
export function readLog(disk: MemoryDisk): LogReading {
  const reader = new WalReader(disk, listLog(disk, 'wal').segments);
  const records: Buffer[] = [];
  const places: string[] = [];
  const damage: CorruptionError[] = [];
  for (;;) {
    try {
      while (reader.next()) {
        records.push(Buffer.from(reader.record));
        places.push(`${reader.segment}@${reader.offset}`);
      }
      reader.close();
      return { records, places, damage, torn: reader.torn };
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      damage.push(error);
      reader.skipSegment();
    }
  }
}
