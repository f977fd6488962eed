/**
 * The shortest digits of a double that read back as the same double, the nearest of them where
 * there are several: Schubfach (R. Giulietti, "The Schubfach way to render doubles"). The same
 * digits that JavaScript and Go print, without big integers.
 */
import { powersAt } from './memory';

const EXPONENT_BIAS: i32 = 1075;
const HIDDEN_BIT: u64 = 1 << 52;
const POWER_MIN: i32 = -292;

/** The digits that `shortest` found, as a number, and the power of ten that they stand for. */
export let digits: u64 = 0;
export let exponent: i32 = 0;

/** Of a finite double above 0, by its bits. */
export function shortest(bits: u64): void {
  const fraction = bits & (HIDDEN_BIT - 1);
  const biased = <i32>(bits >> 52);
  let c: u64;
  let q: i32;
  if (biased !== 0) {
    c = HIDDEN_BIT | fraction;
    q = biased - EXPONENT_BIAS;
    // Fast path: whole numbers below 2^53.
    if (q <= 0 && q > -53 && (c & ((<u64>1 << -q) - 1)) === 0) {
      digits = c >> -q;
      exponent = 0;
      return;
    }
  } else {
    c = fraction;
    q = 1 - EXPONENT_BIAS;
  }
  const odd = c & 1;
  // Below a power of two, neighbours are closer.
  const closer = fraction === 0 && biased > 1;
  const k = (q * 1262611 - (closer ? 524031 : 0)) >> 22;
  const h = q + ((-k * 1741647) >> 19) + 1;
  const at = <usize>powersAt + 16 * <usize>(-k - POWER_MIN);
  const high = load<u64>(at);
  const low = load<u64>(at, 8);
  const cb = 4 * c;
  const lower = roundToOdd(high, low, (cb - 2 + <u64>closer) << h) + odd;
  const middle = roundToOdd(high, low, cb << h);
  const upper = roundToOdd(high, low, (cb + 2) << h) - odd;
  const s = middle >> 2;
  if (s >= 10) {
    const tens = s / 10;
    const isBelowInside = lower <= 40 * tens;
    const isAboveInside = 40 * tens + 40 <= upper;
    if (isBelowInside !== isAboveInside) {
      digits = tens + <u64>isAboveInside;
      exponent = k + 1;
      return;
    }
  }
  const isBelowInside = lower <= 4 * s;
  const isAboveInside = 4 * s + 4 <= upper;
  exponent = k;
  if (isBelowInside !== isAboveInside) {
    digits = s + <u64>isAboveInside;
    return;
  }
  const half = 4 * s + 2;
  digits = s + <u64>(middle > half || (middle === half && (s & 1) !== 0));
}

/** The high 64 bits of the 192-bit product, the lowest one set where anything was cut off. */
function roundToOdd(high: u64, low: u64, factor: u64): u64 {
  const x = mulHigh(low, factor);
  const y = high * factor;
  const sum = y + x;
  const carry = <u64>(sum < y);
  return (mulHigh(high, factor) + carry) | <u64>(sum > 1);
}

/** The high half of a product of two 64-bit numbers. */
function mulHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >> 32);
  const other = aLow * bHigh + (middle & 0xffffffff);
  return aHigh * bHigh + (middle >> 32) + (other >> 32);
}
