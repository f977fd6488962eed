/**
 * The segment files of a block, `chunks/000001` and on (tsdb/chunks/chunks.go):
 *
 *     magic 85 BD 40 DD <4b> | version 1 <1b> | zero <3b>
 *     length <uvarint> | encoding <1b> | data <length> | crc32c(encoding, data) <4b>     each chunk
 *
 * A chunk's reference is `file · 2^32 + offset`: the index of its file among the sorted names of
 * the folder (not the number in the name), and the offset of its length field. References reach
 * beyond 2^32, so they are taken apart by arithmetic, not by bit operations.
 * See docs/format/chunk-segment.md.
 */
import { DecodeError } from '../model/errors.js';
import { crc32c } from '../encoding/crc32c.js';

export const SEGMENT_MAGIC = 0x85bd40dd;
export const SEGMENT_VERSION = 1;
export const SEGMENT_HEADER_BYTES = 8;
export const ENCODING_BYTES = 1;
export const CRC_BYTES = 4;
/** The length field takes at most so many bytes: 35 bits. */
export const LENGTH_BYTES_MAX = 5;
/** A segment is cut before it would grow beyond this. */
export const SEGMENT_BYTES_MAX = 512 * 1024 * 1024;

const TWO_32 = 0x1_0000_0000;

export function chunkRef(file: number, offset: number): number {
  return file * TWO_32 + offset;
}

/** The index of the reference's file. */
export function refFile(ref: number): number {
  return Math.floor(ref / TWO_32);
}

/** The offset of the chunk's length field in its file. */
export function refOffset(ref: number): number {
  return ref % TWO_32;
}

/** The name of a segment file by its number, which counts from 1. */
export function segmentName(number: number): string {
  return String(number).padStart(6, '0');
}

/** Checks a segment's first bytes; a `DecodeError` says what is wrong. */
export function checkSegmentHeader(header: Uint8Array): void {
  if (header.length < SEGMENT_HEADER_BYTES) {
    throw new DecodeError(`segment of ${header.length} bytes has no whole header`, 0);
  }
  const magic = ((header[0] << 24) | (header[1] << 16) | (header[2] << 8) | header[3]) >>> 0;
  if (magic !== SEGMENT_MAGIC) {
    throw new DecodeError(`segment magic is ${magic.toString(16)}, not 85bd40dd`, 0);
  }
  if (header[4] !== SEGMENT_VERSION) {
    throw new DecodeError(`segment version is ${header[4]}, not ${SEGMENT_VERSION}`, 4);
  }
}

/** Where the parts of an entry lie, relative to its length field. */
export interface EntryLayout {
  /** Bytes of the length field: the encoding lies behind them. */
  readonly lengthBytes: number;
  /** Bytes of the data. */
  readonly dataBytes: number;
  /** Bytes of the whole entry. */
  readonly entryBytes: number;
}

/** Reads the length field in front of an entry; `available` is what the file has from there on. */
export function readEntryLayout(bytes: Uint8Array, at: number, available: number): EntryLayout {
  let dataBytes = 0;
  let scale = 1;
  for (let i = 0; i < LENGTH_BYTES_MAX && at + i < bytes.length; i++, scale *= 128) {
    const byte = bytes[at + i];
    dataBytes += (byte & 0x7f) * scale;
    if (byte >= 0x80) continue;
    const lengthBytes = i + 1;
    const entryBytes = lengthBytes + ENCODING_BYTES + dataBytes + CRC_BYTES;
    if (entryBytes > available) {
      throw new DecodeError(`chunk length ${dataBytes} exceeds the ${available} bytes left`, at);
    }
    return { lengthBytes, dataBytes, entryBytes };
  }
  throw new DecodeError('chunk length is cut off or longer than 5 bytes', at);
}

/** A chunk as it lies in a segment, its checksum checked. */
export interface RawChunk {
  readonly encoding: number;
  /** As long-lived as the bytes that it was read from. */
  readonly data: Uint8Array;
}

/** Takes an entry apart and checks its checksum; offsets count from the start of `entry`. */
export function readEntry(entry: Uint8Array): RawChunk {
  const { lengthBytes, entryBytes } = readEntryLayout(entry, 0, entry.length);
  const crcAt = entryBytes - CRC_BYTES;
  const wanted =
    ((entry[crcAt] << 24) |
      (entry[crcAt + 1] << 16) |
      (entry[crcAt + 2] << 8) |
      entry[crcAt + 3]) >>>
    0;
  const got = crc32c(entry.subarray(lengthBytes, crcAt));
  if (got !== wanted) {
    throw new DecodeError(`chunk checksum is ${hex(got)}, ${hex(wanted)} is stored`, 0);
  }
  return { encoding: entry[lengthBytes], data: entry.subarray(lengthBytes + 1, crcAt) };
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
