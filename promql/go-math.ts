/**
 * Go's `math` on amd64 where JavaScript's gives other digits or other special cases: both are right
 * to within the last place, and answers are compared as texts. Each function does what Go's does
 * (src/math of Go 1.26), in the same order.
 */

const words = new Uint32Array(2);
const float = new Float64Array(words.buffer);

/** As `math.Max`: infinity wins over NaN. */
export function goMax(a: number, b: number): number {
  if (a === Infinity || b === Infinity) return Infinity;
  return Math.max(a, b);
}

/** As `math.Min`: negative infinity wins over NaN. */
export function goMin(a: number, b: number): number {
  if (a === -Infinity || b === -Infinity) return -Infinity;
  return Math.min(a, b);
}

const LN2_UPPER = 0.693147180559663;
const LN2_LOWER = 2.8235290563031577e-13;
const EXP_MAX = 709.782712893384;
/** 1/8!, 1/7! … 1/2!, 1: a Taylor series of exp. */
const EXP_SERIES = [
  2.48015873015873e-5, 0.0001984126984126984, 0.001388888888888889, 0.008333333333333333,
  0.041666666666666664, 0.16666666666666666, 0.5, 1,
];

/** As `math.Exp`, by fused multiplications, as processors since 2013 have them. */
export function goExp(value: number): number {
  if (value !== value || value === Infinity) return value;
  if (value === -Infinity) return 0;
  if (value > EXP_MAX) return Infinity;
  const exponent = roundHalfEven(Math.LOG2E * value);
  if (exponent < -1100) return 0;
  let reduced = fma(-exponent, LN2_UPPER, value);
  reduced = fma(-exponent, LN2_LOWER, reduced) * 0.0625;
  let sum = EXP_SERIES[0];
  for (let i = 1; i < EXP_SERIES.length; i++) sum = fma(sum, reduced, EXP_SERIES[i]);
  // (1 + x)^16 - 1 by four squarings of 1 + x.
  let result = reduced * sum;
  for (let i = 0; i < 3; i++) result *= result + 2;
  result = fma(result + 2, result, 1);
  return scale(result, exponent);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return rest < 0.5 ? floor : floor + 1;
}

/** `a × b + c`, rounded once. */
function fma(a: number, b: number, c: number): number {
  const product = a * b;
  const productError = errorOfProduct(a, b, product);
  const sum = product + c;
  const part = sum - product;
  const sumError = product - (sum - part) + (c - part);
  return sum + (sumError + productError);
}

/** Dekker's: what rounding has taken from a product. */
function errorOfProduct(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a);
  const bHigh = upperHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

function upperHalf(value: number): number {
  const shifted = value * 134_217_729;
  return shifted - (shifted - value);
}

const HALF_SQRT2 = 0.7071067811865476;
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** As `math.Log`. */
export function goLog(value: number): number {
  if (value === 0) return -Infinity;
  if (value < 0) return NaN;
  if (value === Infinity || value !== value) return value;
  float[0] = value;
  let exponent = (words[1] >>> 20) - 0x3fe;
  words[1] = (words[1] & 0xfffff) | 0x3fe00000;
  let fraction = float[0];
  if (fraction <= HALF_SQRT2) {
    exponent--;
    fraction *= 2;
  }
  const f = fraction - 1;
  const s = f / (2 + f);
  const s2 = s * s;
  const s4 = s2 * s2;
  const odd = s2 * (L1 + s4 * (L3 + s4 * (L5 + s4 * L7)));
  const even = s4 * (L2 + s4 * (L4 + s4 * L6));
  const half = 0.5 * f * f;
  const low = s * (half + (odd + even)) + exponent * LN2_LOW;
  return exponent * LN2_HIGH - (half - low - f);
}

const L1 = 0.6666666666666735;
const L2 = 0.3999999999940942;
const L3 = 0.2857142874366239;
const L4 = 0.22222198432149784;
const L5 = 0.1818357216161805;
const L6 = 0.15313837699209373;
const L7 = 0.14798198605116586;

/** As `math.Log10`. */
export function goLog10(value: number): number {
  return goLog(value) * Math.LOG10E;
}

/** As `math.Log2`: exact for powers of two. */
export function goLog2(value: number): number {
  if (!(value > 0) || value === Infinity) return goLog(value);
  const exponent = exponentOf(value);
  const fraction = scale(value, -exponent);
  return fraction === 0.5 ? exponent - 1 : goLog(fraction) * Math.LOG2E + exponent;
}

/** As `math.Pow`: by squarings, and exp of log for what is left of the exponent. */
export function goPow(base: number, exponent: number): number {
  const special = specialPower(base, exponent);
  if (special !== null) return special;
  const size = Math.abs(exponent);
  let whole = Math.floor(size);
  let rest = size - whole;
  if (rest !== 0 && base < 0) return NaN;
  if (whole >= 2 ** 63) {
    if (base === -1) return 1;
    return Math.abs(base) < 1 === exponent > 0 ? 0 : Infinity;
  }
  let result = 1;
  if (rest !== 0) {
    if (rest > 0.5) {
      rest--;
      whole++;
    }
    result = goExp(rest * goLog(base));
  }
  let power = exponentOf(base);
  let factor = scale(base, -power);
  let binary = 0;
  for (; whole !== 0; whole = Math.floor(whole / 2)) {
    if (power < -4096 || power > 4096) {
      binary += power;
      break;
    }
    if (whole % 2 === 1) {
      result *= factor;
      binary += power;
    }
    factor *= factor;
    power *= 2;
    if (factor < 0.5) {
      factor += factor;
      power--;
    }
  }
  return exponent < 0 ? scale(1 / result, -binary) : scale(result, binary);
}

function specialPower(base: number, exponent: number): number | null {
  if (exponent === 0 || base === 1) return 1;
  if (exponent === 1) return base;
  if (base !== base || exponent !== exponent) return NaN;
  if (base === 0 || !Number.isFinite(base) || !Number.isFinite(exponent)) {
    // IEEE 754 and JavaScript differ in this one.
    return base === -1 ? 1 : base ** exponent;
  }
  if (exponent === 0.5) return Math.sqrt(base);
  return exponent === -0.5 ? 1 / Math.sqrt(base) : null;
}

/** `e` of a number in `[0.5, 1) × 2^e`. */
function exponentOf(value: number): number {
  float[0] = value;
  const biased = (words[1] >>> 20) & 0x7ff;
  if (biased !== 0) return biased - 0x3fe;
  float[0] = value * 2 ** 52;
  return ((words[1] >>> 20) & 0x7ff) - 0x3fe - 52;
}

/** `value × 2^exponent`, rounded once. */
function scale(value: number, exponent: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const total = exponentOf(value) + exponent;
  if (total > 1024) return value < 0 ? -Infinity : Infinity;
  if (total < -1080) return value < 0 ? -0 : 0;
  // Through a normal number, so that only the last step rounds.
  const normal = value * 2 ** Math.max(-1000, Math.min(1000, -exponentOf(value)));
  const left = exponent - Math.max(-1000, Math.min(1000, -exponentOf(value)));
  if (left >= -1022 && left <= 1023) return normal * 2 ** left;
  return left < 0 ? normal * 2 ** (left + 500) * 2 ** -500 : normal * 2 ** (left - 500) * 2 ** 500;
}
