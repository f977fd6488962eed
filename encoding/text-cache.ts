/**
 * Texts that come again and again in a stream, such as label names and values in a log: one string
 * for all equal ones, found by their bytes without being decoded again. Bounded: a text takes the
 * slot of another with the same hash.
 */
import { decodeUtf8 } from '../model/utf8.js';

/** Texts that appear once replace hot ones rarely enough: some thousands at 128 KB. */
const SLOTS = 1 << 14;
/** Longer texts are rarely repeated, and are decoded faster than hashed. */
const TEXT_BYTES_MAX = 128;

export class TextCache {
  private readonly slots: string[] = new Array<string>(SLOTS).fill('');

  /** The text of `bytes[start, end)`, as `decodeUtf8` gives it. */
  text(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    if (length > TEXT_BYTES_MAX) return decodeUtf8(bytes, start, end);
    const slot = hash(bytes, start, end) & (SLOTS - 1);
    const known = this.slots[slot];
    if (known.length === length && isTextOf(known, bytes, start)) return known;
    const text = decodeUtf8(bytes, start, end);
    // Of other texts than ASCII (and stray bytes, which equal no character) the length differs.
    if (text.length === length) this.slots[slot] = text;
    return text;
  }
}

/** FNV-1a. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let i = start; i < end; i++) value = Math.imul(value ^ bytes[i], 0x01000193);
  return value ^ (value >>> 15);
}

function isTextOf(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== bytes[start + i]) return false;
  }
  return true;
}
