/**
 * PromQL's string literals: in double or single quotes with Go's escapes, or in backquotes without
 * any. `\xff` and octal escapes give bytes, so a literal is assembled in bytes (model/utf8.ts says
 * how stray ones live in strings).
 */
import { SelectorError } from '../model/errors.js';
import { decodeUtf8, encodeUtf8, isValidUtf8 } from '../model/utf8.js';

/** A literal that was read: what it says, and where it ends. */
export interface StringLiteral {
  readonly value: string;
  readonly end: number;
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};
const CODE_POINT_MAX = 0x10ffff;
/** By the letter behind the backslash: how many digits follow, their base, the largest value. */
const NUMERIC_ESCAPES: Readonly<Record<string, { digits: number; max: number }>> = {
  x: { digits: 2, max: 0xff },
  u: { digits: 4, max: CODE_POINT_MAX },
  U: { digits: 8, max: CODE_POINT_MAX },
};

/**
 * Reads the literal whose opening quote is at `start`. Errors are `SelectorError`s at the literal's
 * start, in Prometheus' words but without its position.
 */
export function readStringLiteral(text: string, start: number): StringLiteral {
  const quote = text[start];
  return quote === '`' ? readRaw(text, start) : new EscapedReader(text, start, quote).read();
}

function readRaw(text: string, start: number): StringLiteral {
  const close = text.indexOf('`', start + 1);
  const value = text.slice(start + 1, close < 0 ? undefined : close);
  checkRunes(value, start);
  if (close < 0) throw new SelectorError('unterminated raw string', start);
  return { value, end: close + 1 };
}

class EscapedReader {
  private readonly text: string;
  private readonly start: number;
  private readonly quote: string;
  private at: number;
  /** What was read in parts; raw bytes stand in a part of their own. */
  private readonly parts: Uint8Array[] = [];

  constructor(text: string, start: number, quote: string) {
    this.text = text;
    this.start = start;
    this.quote = quote;
    this.at = start + 1;
  }

  read(): StringLiteral {
    const { text, quote } = this;
    for (;;) {
      const from = this.at;
      while (!this.isSpecial(text.charAt(this.at))) this.at++;
      const plain = text.slice(from, this.at);
      checkRunes(plain, this.start);
      this.parts.push(encodeUtf8(plain));
      const char = text.charAt(this.at++);
      if (char === quote) return { value: decodeUtf8(joined(this.parts)), end: this.at };
      if (char !== '\\') throw this.error('unterminated quoted string');
      this.readEscape();
    }
  }

  private isSpecial(char: string): boolean {
    return char === this.quote || char === '\\' || char === '\n' || char === '';
  }

  private readEscape(): void {
    const char = this.nextChar();
    if (char === '') throw this.error('escape sequence not terminated');
    const simple = char === this.quote ? char : SIMPLE_ESCAPES[char];
    if (simple !== undefined) {
      this.parts.push(encodeUtf8(simple));
      return;
    }
    const numeric = NUMERIC_ESCAPES[char];
    if (numeric === undefined && !/[0-7]/.test(char)) {
      throw this.error(`unknown escape sequence ${named(char)}`);
    }
    if (numeric === undefined) this.at--;
    const digits = numeric?.digits ?? 3;
    const value = this.readDigits(digits, numeric === undefined ? 8 : 16);
    if (value > (numeric?.max ?? 0xff) || (value >= 0xd800 && value <= 0xdfff)) {
      throw this.error('escape sequence is an invalid Unicode code point');
    }
    const isByte = digits <= 3;
    this.parts.push(isByte ? Uint8Array.of(value) : encodeUtf8(String.fromCodePoint(value)));
  }

  private readDigits(count: number, base: 8 | 16): number {
    const isDigit = base === 8 ? /^[0-7]$/ : /^[0-9a-fA-F]$/;
    let value = 0;
    for (let i = 0; i < count; i++) {
      const char = this.nextChar();
      if (char === '') throw this.error('escape sequence not terminated');
      if (!isDigit.test(char)) {
        throw this.error(`illegal character ${named(char)} in escape sequence`);
      }
      value = value * base + parseInt(char, base);
    }
    return value;
  }

  /** The next character, whole; `''` at the end. */
  private nextChar(): string {
    const code = this.text.codePointAt(this.at);
    if (code === undefined) return '';
    const char = String.fromCodePoint(code);
    this.at += char.length;
    return char;
  }

  private error(message: string): SelectorError {
    return new SelectorError(message, this.start);
  }
}

/** Prometheus takes U+FFFD for a decoding error, and lone surrogates have no bytes to read. */
function checkRunes(text: string, start: number): void {
  if (text.includes('\ufffd') || !isValidUtf8(text)) {
    throw new SelectorError('invalid UTF-8 rune', start);
  }
}

/** `U+0071 'q'`, as Go's `%#U`. */
function named(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(char) ? `U+${code} '${char}'` : `U+${code}`;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const part of parts) {
    bytes.set(part, filled);
    filled += part.length;
  }
  return bytes;
}
