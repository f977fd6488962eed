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

/** Bits below this begin with sixteen zeros: eight samples or more like the one before. */
const LONG_RUN: u64 = 0x0001000000000000;

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

/** Where a varint that was read ended; 0, before any position, after a bad one. */
let varintEnd: u32 = 0;

/** Reads a LEB128 integer of at most 10 bytes and 64 bits; sets `varintEnd`. */
function varint(q: u32): u64 {
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
  varintEnd = 0;
  return 0;
}

// The state of a chunk between the functions that take turns at it.
/** The position of the next sample's first bit. */
let position: u32 = 0;
/** Where the next sample is stored. */
let target: usize = 0;
/** Of the last sample. */
let time: f64 = 0;
let delta: f64 = 0;
let value: u64 = 0;
/** The window: its leading zeros, its bits as ones, and how many they are. */
let leading: u64 = 0;
let mask: u64 = 0;
let size: u32 = 0;

/**
 * Decodes `count` samples to `at` and `at + TO_VALUES` from the bits behind the count field, which
 * begin at `q` and end before `end`; false when there is anything wrong with them.
 */
export function decodeXor(q: u32, end: u32, count: u32, at: usize): bool {
  if (count == 0) return true;
  const zigzag = varint(q);
  q = varintEnd;
  if (q < end + 64) return false;
  time = <f64>(<i64>(zigzag >> 1) ^ -<i64>(zigzag & 1));
  value = wideWindow(q);
  q -= 64;
  store<f64>(at, time);
  store<u64>(at, value, TO_VALUES);
  if (count == 1) return isTame(time, 0, 0);
  delta = <f64>varint(q);
  if (varintEnd < end || !isTame(time, delta, count)) return false;
  leading = 0;
  mask = ~0;
  size = 64;
  position = varintEnd;
  target = at + 8;
  return decodeRest(end, at + 8 * count);
}

/** The samples behind the first, up to `last`. */
function decodeRest(end: u32, last: usize): bool {
  // The second sample's delta is read already; its value follows.
  let bits = window(position);
  if (<i64>bits < 0) {
    // As behind a dod of no change, whose zero bit is put in front.
    bits >>= 1;
    position += 1;
  } else {
    time += delta;
    store<f64>(target, time);
    store<u64>(target, value, TO_VALUES);
    target += 8;
    position -= 1;
    bits = window(position);
  }
  while (target < last) {
    if (!decodeChanging(bits, end, last)) return false;
    if (!storeEqual(end, last)) return false;
    bits = window(position);
  }
  return position >= end;
}

/**
 * Decodes samples from a window `bits` at `position` on, until a long run of equal ones follows or
 * `last` is reached; false when there is anything wrong with them.
 *
 * This is the hot loop. It calls nothing, so that its state stays in registers, and its conditions
 * are so written that the usual way is straight on: V8 lays out the other branch elsewhere.
 */
function decodeChanging(bits: u64, end: u32, last: usize): bool {
  let q = position;
  let at = target;
  let t = time;
  let d = delta;
  let v = value;
  let lead = leading;
  let ones = mask;
  let n = size;
  while (at < last) {
    if (<i64>bits < 0) {
      if (bits >= 0xf000000000000000) {
        d += <f64>(<i64>wideWindow(q - 4));
        if (!isTame(t, d, <u32>((last - at) >> 3))) return false;
        q -= 68;
      } else if (bits >= 0xe000000000000000) {
        q -= 24;
        d += <f64>((<i64>((bits << 4) - (1 << 44)) >> 44) + 1);
      } else if (bits >= 0xc000000000000000) {
        q -= 20;
        d += <f64>((<i64>((bits << 3) - (1 << 47)) >> 47) + 1);
      } else {
        q -= 16;
        d += <f64>((<i64>((bits << 2) - (1 << 50)) >> 50) + 1);
      }
      bits = window(q);
    } else {
      if (bits < LONG_RUN) break;
      q -= 1;
      bits <<= 1;
    }
    t += d;
    if (<i64>bits >= 0) {
      q -= 1;
    } else if (<i64>(bits << 1) < 0) {
      lead = (bits >> 57) & 31;
      n = ((<u32>(bits >> 51) - 1) & 63) + 1;
      if (<u32>lead + n > 64) return false;
      ones = (<u64>~0 << <u64>(64 - n)) >> lead;
      q -= 13;
      let x = bits << 13;
      if (n > WINDOW_BITS - 14) x = wideWindow(q);
      v ^= (x >> lead) & ones;
      q -= n;
    } else {
      q -= 2;
      let x = bits << 2;
      if (n > WINDOW_BITS - 3) x = wideWindow(q);
      v ^= (x >> lead) & ones;
      q -= n;
    }
    store<f64>(at, t);
    store<u64>(at, v, TO_VALUES);
    at += 8;
    bits = window(q);
    if (q < end) return false;
  }
  position = q;
  target = at;
  time = t;
  delta = d;
  value = v;
  leading = lead;
  mask = ones;
  size = n;
  return true;
}

/**
 * Passes over the samples that are like the one before, a zero bit for the time and one for the
 * value, and stores them; false when there are more of them than bits.
 */
function storeEqual(end: u32, last: usize): bool {
  const left = <u32>((last - target) >> 3);
  let run: u32 = 0;
  let equal: u32 = 0;
  do {
    const zeros = <u32>clz(window(position) | (1 << (63 - WINDOW_BITS)));
    equal = min(zeros >> 1, left - run);
    position -= 2 * equal;
    run += equal;
    if (position < end) return false;
  } while (equal == WINDOW_BITS >> 1);
  storeRun(target, run);
  target += 8 * run;
  time += delta * <f64>run;
  return true;
}

/**
 * Stores `run` samples like the last one at equal steps, and garbage behind them: up to seven.
 * Multiples of a tame delta are exact, as far as they are stored for a sample.
 */
function storeRun(at: usize, run: u32): void {
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
