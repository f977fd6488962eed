/**
 * Integers in buckets of bits: small ones take few. Histogram fields and start timestamps use them
 * (tsdb/chunkenc/varbit.go).
 *
 *     0               0            1111110  <25b>
 *     10      <3b>                 11111110 <56b>
 *     110     <6b>                 11111111 <64b>
 *     1110    <9b>
 *     11110   <12b>      A signed field of n bits holds -(2^(n-1) - 1) .. 2^(n-1): it leans to the
 *     111110  <18b>      positive. The 64-bit one is two's complement.
 */
import { DecodeError } from '../model/errors.js';
import type { BitReader } from './bit-reader.js';

const TWO_32 = 0x1_0000_0000;

/** Bits behind a prefix of so many ones. */
const WIDTHS: readonly number[] = [0, 3, 6, 9, 12, 18, 25, 56, 64];

/** Reads a signed integer into `reader.high` and `reader.low`, as two's complement. */
export function readVarbitHalves(reader: BitReader): void {
  const word = reader.peek();
  const ones = Math.clz32(~word);
  if (ones > 6) {
    readWideHalves(reader);
    return;
  }
  // Fast path: prefix and field fit into the word.
  const width = WIDTHS[ones];
  reader.skip(ones + 1 + width);
  let value = width === 0 ? 0 : (word << (ones + 1)) >>> (32 - width);
  // Negative when above 2^(width-1), strictly.
  if (value > (1 << width) >>> 1) value -= 1 << width;
  reader.low = value;
  reader.high = value >> 31;
}

/** Slow path: fields of 56 and 64 bits. */
function readWideHalves(reader: BitReader): void {
  const width = WIDTHS[reader.ones(8)];
  reader.wideBits(width);
  if (width === 64) return;
  if (reader.high > 2 ** 23 || (reader.high === 2 ** 23 && reader.low !== 0)) {
    reader.high -= 2 ** 24;
  }
}

/** A signed integer within ±(2^53 - 1). */
export function readVarbitInt(reader: BitReader): number {
  const at = reader.offset;
  readVarbitHalves(reader);
  return reader.safeInteger(at);
}

/** Reads an unsigned integer into `reader.high` and `reader.low`. */
export function readVarbitUnsignedHalves(reader: BitReader): void {
  reader.wideBits(WIDTHS[reader.ones(8)]);
}

/** An unsigned integer of at most 2^53 - 1. */
export function readVarbitUint(reader: BitReader): number {
  const at = reader.offset;
  readVarbitUnsignedHalves(reader);
  const value = (reader.high >>> 0) * TWO_32 + (reader.low >>> 0);
  if (value > Number.MAX_SAFE_INTEGER) throw new DecodeError('integer exceeds 2^53', at);
  return value;
}
