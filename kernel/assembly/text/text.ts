/**
 * Points of a series as Prometheus' JSON has them: what stands before each value, the value as Go's
 * encoder of it writes (plain within [1e-6, 1e21), with an exponent outside), and `"]`.
 */
import { digits, exponent, shortest } from './decimal';
import { endsAt, initialize, outputAt, pairsAt, prefixesAt, tensAt, valuesAt } from './memory';

export { endsAt, outputAt, powersAt, prefixesAt, valuesAt } from './memory';

initialize();

/** 1, 10, 100…, 10^19. */
const POWERS_OF_TEN: usize = <usize>tensAt;
/** `00` to `99`. */
const PAIRS: usize = <usize>pairsAt;

const MINUS: u8 = 0x2d;
const PLUS: u8 = 0x2b;
const POINT: u8 = 0x2e;
const ZERO: u8 = 0x30;
const SMALL_E: u8 = 0x65;
const QUOTE: u8 = 0x22;
const OPEN: u8 = 0x5b;
const CLOSE: u8 = 0x5d;
const COMMA: u8 = 0x2c;
const EXPONENT_BITS: u64 = 0x7ff;

/** Writes `count` points; returns how many bytes that were. */
export function writePoints(count: u32): u32 {
  let at = <usize>outputAt;
  let from = load<u32>(<usize>endsAt);
  for (let i: u32 = 0; i < count; i++) {
    const to = load<u32>(<usize>endsAt + 4 * (<usize>i + 1));
    // Eight bytes at a time; what is written beyond the prefix is written over.
    for (let j: u32 = 0; j < to - from; j += 8) {
      store<u64>(at + j, load<u64>(<usize>prefixesAt + from + j));
    }
    at += to - from;
    from = to;
    at = writeValue(at, load<u64>(<usize>valuesAt + 8 * <usize>i));
    store<u8>(at, QUOTE);
    store<u8>(at, CLOSE, 1);
    at += 2;
  }
  return <u32>(at - <usize>outputAt);
}

/** Writes `count` values, nothing between them, and where each ends; returns how many bytes. */
export function writeNumbers(count: u32): u32 {
  let at = <usize>outputAt;
  for (let i: usize = 0; i < <usize>count; i++) {
    at = writeValue(at, load<u64>(<usize>valuesAt + 8 * i));
    store<u32>(<usize>endsAt + 4 * i, <u32>(at - <usize>outputAt));
  }
  return <u32>(at - <usize>outputAt);
}

/**
 * Writes what stands before each of `count` points whose times, in whole ms, are in the place of
 * values: `,[1795404082.37,"`, the first without its comma if `isFirst`. Returns how many bytes.
 */
export function writePrefixes(count: u32, isFirst: bool): u32 {
  let at = <usize>prefixesAt;
  store<u32>(<usize>endsAt, 0);
  for (let i: usize = 0; i < <usize>count; i++) {
    if (i > 0 || !isFirst) store<u8>(at++, COMMA);
    store<u8>(at++, OPEN);
    const time = <i64>load<f64>(<usize>valuesAt + 8 * i);
    if (time < 0) store<u8>(at++, MINUS);
    const size = <u64>abs(time);
    const seconds = size / 1000;
    const rest = size - 1000 * seconds;
    const length = countDigits(seconds);
    writeDigits(at, seconds, length);
    at += length;
    if (rest > 0) {
      store<u8>(at, POINT);
      writeDigits(at + 1, rest, 3);
      at += 4;
    }
    store<u8>(at, COMMA);
    store<u8>(at, QUOTE, 1);
    at += 2;
    store<u32>(<usize>endsAt + 4 * (i + 1), <u32>(at - <usize>prefixesAt));
  }
  return <u32>(at - <usize>prefixesAt);
}

/** Writes a double, given by its bits; returns where it ends. */
function writeValue(at: usize, bits: u64): usize {
  const magnitude = bits & 0x7fffffffffffffff;
  if (magnitude >> 52 === EXPONENT_BITS) return writeSpecial(at, bits, magnitude);
  if (bits !== magnitude) store<u8>(at++, MINUS);
  if (magnitude === 0) {
    store<u8>(at, ZERO);
    return at + 1;
  }
  shortest(magnitude);
  let number = digits;
  let power = exponent;
  // Zeros at the end belong to the power.
  while ((number & 1) === 0) {
    const tenth = number / 10;
    if (tenth * 10 !== number) break;
    number = tenth;
    power++;
  }
  const count = countDigits(number);
  const point = count + power;
  if (point > 21 || point < -5) return writeExponent(at, number, count, point - 1);
  if (power >= 0) {
    writeDigits(at, number, count);
    memory.fill(at + count, ZERO, power);
    return at + count + power;
  }
  if (point > 0) {
    // The digits before the point are put one place to the left of it.
    writeDigits(at + 1, number, count);
    for (let i = 0; i < point; i++) store<u8>(at + i, load<u8>(at + i + 1));
    store<u8>(at + point, POINT);
    return at + count + 1;
  }
  store<u8>(at, ZERO);
  store<u8>(at, POINT, 1);
  memory.fill(at + 2, ZERO, -point);
  writeDigits(at + 2 - point, number, count);
  return at + 2 - point + count;
}

/** `d.ddde-07`: an exponent of at least two digits. */
function writeExponent(at: usize, number: u64, count: i32, power: i32): usize {
  if (count === 1) {
    store<u8>(at++, ZERO + <u8>number);
  } else {
    writeDigits(at + 1, number, count);
    store<u8>(at, load<u8>(at + 1));
    store<u8>(at, POINT, 1);
    at += count + 1;
  }
  store<u8>(at++, SMALL_E);
  store<u8>(at++, power < 0 ? MINUS : PLUS);
  const size = <u64>abs(power);
  const length = size < 10 ? 2 : countDigits(size);
  writeDigits(at, size, length);
  return at + length;
}

/** `NaN`, `+Inf`, `-Inf`. */
function writeSpecial(at: usize, bits: u64, magnitude: u64): usize {
  if (magnitude !== EXPONENT_BITS << 52) {
    store<u32>(at, 0x4e614e);
    return at + 3;
  }
  store<u8>(at, bits === magnitude ? PLUS : MINUS);
  store<u32>(at, 0x666e49, 1);
  return at + 4;
}

/** By the bits of the number: at most one too few. */
function countDigits(number: u64): i32 {
  const guess = ((64 - <i32>clz(number)) * 1233) >> 12;
  return guess + <i32>(number >= load<u64>(POWERS_OF_TEN + 8 * <usize>guess)) + <i32>(number === 0);
}

/** Exactly `count` digits, two at a time; zeros in front where there are fewer. */
function writeDigits(at: usize, number: u64, count: i32): void {
  let end = at + count;
  // In parts of 32 bits, whose division is several times as fast.
  while (number > 0xffffffff) {
    const rest = number / 100000000;
    let part = <u32>(number - rest * 100000000);
    number = rest;
    for (let j = 0; j < 4; j++) {
      const hundreds = part / 100;
      end -= 2;
      store<u16>(end, load<u16>(PAIRS + 2 * <usize>(part - 100 * hundreds)));
      part = hundreds;
    }
  }
  let part = <u32>number;
  while (end >= at + 2) {
    const hundreds = part / 100;
    end -= 2;
    store<u16>(end, load<u16>(PAIRS + 2 * <usize>(part - 100 * hundreds)));
    part = hundreds;
  }
  if (end > at) store<u8>(at, ZERO + <u8>part);
}
