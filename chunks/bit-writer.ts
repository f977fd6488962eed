/**
 * Writes a chunk's bit stream, most significant bit first, into a growing buffer: `BitReader`'s
 * other half. The last byte is padded with zero bits, never with more than seven of them.
 */
import { assert } from '../model/assert.js';

const INITIAL_BYTES = 128;

export class BitWriter {
  private buffer = new Uint8Array(INITIAL_BYTES);
  private bit = 0;

  /** Whole bytes used, the last one padded. */
  get length(): number {
    return (this.bit + 7) >>> 3;
  }

  /** What was written, as a view that holds until the next write. */
  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /** The low `width` bits of `value`, 0 to 32. */
  bits(value: number, width: number): void {
    assert(width >= 0 && width <= 32, 'a narrow field has up to 32 bits');
    this.grow(width);
    let left = width;
    while (left > 0) {
      const free = 8 - (this.bit & 7);
      const taken = Math.min(free, left);
      const part = (value >>> (left - taken)) & (0xff >>> (8 - taken));
      this.buffer[this.bit >>> 3] |= part << (free - taken);
      this.bit += taken;
      left -= taken;
    }
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

  /** Overwrites a big-endian 16-bit integer at a byte that was written before. */
  setU16(at: number, value: number): void {
    assert(at + 2 <= this.length, 'an overwritten field was written before');
    this.buffer[at] = value >>> 8;
    this.buffer[at + 1] = value & 0xff;
  }

  private grow(bits: number): void {
    const wanted = (this.bit + bits + 7) >>> 3;
    if (wanted <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(wanted, 2 * this.buffer.length));
    larger.set(this.buffer);
    this.buffer = larger;
  }
}
