/**
 * Makes log records of float samples, type 2 (wal/sample-record.ts is the definition):
 *
 *     2 <1b> | ref0 <8b> | t0 <8b> | ref - ref0 <varint> | t - t0 <varint> | value <8b> | …
 */
import { REFS } from './memory';
import { smallInteger } from './sample';
import { storeBig } from './turned';

const TYPE_SAMPLES: u8 = 2;
const VALUE_BYTES: usize = 8;

/**
 * Encodes the first `count` rows of the columns at `times` (kernel/sample-rows.ts) to `start`;
 * returns how many bytes the record has.
 */
export function putRows(start: usize, times: usize, capacity: u32, count: u32): u32 {
  const values = times + 8 * <usize>capacity;
  const slots = values + 8 * <usize>capacity;
  let at = start;
  store<u8>(at++, TYPE_SAMPLES);
  if (count == 0) return 1;
  const ref0 = refOf(slots, 0);
  const time0 = load<f64>(times);
  storeBig(at, <u64>ref0);
  storeBig(at + 8, <u64>(<i64>time0));
  at += 16;
  for (let row: usize = 0; row < <usize>count; row++) {
    at = putDifference(at, refOf(slots, <u32>row), ref0);
    // Most commits have one time.
    if (load<u64>(times + 8 * row) == reinterpret<u64>(time0)) store<u8>(at++, 0);
    else at = putDifference(at, load<f64>(times + 8 * row), time0);
    storeBig(at, load<u64>(values + 8 * row));
    at += VALUE_BYTES;
  }
  return <u32>(at - start);
}

// @ts-ignore: decorator
@inline
function refOf(slots: usize, row: u32): f64 {
  return load<f64>(REFS + 8 * <usize>load<u32>(slots + 4 * <usize>row));
}

/** Writes the difference of two integers as a zigzag varint; the first bytes two at a time. */
// @ts-ignore: decorator
@inline
function putDifference(at: usize, integer: f64, from: f64): usize {
  // What is not small comes out as not small.
  const value = zigzag(smallInteger(integer - from));
  if (value < 0x80) {
    store<u8>(at, <u8>value);
    return at + 1;
  }
  if (value < 0x4000) {
    store<u16>(at, <u16>((value & 0x7f) | 0x80 | ((value >> 7) << 8)));
    return at + 2;
  }
  return putLongVarint(at, zigzag(<i64>integer - <i64>from));
}

// @ts-ignore: decorator
@inline
function zigzag(integer: i64): u64 {
  return <u64>((integer << 1) ^ (integer >> 63));
}

function putLongVarint(at: usize, value: u64): usize {
  for (; value >= 0x80; value >>= 7) store<u8>(at++, <u8>value | 0x80);
  store<u8>(at, <u8>value);
  return at + 1;
}
