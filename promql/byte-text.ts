/**
 * Text as its UTF-8 bytes, a character a byte: the lexer reads queries in this form, so that its
 * positions are Prometheus' byte columns and raw bytes of literals survive. ASCII is its own form.
 */
import { goQuote } from '../model/go-quote.js';
import { decodeUtf8, encodeUtf8 } from '../model/utf8.js';

const NON_ASCII = /[^\0-\x7f]/;
const REPLACEMENT = '\ufffd';

export function toByteText(text: string): string {
  if (!NON_ASCII.test(text)) return text;
  let bytes = '';
  for (const byte of encodeUtf8(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

export function fromByteText(bytes: string): string {
  if (!NON_ASCII.test(bytes)) return bytes;
  return decodeUtf8(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

/**
 * The character at `at`, decoded: `''` behind the end, U+FFFD for a byte that is no UTF-8. How many
 * bytes it takes is `charLength`.
 */
export function charAt(bytes: string, at: number): string {
  const code = codePointAt(bytes, at);
  if (isEscaped(code)) return REPLACEMENT;
  return code === -1 ? '' : String.fromCodePoint(code);
}

/** How many bytes the character at `at` takes: 1 of a byte that is no UTF-8, 0 behind the end. */
export function charLength(bytes: string, at: number): number {
  const code = codePointAt(bytes, at);
  if (code === -1) return 0;
  return code < 0x80 || isEscaped(code) ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

function codePointAt(bytes: string, at: number): number {
  const lead = bytes.charCodeAt(at);
  if (lead < 0x80) return lead;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return fromByteText(bytes.slice(at, at + length)).codePointAt(0) ?? -1;
}

/** Whether a code point stands for a byte that is no UTF-8 (model/utf8.ts). */
function isEscaped(code: number): boolean {
  return code >= 0xdc80 && code <= 0xdcff;
}

/** A character as Go's `%q` writes it; `''` is the end of the text, the rune -1. */
export function quoteChar(char: string): string {
  if (char === '') return `'${REPLACEMENT}'`;
  if (char === "'") return "'\\''";
  if (char === '"') return `'"'`;
  return `'${goQuote(char).slice(1, -1)}'`;
}

/** A character as Go's `%#U` writes it: `U+0071 'q'`. */
export function nameChar(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const isPrinted = char === '"' || char === '\\' || goQuote(char) === `"${char}"`;
  return isPrinted ? `U+${code} '${char}'` : `U+${code}`;
}
