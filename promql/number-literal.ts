/**
 * What the text of a number says, by Go's rules: strconv.ParseInt with base 0, else
 * strconv.ParseFloat. An `Error`'s message is the reason; the parser knows the place.
 */
import { goQuote } from '../model/go-quote.js';

const INTEGER_MAX = 2n ** 63n - 1n;
const DECIMAL = /^(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9][0-9_]*)?$/;
const HEX = /^0[xX][0-9a-fA-F_]*$/;
const OCTAL = /^0[0-7_]*$/;
/** An underscore stands between digits, or behind the prefix of a base. */
const STRAY_UNDERSCORE = /^_|_$|__|_[.eE+-]|[.eE+-]_/;
/** As many digits as a double surely holds. */
const SAFE_DIGITS = 15;

/** The double that a number's text means. */
export function parseNumber(text: string): number {
  // Fast path: plain integers.
  if (text.length <= SAFE_DIGITS && /^(?:0|[1-9][0-9]*)$/.test(text)) return Number(text);
  const word = text.toLowerCase();
  if (word === 'inf') return Infinity;
  if (word === 'nan') return NaN;
  const integer = HEX.test(text) || OCTAL.test(text) ? parseInteger(text) : null;
  if (integer !== null) return integer;
  if (!DECIMAL.test(text) || STRAY_UNDERSCORE.test(text)) throw floatError(text, 'invalid syntax');
  const value = Number(text.replaceAll('_', ''));
  if (value === Infinity) throw floatError(text, 'value out of range');
  return value;
}

/** A hexadecimal or octal integer of 64 bits with its sign; `null` where it is none. */
function parseInteger(text: string): number | null {
  const digits = /^0[xX]/.test(text) ? text.slice(2) : text.slice(1);
  if (/_$|__/.test(digits)) return null;
  const plain = digits.replaceAll('_', '');
  if (plain === '') return text === '0' ? 0 : null;
  const value = BigInt((/^0[xX]/.test(text) ? '0x' : '0o') + plain);
  return value > INTEGER_MAX ? null : Number(value);
}

function floatError(text: string, reason: string): Error {
  return new Error(`error parsing number: strconv.ParseFloat: parsing ${goQuote(text)}: ${reason}`);
}
