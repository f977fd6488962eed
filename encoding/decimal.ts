/**
 * Decimal text as a double, as Go's `strconv.ParseFloat` reads it for Prometheus' text formats:
 * correctly rounded, with `inf`, `infinity` and `nan` in any case, without hexadecimal digits and
 * without underscores. Every NaN gets the bits that Prometheus stores, 0x7ff8000000000001.
 */
import { wordsOf } from './float-bits.js';

/** The text is a number, and it was stored. */
export const DECIMAL_OK = 0;
/** The text is no number. */
export const DECIMAL_SYNTAX = 1;
/** The number is larger than any double. */
export const DECIMAL_RANGE = 2;

const NORMAL_NAN_HIGH = 0x7ff80000;
const NORMAL_NAN_LOW = 0x00000001;

const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;

/** The powers of ten that are exact doubles. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

const GRAMMAR = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;
const NOT_A_NUMBER = /^nan$/i;

/** Stores the number that `bytes[start, end)` spell in `into[0]`, and says whether they do. */
export function parseDecimal(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Float64Array,
): number {
  const sign = bytes[start];
  let mantissa = 0;
  let digits = 0;
  let scale = 0;
  let afterDot = 0;
  let i = sign === MINUS || sign === PLUS ? start + 1 : start;
  for (; i < end; i++) {
    const digit = bytes[i] - ZERO;
    if (digit >= 0 && digit <= 9) {
      mantissa = 10 * mantissa + digit;
      digits++;
      scale += afterDot;
    } else if (bytes[i] === DOT && afterDot === 0) afterDot = 1;
    else break;
  }
  // Fast path: the quotient of two exact doubles is rounded once, so it is the nearest one.
  if (i === end && digits > 0 && mantissa <= Number.MAX_SAFE_INTEGER && scale <= 22) {
    const size = mantissa / POWERS_OF_TEN[scale];
    into[0] = sign === MINUS ? -size : size;
    return DECIMAL_OK;
  }
  return parseSlowly(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start), into);
}

/** Slow path: exponents, many digits, and the names. */
function parseSlowly(bytes: Buffer, into: Float64Array): number {
  const text = bytes.toString('latin1');
  if (GRAMMAR.test(text)) {
    into[0] = Number(text);
    return Number.isFinite(into[0]) ? DECIMAL_OK : DECIMAL_RANGE;
  }
  const infinite = INFINITE.exec(text);
  if (infinite !== null) {
    into[0] = infinite[1] === '-' ? -Infinity : Infinity;
    return DECIMAL_OK;
  }
  if (!NOT_A_NUMBER.test(text)) return DECIMAL_SYNTAX;
  wordsOf(into).set([NORMAL_NAN_LOW, NORMAL_NAN_HIGH]);
  return DECIMAL_OK;
}

/**
 * A bucket bound or quantile as OpenMetrics wants it, and as Prometheus rewrites it: `1` becomes
 * `1.0`, and large and small ones get an exponent of two digits.
 */
export function formatOpenMetricsFloat(value: number): string {
  if (value !== value) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    return value.toExponential().replace(/([+-])(\d)$/, '$10$2');
  }
  const text = String(value);
  if (value === 0) return '0.0';
  return text.includes('.') ? text : `${text}.0`;
}
