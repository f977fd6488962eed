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
import { assert } from '../model/assert.js';
import { DecodeError } from '../model/errors.js';
import type { BitReader } from './bit-reader.js';
import type { BitWriter } from './bit-writer.js';

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

/** The least number of ones whose field holds `value`, an integer within ±2^53. */
function onesFor(value: number): number {
  if (value === 0) return 0;
  let ones = 1;
  while (!(-(2 ** (WIDTHS[ones] - 1)) < value && value <= 2 ** (WIDTHS[ones] - 1))) ones++;
  return ones;
}

/** Writes a signed integer within ±2^53. */
export function writeVarbitInt(writer: BitWriter, value: number): void {
  assert(Number.isInteger(value) && Math.abs(value) <= 2 ** 53, 'a varbit number is exact');
  writeField(writer, onesFor(value), Math.floor(value / TWO_32), value | 0);
}

/** Writes a signed integer of 64 bits. */
export function writeVarbitWide(writer: BitWriter, value: bigint): void {
  const ones = -(2n ** 55n) < value && value <= 2n ** 55n ? 7 : 8;
  if (-(2n ** 53n) <= value && value <= 2n ** 53n) writeVarbitInt(writer, Number(value));
  else writeField(writer, ones, Number(value >> 32n), Number(value & 0xffff_ffffn));
}

/** Writes an unsigned integer of at most 2^53 - 1. */
export function writeVarbitUint(writer: BitWriter, value: number): void {
  assert(Number.isSafeInteger(value) && value >= 0, 'a varbit count is a safe integer from 0');
  let ones = value === 0 ? 0 : 1;
  while (value >= 2 ** WIDTHS[ones]) ones++;
  writeField(writer, ones, Math.floor(value / TWO_32), value | 0);
}

/** A prefix of so many ones, and the field behind it. */
function writeField(writer: BitWriter, ones: number, high: number, low: number): void {
  // Eight ones end themselves; fewer are ended by a zero.
  if (ones === 8) writer.bits(0xff, 8);
  else writer.bits(2 ** (ones + 1) - 2, ones + 1);
  writer.wideBits(high, low, WIDTHS[ones]);
}
