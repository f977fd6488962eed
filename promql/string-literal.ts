/**
 * PromQL's string literals: in double or single quotes with Go's escapes, or in backquotes without
 * any. `\xff` and octal escapes give bytes. Both functions read byte texts (promql/byte-text.ts).
 */
import { charAt, charLength, fromByteText, nameChar, toByteText } from './byte-text.js';
import { parseError } from './parse-error.js';

const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
]);
const CODE_POINT_MAX = 0x10ffff;
const BYTE_MAX = 0xff;
/** How many digits follow the letter. */
const HEX_DIGITS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);
const OCTAL_DIGITS = 3;
const ESCAPES = /\\(?:x..|u.{4}|U.{8}|[0-7]{3}|.)/g;

/** The end of the literal whose quote opens at `start`; throws a `ParseError` for a bad one. */
export function scanString(bytes: string, start: number): number {
  const quote = bytes.charCodeAt(start);
  const isRaw = bytes[start] === '`';
  let at = start + 1;
  for (;;) {
    const code = bytes.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === BACKSLASH && !isRaw) {
      at = scanEscape(bytes, start, at + 1);
    } else if (code < 0x80) {
      if (code === NEWLINE && !isRaw) break;
      at++;
    } else if (at >= bytes.length) {
      break;
    } else {
      // Prometheus takes a U+FFFD that was written for one that its decoder made.
      if (charAt(bytes, at) === '\ufffd') throw parseError(bytes, start, 'invalid UTF-8 rune');
      at += charLength(bytes, at);
    }
  }
  throw parseError(bytes, start, `unterminated ${isRaw ? 'raw' : 'quoted'} string`);
}

/** What a literal that `scanString` found says. */
export function unquote(literal: string): string {
  const content = literal.slice(1, -1);
  // Fast path: nearly every literal.
  if (literal.startsWith('`') || !content.includes('\\')) return fromByteText(content);
  return fromByteText(content.replace(ESCAPES, unescape));
}

/** The bytes that an escape stands for. */
function unescape(escape: string): string {
  const letter = escape[1];
  const digits = escape.slice(2);
  if (letter === 'x') return String.fromCharCode(parseInt(digits, 16));
  if (HEX_DIGITS.has(letter)) return toByteText(String.fromCodePoint(parseInt(digits, 16)));
  if (digits !== '') return String.fromCharCode(parseInt(escape.slice(1), 8));
  return SIMPLE_ESCAPES.get(letter) ?? letter;
}

/** The end of the escape whose backslash is before `at`. */
function scanEscape(bytes: string, start: number, at: number): number {
  const char = charAt(bytes, at);
  if (char === '') throw parseError(bytes, start, 'escape sequence not terminated');
  if (SIMPLE_ESCAPES.has(char) || char === bytes[start]) return at + 1;
  const hexDigits = HEX_DIGITS.get(char);
  if (hexDigits !== undefined) {
    scanDigits(bytes, start, { at: at + 1, count: hexDigits, base: 16 });
    return at + 1 + hexDigits;
  }
  if (char >= '0' && char <= '7') {
    scanDigits(bytes, start, { at, count: OCTAL_DIGITS, base: 8 });
    return at + OCTAL_DIGITS;
  }
  throw parseError(bytes, start, `unknown escape sequence ${nameChar(char)}`);
}

/** Checks the digits of an escape, and what they say. */
function scanDigits(
  bytes: string,
  start: number,
  { at, count, base }: { at: number; count: number; base: 8 | 16 },
): void {
  const isDigit = base === 8 ? /^[0-7]$/ : /^[0-9a-fA-F]$/;
  let value = 0;
  for (let i = 0; i < count; i++) {
    const char = charAt(bytes, at + i);
    if (char === '') throw parseError(bytes, start, 'escape sequence not terminated');
    if (!isDigit.test(char)) {
      throw parseError(bytes, start, `illegal character ${nameChar(char)} in escape sequence`);
    }
    value = value * base + parseInt(char, base);
  }
  const max = count > OCTAL_DIGITS ? CODE_POINT_MAX : BYTE_MAX;
  if (value > max || (value >= 0xd800 && value < 0xe000)) {
    throw parseError(bytes, start, 'escape sequence is an invalid Unicode code point');
  }
}
