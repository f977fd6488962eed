/**
 * Writes a chunk's bit stream, most significant bit first, into a growing buffer: `BitReader`'s
 * other half. The last byte is padded with zero bits, never with more than seven of them.
 *
 * Bits gather in a word of 32, which goes into the buffer when it is full.
 */
import { assert } from '../model/assert.js';

/** Multiples of four, as words are stored whole. */
const INITIAL_BYTES = 128;
const WORD_BITS = 32;

export class BitWriter {
  private buffer = new Uint8Array(INITIAL_BYTES);
  /** Where the word in hand comes to stand. */
  private at = 0;
  private word = 0;
  /** Bits of the word that are still free, 1 to 32. */
  private free = WORD_BITS;

  /** Whole bytes used, the last one padded. */
  get length(): number {
    return this.at + ((WORD_BITS + 7 - this.free) >>> 3);
  }

  /** What was written, as a view that holds until the next write. */
  bytes(): Uint8Array {
    this.store();
    return this.buffer.subarray(0, this.length);
  }

  /** Forgets what was written, keeps the memory. */
  clear(): void {
    this.at = 0;
    this.word = 0;
    this.free = WORD_BITS;
  }

  /** The low `width` bits of `value`, 0 to 32. */
  bits(value: number, width: number): void {
    assert(width >= 0 && width <= WORD_BITS, 'a narrow field has up to 32 bits');
    if (width === 0) return;
    const field = width === WORD_BITS ? value : value & ((1 << width) - 1);
    const left = this.free - width;
    if (left > 0) {
      this.word |= field << left;
      this.free = left;
      return;
    }
    // The word fills up; `-left` bits go on in the next one. (A shift by 32 is one by 0.)
    this.word |= field >>> -left;
    this.store();
    this.at += 4;
    this.word = left === 0 ? 0 : field << (WORD_BITS + left);
    this.free = WORD_BITS + left;
  }

  /** The low `width` bits, 0 to 64, of the integer whose halves are given. */
  wideBits(high: number, low: number, width: number): void {
    if (width > 32) this.bits(high, width - 32);
    this.bits(low, Math.min(width, 32));
  }

  /** An unsigned LEB128 integer of at most 2^53 - 1. */
  uvarint(value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, 'a uvarint is a safe integer from 0');
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.bits((rest % 128) + 128, 8);
    this.bits(rest, 8);
  }

  /** A zigzag LEB128 integer within ±(2^53 - 1). */
  varint(value: number): void {
    assert(Number.isSafeInteger(value), 'a varint is a safe integer');
    const magnitude = value < 0 ? -value - 1 : value;
    // The zigzag number may need 54 bits: its lowest seven first, the rest fits.
    const first = ((magnitude % 64) << 1) | (value < 0 ? 1 : 0);
    const rest = Math.floor(magnitude / 64);
    this.bits(rest > 0 ? first | 0x80 : first, 8);
    if (rest > 0) this.uvarint(rest);
  }

  /** Overwrites a byte that was written before. */
  setU8(at: number, value: number): void {
    assert(at < this.length, 'an overwritten field was written before');
    if (at < this.at) {
      this.buffer[at] = value;
      return;
    }
    const shift = 24 - 8 * (at - this.at);
    this.word = (this.word & ~(0xff << shift)) | (value << shift);
  }

  /** Overwrites a big-endian 16-bit integer at a byte that was written before. */
  setU16(at: number, value: number): void {
    assert(at + 2 <= this.length, 'an overwritten field was written before');
    this.setU8(at, value >>> 8);
    this.setU8(at + 1, value & 0xff);
  }

  /** Puts the word in hand into the buffer. */
  private store(): void {
    const { at, word } = this;
    if (at + 4 > this.buffer.length) {
      const larger = new Uint8Array(2 * this.buffer.length);
      larger.set(this.buffer);
      this.buffer = larger;
    }
    const { buffer } = this;
    buffer[at] = word >>> 24;
    buffer[at + 1] = word >>> 16;
    buffer[at + 2] = word >>> 8;
    buffer[at + 3] = word;
  }
}
