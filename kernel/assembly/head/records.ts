/**
 * Log records of float samples, type 2 (wal/sample-record.ts is the definition):
 *
 *     2 <1b> | ref0 <8b> | t0 <8b> | ref - ref0 <varint> | t - t0 <varint> | value <8b> | …
 *
 * What is not as it usually is — another type, damage, times and refs beyond ±2^53 — is refused and
 * left to the codec in TypeScript, which tells what is wrong.
 */
import { ENCODED, RECORD, RECORD_REFS, RECORD_TIMES, RECORD_VALUES, REFS } from './memory';
import { loadBig, storeBig } from './sample';

const TYPE_SAMPLES: u8 = 2;
const HEADER_BYTES: usize = 17;
const VALUE_BYTES: usize = 8;
/** Two varints of one byte and a value. */
const SAMPLE_BYTES_MIN: usize = 2 + VALUE_BYTES;
/** The largest integer that a double holds with all below it. */
const SAFE_MAX: i64 = 9007199254740991;
const REFUSED: u32 = ~0;

/** Encodes the rows `[from, to)` to ENCODED; returns how many bytes the record has. */
export function encodeRows(
  slots: usize,
  times: usize,
  values: usize,
  from: u32,
  to: u32,
): u32 {
  let at = ENCODED;
  store<u8>(at++, TYPE_SAMPLES);
  if (from == to) return 1;
  const ref0 = <i64>refOf(slots, from);
  const time0 = <i64>load<f64>(times + 8 * <usize>from);
  storeBig(at, ref0);
  storeBig(at + 8, time0);
  at += 16;
  for (let row = <usize>from; row < <usize>to; row++) {
    at = putVarint(at, <i64>refOf(slots, <u32>row) - ref0);
    at = putVarint(at, <i64>load<f64>(times + 8 * row) - time0);
    storeBig(at, load<u64>(values + 8 * row));
    at += VALUE_BYTES;
  }
  return <u32>(at - ENCODED);
}

// @ts-ignore: decorator
@inline
function refOf(slots: usize, row: u32): f64 {
  return load<f64>(REFS + 8 * <usize>load<u32>(slots + 4 * <usize>row));
}

/** Writes a zigzag varint; the first bytes two at a time. */
// @ts-ignore: decorator
@inline
function putVarint(at: usize, integer: i64): usize {
  const value = <u64>((integer << 1) ^ (integer >> 63));
  if (value < 0x80) {
    store<u8>(at, <u8>value);
    return at + 1;
  }
  if (value < 0x4000) {
    store<u16>(at, <u16>((value & 0x7f) | 0x80 | ((value >> 7) << 8)));
    return at + 2;
  }
  return putLongVarint(at, value);
}

function putLongVarint(at: usize, value: u64): usize {
  for (; value >= 0x80; value >>= 7) store<u8>(at++, <u8>value | 0x80);
  store<u8>(at, <u8>value);
  return at + 1;
}

/** Where the varint that was read last ends; behind all records if it was none. */
let varintEnd: usize = 0;
const NOWHERE: usize = 0x7fffffff;

/**
 * Decodes the `length` bytes at RECORD to the record's columns and returns how many samples they
 * are; the highest u32 when they are refused.
 */
export function decodeRecord(length: u32): u32 {
  if (length == 0 || load<u8>(RECORD) != TYPE_SAMPLES) return REFUSED;
  if (length == 1) return 0;
  if (length < <u32>(HEADER_BYTES + SAMPLE_BYTES_MIN)) return REFUSED;
  const ref0 = <i64>loadBig(RECORD + 1);
  const time0 = <i64>loadBig(RECORD + 9);
  if (ref0 < 0 || ref0 > SAFE_MAX || !isSafe(time0)) return REFUSED;
  const end = RECORD + length;
  let at = RECORD + HEADER_BYTES;
  let row: usize = 0;
  while (at < end) {
    const ref = ref0 + readVarint(at);
    at = varintEnd;
    if (at == NOWHERE) return REFUSED;
    const time = time0 + readVarint(at);
    at = varintEnd;
    if (at + VALUE_BYTES > end || ref < 0 || ref > SAFE_MAX || !isSafe(time)) return REFUSED;
    store<f64>(RECORD_REFS + 8 * row, <f64>ref);
    store<f64>(RECORD_TIMES + 8 * row, <f64>time);
    store<u64>(RECORD_VALUES + 8 * row, loadBig(at));
    at += VALUE_BYTES;
    row++;
  }
  return <u32>row;
}

/** Whether a double holds the integer exactly, and all that are smaller. */
// @ts-ignore: decorator
@inline
function isSafe(integer: i64): bool {
  return <u64>(integer + SAFE_MAX) <= 2 * SAFE_MAX;
}

/** Reads a zigzag varint of less than 2^55, as differences of safe integers are, at `at`. */
// @ts-ignore: decorator
@inline
function readVarint(at: usize): i64 {
  const word = load<u32>(at);
  if ((word & 0x80) == 0) {
    varintEnd = at + 1;
    const value = word & 0x7f;
    return <i64>(<i32>(value >> 1) ^ -(<i32>value & 1));
  }
  if ((word & 0x8000) == 0) {
    varintEnd = at + 2;
    const value = (word & 0x7f) | ((word >> 1) & 0x3f80);
    return <i64>(<i32>(value >> 1) ^ -(<i32>value & 1));
  }
  return readLongVarint(at);
}

function readLongVarint(at: usize): i64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 56; shift += 7) {
    const byte = <u64>load<u8>(at++);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      varintEnd = at;
      return <i64>(value >> 1) ^ -<i64>(value & 1);
    }
  }
  varintEnd = NOWHERE;
  return 0;
}
