/**
 * Go's trigonometry (src/math of Go 1.26, from the Cephes library): other digits than JavaScript's.
 */
import { goExp, goLog } from './go-math.js';

const PI4A = 0.7853981256484985;
const PI4B = 3.774894707930798e-8;
const PI4C = 2.6951514290790595e-15;
/** From here on arguments are reduced by more digits of π than a double holds. */
const REDUCE_MIN = 2 ** 29;

const SIN = [
  1.5896230157654656e-10, -2.5050747762857807e-8, 2.7557313621385722e-6, -0.0001984126982958954,
  0.008333333333322118, -0.1666666666666663,
];
const COS = [
  -1.1358536521387682e-11, 2.087570084197473e-9, -2.755731417929674e-7, 2.4801587288851704e-5,
  -0.0013888888888873056, 0.041666666666666595,
];

/** An angle as an even number of eighths of a turn, modulo 8, and the rest. */
class Octant {
  number = 0;
  rest = 0;

  reduce(angle: number): void {
    if (angle >= REDUCE_MIN) {
      this.reduceLarge(angle);
      return;
    }
    let eighths = Math.floor(angle * (4 / Math.PI));
    if (eighths % 2 === 1) eighths++;
    this.number = eighths % 8;
    this.rest = angle - eighths * PI4A - eighths * PI4B - eighths * PI4C;
  }

  /** Payne and Hanek's reduction, with as many bits of 4/π as matter. */
  private reduceLarge(angle: number): void {
    view.setFloat64(0, angle);
    const bits = view.getBigUint64(0);
    const exponent = Number((bits >> 52n) & 0x7ffn) - 1023 - 52;
    const mantissa = (bits & 0xfffffffffffffn) | (1n << 52n);
    // The product's bits of weight 2^2 … 2^-125, as Go's three words hold them.
    const shift = BigInt(FOUR_OVER_PI_BITS - (exponent + 61) - 192);
    const digits = (FOUR_OVER_PI >> shift) & MASK_192;
    const product = wordProduct(digits, mantissa);
    let number = Number(product >> 125n);
    const fraction = (product << 3n) & MASK_128;
    let rest = Number(fraction >> 64n) === 0 ? 0 : truncated(fraction);
    if (number % 2 === 1) {
      number = (number + 1) % 8;
      rest--;
    }
    this.number = number;
    this.rest = rest * (Math.PI / 4);
  }
}

const view = new DataView(new ArrayBuffer(8));
const MASK_64 = (1n << 64n) - 1n;
const MASK_128 = (1n << 128n) - 1n;
const MASK_192 = (1n << 192n) - 1n;
/** 4/π: its first word holds the 1, the others the fraction. */
const FOUR_OVER_PI = BigInt(
  '0x1' +
    '45f306dc9c882a53f84eafa3ea69bb81b6c52b3278872083fca2c757bd778ac36e48dc74849ba5c00c925dd413a3' +
    '2439fc3bd63962534e7dd1046bea5d768909d338e04d68befc827323ac7306a673e93908bf177bf250763ff12fff' +
    'bc0b301fde5e2316b414da3eda6cfd9e4f96136e9e8c7ecd3cbfd45aea4f758fd7cbe2f67a0e73ef14a525d4d7f6' +
    'bf623f1aba10ac06608df8f6d757',
);
const FOUR_OVER_PI_BITS = 20 * 64;

/** The upper two words of what Go's three multiplications of words give. */
function wordProduct(digits: bigint, mantissa: bigint): bigint {
  const z0 = digits >> 128n;
  const z1 = (digits >> 64n) & MASK_64;
  const z2 = digits & MASK_64;
  const low = ((z1 * mantissa) & MASK_64) + ((z2 * mantissa) >> 64n);
  const high = ((z0 * mantissa) & MASK_64) + ((z1 * mantissa) >> 64n) + (low >> 64n);
  return ((high & MASK_64) << 64n) | (low & MASK_64);
}

/** A fraction of 128 bits as a double, cut off. */
function truncated(fraction: bigint): number {
  const length = fraction.toString(2).length;
  const cut = BigInt(Math.max(0, length - 53));
  return Number((fraction >> cut) << cut) / 2 ** 128;
}

const octant = new Octant();

function sinSeries(z: number, zz: number): number {
  let sum = SIN[0];
  for (let i = 1; i < SIN.length; i++) sum = sum * zz + SIN[i];
  return z + z * zz * sum;
}

function cosSeries(zz: number): number {
  let sum = COS[0];
  for (let i = 1; i < COS.length; i++) sum = sum * zz + COS[i];
  return 1 - 0.5 * zz + zz * zz * sum;
}

export function goSin(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value === 0 ? value : NaN;
  octant.reduce(Math.abs(value));
  let { number } = octant;
  const { rest } = octant;
  let isNegative = value < 0;
  if (number > 3) {
    isNegative = !isNegative;
    number -= 4;
  }
  const zz = rest * rest;
  const result = number === 1 || number === 2 ? cosSeries(zz) : sinSeries(rest, zz);
  return isNegative ? -result : result;
}

export function goCos(value: number): number {
  if (!Number.isFinite(value)) return NaN;
  octant.reduce(Math.abs(value));
  let { number } = octant;
  const { rest } = octant;
  let isNegative = false;
  if (number > 3) {
    isNegative = !isNegative;
    number -= 4;
  }
  if (number > 1) isNegative = !isNegative;
  const zz = rest * rest;
  const result = number === 1 || number === 2 ? sinSeries(rest, zz) : cosSeries(zz);
  return isNegative ? -result : result;
}

export function goTan(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value === 0 ? value : NaN;
  octant.reduce(Math.abs(value));
  const { number, rest: z } = octant;
  const zz = z * z;
  let result = z;
  if (zz > 1e-14) {
    const above = (-13093.693918138379 * zz + 1153516.6483858742) * zz - 17956525.197648488;
    const below =
      (((zz + 13681.296347069296) * zz - 1320892.3444021097) * zz + 25008380.18233579) * zz -
      53869575.592945464;
    result = z + z * ((zz * above) / below);
  }
  if (number % 4 >= 2) result = -1 / result;
  return value < 0 ? -result : result;
}

/** π/2 has more bits than a double. */
const MORE_BITS = 6.123233995736766e-17;
const TAN_3PI_8 = 2.414213562373095;

function atanSeries(x: number): number {
  const z = x * x;
  const above =
    (((-0.8750608600031904 * z - 16.157537187333652) * z - 75.00855792314705) * z -
      122.88666844901361) *
      z -
    64.85021904942025;
  const below =
    ((((z + 24.858464901423062) * z + 165.02700983169885) * z + 432.88106049129027) * z +
      485.3903996359137) *
      z +
    194.5506571482614;
  return x * ((z * above) / below) + x;
}

function positiveAtan(x: number): number {
  if (x <= 0.66) return atanSeries(x);
  if (x > TAN_3PI_8) return Math.PI / 2 - atanSeries(1 / x) + MORE_BITS;
  return Math.PI / 4 + atanSeries((x - 1) / (x + 1)) + 0.5 * MORE_BITS;
}

export function goAtan(value: number): number {
  if (value === 0) return value;
  return value > 0 ? positiveAtan(value) : -positiveAtan(-value);
}

export function goAsin(value: number): number {
  if (value === 0) return value;
  const size = Math.abs(value);
  if (size > 1) return NaN;
  const root = Math.sqrt(1 - size * size);
  const result = size > 0.7 ? Math.PI / 2 - positiveAtan(root / size) : positiveAtan(size / root);
  return value < 0 ? -result : result;
}

export function goAcos(value: number): number {
  return Math.PI / 2 - goAsin(value);
}

export function goAtan2(y: number, x: number): number {
  // JavaScript's special cases are the same.
  if (y === 0 || x === 0 || !Number.isFinite(x) || !Number.isFinite(y)) return Math.atan2(y, x);
  const angle = goAtan(y / x);
  if (x >= 0) return angle;
  return angle <= 0 ? angle + Math.PI : angle - Math.PI;
}

export function goSinh(value: number): number {
  // A negative zero stays one.
  const x = value < 0 ? -value : value;
  let result: number;
  if (x > 21) result = goExp(x) * 0.5;
  else if (x > 0.5) {
    const power = goExp(x);
    result = (power - 1 / power) * 0.5;
  } else {
    const sq = x * x;
    const above =
      ((-26.30563213397497 * sq - 2894.211355989564) * sq - 89912.72022039509) * sq -
      630767.3640497717;
    const below = ((sq - 173.6789535582337) * sq + 15215.17378790019) * sq - 630767.3640497717;
    result = (above * x) / below;
  }
  return value < 0 ? -result : result;
}

export function goCosh(value: number): number {
  const x = Math.abs(value);
  if (x > 21) return goExp(x) * 0.5;
  const power = goExp(x);
  return (power + 1 / power) * 0.5;
}

export function goTanh(value: number): number {
  const size = Math.abs(value);
  if (size > 0.5 * 88.02969193111305) return value < 0 ? -1 : 1;
  if (size >= 0.625) {
    const result = 1 - 2 / (goExp(2 * size) + 1);
    return value < 0 ? -result : result;
  }
  if (value === 0) return value;
  const s = value * value;
  const above = (-0.9643991794250523 * s - 99.28772310019185) * s - 1614.6876844170845;
  const below = ((s + 112.81167849163293) * s + 2235.4883906010045) * s + 4844.063053251255;
  return value + (value * s * above) / below;
}

const LARGE = 2 ** 28;

export function goAsinh(value: number): number {
  if (!Number.isFinite(value)) return value;
  const x = Math.abs(value);
  // The sign of -0 stays.
  if (x < 1 / LARGE) return value;
  let result: number;
  if (x > LARGE) result = goLog(x) + Math.LN2;
  else if (x > 2) result = goLog(2 * x + 1 / (Math.sqrt(x * x + 1) + x));
  else result = Math.log1p(x + (x * x) / (1 + Math.sqrt(1 + x * x)));
  return value < 0 ? -result : result;
}

export function goAcosh(value: number): number {
  if (!(value >= 1)) return NaN;
  if (value === 1) return 0;
  if (value >= LARGE) return goLog(value) + Math.LN2;
  if (value > 2) return goLog(2 * value - 1 / (value + Math.sqrt(value * value - 1)));
  const t = value - 1;
  return Math.log1p(t + Math.sqrt(2 * t + t * t));
}

export function goAtanh(value: number): number {
  if (!(value >= -1 && value <= 1)) return NaN;
  const x = Math.abs(value);
  if (x === 1) return value * Infinity;
  // The sign of -0 stays.
  if (x < 1 / LARGE) return value;
  const double = x + x;
  const argument = x >= 0.5 ? double / (1 - x) : double + (double * x) / (1 - x);
  const result = 0.5 * Math.log1p(argument);
  return value < 0 ? -result : result;
}
