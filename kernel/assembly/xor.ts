/**
 * Decodes XOR chunks into columns (chunks/xor.ts is the definition).
 *
 * Times are doubles all the way: a chunk is refused where a time or a gap is so large that a sum
 * might not be exact (`isTame`), and left to the codec in TypeScript, which tells whether it is an
 * error. A decoder may look at bits behind its chunk's end; it checks after each sample that it
 * consumed none of them.
 */
import { WINDOW_BITS, wideWindow, window } from './bits';
import { TO_VALUES } from './memory';

const EXACT: f64 = 9007199254740992; // 2^53
/** More than a dod can be that is not the 64-bit one. */
const DOD: f64 = 1048576; // 2^20

/**
 * Whether `left` samples behind `time` stay exact whatever follows but a 64-bit dod: each delta is
 * larger than the one before by less than DOD.
 */
// @ts-ignore: decorator
@inline
function isTame(time: f64, delta: f64, left: u32): bool {
  const count = <f64>left;
  return abs(time) + count * (abs(delta) + count * DOD) < EXACT;
}

/** Where a varint that was read ended; less than zero after a bad one. */
let varintEnd: i32 = 0;

/** Reads a LEB128 integer of at most 10 bytes and 64 bits; sets `varintEnd`. */
function varint(q: i32): u64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 70; shift += 7) {
    const byte = window(q) >> 56;
    q -= 8;
    if (shift == 63 && byte > 1) break;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      varintEnd = q;
      return value;
    }
  }
  varintEnd = -1;
  return 0;
}

/**
 * Decodes `count` samples to `at` and `at + TO_VALUES` from the bits behind the count field, which
 * begin at `q` and end before `end`; false when there is anything wrong with them.
 */
export function decodeXor(q: i32, end: i32, count: u32, at: usize): bool {
  if (count == 0) return true;
  const zigzag = varint(q);
  q = varintEnd;
  if (q < end + 64) return false;
  const time = <f64>(<i64>(zigzag >> 1) ^ -<i64>(zigzag & 1));
  const value = wideWindow(q);
  q -= 64;
  store<f64>(at, time);
  store<u64>(at, value, TO_VALUES);
  if (count == 1) return isTame(time, 0, 0);
  const delta = <f64>varint(q);
  if (varintEnd < end || !isTame(time, delta, count)) return false;
  return decodeRest(varintEnd, end, count - 1, at + 8, time, delta, value);
}

/** The samples behind the first: a hot loop has a function of its own. */
function decodeRest(
  q: i32,
  end: i32,
  left: u32,
  at: usize,
  time: f64,
  delta: f64,
  value: u64,
): bool {
  let size: i32 = 64;
  let trailing: i32 = 0;
  // The second sample's delta is read already: its value follows as behind the bits of a dod.
  let bits = window(q);
  while (true) {
    time += delta;
    if (<i64>bits >= 0) {
      q -= 1;
    } else if (<i64>(bits << 1) >= 0) {
      q -= 2;
      const x = size < WINDOW_BITS - 2 ? bits << 2 : wideWindow(q);
      value ^= (x >> (64 - size)) << trailing;
      q -= size;
    } else {
      const leading = <i32>(bits >> 57) & 31;
      size = ((<i32>(bits >> 51) - 1) & 63) + 1;
      trailing = 64 - leading - size;
      if (trailing < 0) return false;
      q -= 13;
      const x = size < WINDOW_BITS - 13 ? bits << 13 : wideWindow(q);
      value ^= (x >> (64 - size)) << trailing;
      q -= size;
    }
    store<f64>(at, time);
    store<u64>(at, value, TO_VALUES);
    at += 8;
    left--;

    bits = window(q);
    // Samples like the one before: a zero bit for the time, one for the value.
    while (bits >> 62 == 0 && left > 0) {
      const zeros = <u32>clz(bits | (1 << (63 - WINDOW_BITS)));
      const run = min(zeros >> 1, left);
      q -= 2 * run;
      left -= run;
      storeRun(at, run, time, delta, value);
      at += 8 * run;
      time += delta * <f64>run;
      bits = window(q);
    }
    if (q < end) return false;
    if (left == 0) return true;

    if (<i64>bits >= 0) {
      q -= 1;
      bits <<= 1;
    } else {
      if (bits < 0xc000000000000000) {
        q -= 16;
        delta += <f64>((<i64>((bits << 2) - (1 << 50)) >> 50) + 1);
      } else if (bits < 0xe000000000000000) {
        q -= 20;
        delta += <f64>((<i64>((bits << 3) - (1 << 47)) >> 47) + 1);
      } else if (bits < 0xf000000000000000) {
        q -= 24;
        delta += <f64>((<i64>((bits << 4) - (1 << 44)) >> 44) + 1);
      } else {
        delta += <f64>(<i64>wideWindow(q - 4));
        if (!isTame(time, delta, left)) return false;
        q -= 68;
      }
      bits = window(q);
    }
  }
}

/**
 * Stores `run` samples at equal steps with equal values, and garbage behind them: up to seven.
 * Multiples of a tame delta are exact, as far as they are stored for a sample.
 */
// @ts-ignore: decorator
@inline
function storeRun(at: usize, run: u32, time: f64, delta: f64, value: u64): void {
  const base = f64x2.splat(time);
  let a = f64x2.add(base, f64x2(delta, 2 * delta));
  let b = f64x2.add(base, f64x2(3 * delta, 4 * delta));
  let c = f64x2.add(base, f64x2(5 * delta, 6 * delta));
  let d = f64x2.add(base, f64x2(7 * delta, 8 * delta));
  const step = f64x2.splat(8 * delta);
  const values = i64x2.splat(value);
  for (const end = at + 8 * run; at < end; at += 64) {
    v128.store(at, a);
    v128.store(at, b, 16);
    v128.store(at, c, 32);
    v128.store(at, d, 48);
    v128.store(at, values, TO_VALUES);
    v128.store(at, values, TO_VALUES + 16);
    v128.store(at, values, TO_VALUES + 32);
    v128.store(at, values, TO_VALUES + 48);
    a = f64x2.add(a, step);
    b = f64x2.add(b, step);
    c = f64x2.add(c, step);
    d = f64x2.add(d, step);
  }
}
