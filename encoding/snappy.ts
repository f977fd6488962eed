/** Snappy's raw block format, with the length checked before a byte is decoded. */
import { createRequire } from 'node:module';
import type * as Snappy from 'snappy';
import { DecodeError, messageOf } from '../model/errors.js';
import { once } from '../model/once.js';
import { ByteReader } from './byte-reader.js';

const snappy = once(() => createRequire(import.meta.url)('snappy') as typeof Snappy);

// A copy element spends at least 3 bytes on at most 64 bytes of output (format_description.txt).
const EXPANSION_MAX = 22;

/**
 * Output in a buffer of JavaScript's own: an external one costs its registration and finalizer, 100
 * against 30 us for a log record of 11 KB, and keeps its memory until a full collection.
 */
const COPIED = { copyOutputData: true };

/**
 * The bytes that `compressed` holds. Throws a `DecodeError` for damage, for a declared length that
 * the input cannot reach, and for more than `lengthMax` bytes.
 */
export function snappyDecompress(compressed: Uint8Array, lengthMax: number): Uint8Array {
  const length = new ByteReader(compressed).uvarint();
  if (length > lengthMax) {
    throw new DecodeError(`snappy length ${length} exceeds the limit of ${lengthMax}`, 0);
  }
  if (length > EXPANSION_MAX * compressed.length) {
    throw new DecodeError(`snappy length ${length} cannot come from ${compressed.length} bytes`, 0);
  }
  try {
    return snappy().uncompressSync(asBuffer(compressed), COPIED) as Uint8Array;
  } catch (error) {
    throw new DecodeError(`snappy: ${messageOf(error)}`, 0);
  }
}

/** `bytes` in Snappy's raw block format. */
export function snappyCompress(bytes: Uint8Array): Uint8Array {
  return snappy().compressSync(asBuffer(bytes));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
