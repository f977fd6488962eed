/**
 * Zstandard (RFC 8878): one frame, which is looked through before anything is allocated for it.
 *
 *     frame       28 b5 2f fd | descriptor <1b> | window <0-1b> | content size <0-8b> |
 *                 block | block | … | checksum <0-4b>
 *     descriptor  bits 6-7: width of the content size, bit 5: the window is the content,
 *                 bit 2: checksum, bits 0-1: width of a dictionary's number
 *     block       last: bit 0, type: bits 1-2, size: bits 3-23 <3b little-endian> |
 *                 data: of `size`, or for type 1 <1b>
 */
import { createRequire } from 'node:module';
import * as zlib from 'node:zlib';
import type * as Fzstd from 'fzstd';
import { DecodeError, messageOf } from '../model/errors.js';
import { once } from '../model/once.js';

const fzstd = once(() => createRequire(import.meta.url)('fzstd') as typeof Fzstd);

const MAGIC = 0xfd2fb528;
const DESCRIPTOR_OFFSET = 4;
const BLOCK_HEADER_BYTES = 3;
const BLOCK_TYPE_RLE = 1;
const CHECKSUM_BYTES = 4;

/**
 * The largest window: what every decoder is to support (RFC 8878, 3.1.1.1.2), and the most that
 * Prometheus' encoder asks for. A decoder's memory grows with it, and the time that fzstd takes.
 */
const WINDOW_BYTES_MAX = 8 * 1024 * 1024;

export type ZstdDecoder = (frame: Uint8Array, lengthMax: number) => Uint8Array;

/**
 * The bytes that `compressed` holds. Throws a `DecodeError` for damage, for what is not one frame
 * alone, and for more than `lengthMax` bytes.
 */
export function zstdDecompress(compressed: Uint8Array, lengthMax: number): Uint8Array {
  return decompressWith(nativeDecoder() ?? portableDecoder, compressed, lengthMax);
}

/** The same, by a decoder of choice. */
export function decompressWith(
  decoder: ZstdDecoder,
  compressed: Uint8Array,
  lengthMax: number,
): Uint8Array {
  const contentBytes = checkFrame(compressed);
  if (contentBytes !== null && contentBytes > lengthMax) throw tooLong(lengthMax);
  let content: Uint8Array;
  try {
    content = decoder(compressed, lengthMax);
  } catch (error) {
    if (error instanceof DecodeError) throw error;
    throw new DecodeError(`zstd: ${messageOf(error)}`, 0);
  }
  if (content.length > lengthMax) throw tooLong(lengthMax);
  if (contentBytes !== null && content.length !== contentBytes) {
    throw new DecodeError(`zstd: ${content.length} bytes came out, not ${contentBytes}`, 0);
  }
  return content;
}

/** Node's own decoder, which is native: from Node 22.15 on, null before. */
export function nativeDecoder(): ZstdDecoder | null {
  type Native = (frame: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
  const native = (zlib as { zstdDecompressSync?: Native }).zstdDecompressSync;
  if (native === undefined) return null;
  return (frame, lengthMax) => {
    try {
      // It takes no limit of 0: for a frame of nothing.
      return native(frame, { maxOutputLength: Math.max(1, lengthMax) });
    } catch (error) {
      const isTooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      throw isTooLong ? tooLong(lengthMax) : error;
    }
  };
}

/** A decoder in JavaScript, for every Node. */
export function portableDecoder(frame: Uint8Array, lengthMax: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new (fzstd().Decompress)((part) => {
    length += part.length;
    if (length > lengthMax) throw tooLong(lengthMax);
    parts.push(part.slice());
  });
  stream.push(frame, true);
  return parts.length === 1 ? parts[0] : Buffer.concat(parts, length);
}

/** Walks over a frame's headers to its end; returns the content's size where the frame says it. */
function checkFrame(bytes: Uint8Array): number | null {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length <= DESCRIPTOR_OFFSET || data.getUint32(0, true) !== MAGIC) {
    throw new DecodeError('zstd: no frame', 0);
  }
  const descriptor = bytes[DESCRIPTOR_OFFSET];
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x03) !== 0) throw new DecodeError('zstd: the frame needs a dictionary', 4);
  const windowOffset = DESCRIPTOR_OFFSET + 1;
  const sizeOffset = isSingleSegment ? windowOffset : windowOffset + 1;
  const sizeWidth = descriptor >> 6 === 0 ? (isSingleSegment ? 1 : 0) : 1 << (descriptor >> 6);
  const blocks = sizeOffset + sizeWidth;
  if (blocks > bytes.length) throw new DecodeError('zstd: the header is cut off', 0);
  const contentBytes = readContentSize(data, sizeOffset, sizeWidth);
  const windowBytes = contentBytes !== null && isSingleSegment ? contentBytes : windowOf(bytes[5]);
  if (windowBytes > WINDOW_BYTES_MAX) {
    throw new DecodeError(`zstd: a window of ${windowBytes} exceeds ${WINDOW_BYTES_MAX} bytes`, 5);
  }
  const end = endOfBlocks(bytes, blocks) + ((descriptor & 0x04) === 0 ? 0 : CHECKSUM_BYTES);
  if (end > bytes.length) throw new DecodeError('zstd: the frame is cut off', bytes.length);
  if (end < bytes.length) throw new DecodeError('zstd: bytes follow the frame', end);
  return contentBytes;
}

function readContentSize(data: DataView, offset: number, width: number): number | null {
  switch (width) {
    case 0:
      return null;
    case 1:
      return data.getUint8(offset);
    case 2:
      return 256 + data.getUint16(offset, true);
    case 4:
      return data.getUint32(offset, true);
    default:
      return data.getUint32(offset, true) + data.getUint32(offset + 4, true) * 2 ** 32;
  }
}

/** The size that a window descriptor stands for: a power of two and some eighths of it. */
function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 0x07);
}

function endOfBlocks(bytes: Uint8Array, start: number): number {
  let offset = start;
  for (;;) {
    if (offset + BLOCK_HEADER_BYTES > bytes.length) {
      throw new DecodeError('zstd: a block is missing', offset);
    }
    const header = bytes[offset] | (bytes[offset + 1] << 8) | (bytes[offset + 2] << 16);
    const isRle = ((header >> 1) & 0x03) === BLOCK_TYPE_RLE;
    offset += BLOCK_HEADER_BYTES + (isRle ? 1 : header >> 3);
    if ((header & 1) === 1) return offset;
  }
}

function tooLong(lengthMax: number): DecodeError {
  return new DecodeError(`zstd output exceeds the limit of ${lengthMax}`, 0);
}
