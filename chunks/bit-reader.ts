/**
 * Reads a chunk's bit stream, most significant bit first. Trusts nothing: a field that reaches
 * beyond the data is a `DecodeError` at the byte in which it begins.
 *
 * Fields of up to 32 bits are returned; wider ones are left as two halves in `high` and `low`,
 * because a double holds only 53 bits.
 */
import { DecodeError } from '../model/errors.js';

const TWO_32 = 0x1_0000_0000;

/** Bit positions are int32: longer chunks are refused (Prometheus' own have a few KiB). */
export const CHUNK_BYTES_MAX = 2 ** 28 - 1;

export class BitReader {
  /** Upper and lower half, as signed words, of what the last wide read returned. */
  high = 0;
  low = 0;

  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly byteEnd: number;
  private readonly bitEnd: number;
  /** The next bit. */
  private bit: number;

  /** Reads `bytes[start, end)`; offsets in errors count from the start of `bytes`. */
  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    if (end > CHUNK_BYTES_MAX) {
      throw new DecodeError(`chunk of ${end} bytes, at most ${CHUNK_BYTES_MAX} expected`, 0);
    }
    if (start > end) throw new DecodeError(`chunk of ${end} bytes has no whole header`, end);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.bit = 8 * start;
    this.byteEnd = end;
    this.bitEnd = 8 * end;
  }

  /** The byte in which the next field begins. */
  get offset(): number {
    return this.bit >>> 3;
  }

  get remainingBits(): number {
    return this.bitEnd - this.bit;
  }

  /** The next 32 bits as a signed word, zeros behind the end of the data; consumes nothing. */
  peek(): number {
    const at = this.bit >>> 3;
    const shift = this.bit & 7;
    // Fast path: five bytes hold any 32 bits. (A shift by 32 is one by 0, so it takes two.)
    if (at + 5 <= this.byteEnd) {
      return (this.view.getInt32(at) << shift) | ((this.bytes[at + 4] >>> 1) >>> (7 - shift));
    }
    return this.peekAtEnd(at, shift);
  }

  /** Consumes `width` bits, which the data must hold. */
  skip(width: number): void {
    const bit = this.bit + width;
    if (bit > this.bitEnd) throw this.cutOff(width);
    this.bit = bit;
  }

  /** An unsigned field of 1 to 32 bits. */
  bits(width: number): number {
    const word = this.peek();
    this.skip(width);
    return word >>> (32 - width);
  }

  /** A raw field of 0 to 64 bits, into `high` and `low`. */
  wideBits(width: number): void {
    if (this.bit + width > this.bitEnd) throw this.cutOff(width);
    if (width > 32) {
      this.high = this.bits(width - 32) | 0;
      this.low = this.bits(32) | 0;
    } else {
      this.high = 0;
      this.low = width === 0 ? 0 : this.bits(width) | 0;
    }
  }

  /** How many 1 bits, up to `max` (8 at most), come before a 0 bit; consumes them and the 0. */
  ones(max: number): number {
    const count = Math.clz32(~this.peek());
    if (count >= max) {
      this.skip(max);
      return max;
    }
    this.skip(count + 1);
    return count;
  }

  /** An unsigned LEB128 integer of at most 2^53 - 1, not necessarily aligned. */
  uvarint(): number {
    const at = this.offset;
    this.varintHalves(at);
    const value = (this.high >>> 0) * TWO_32 + (this.low >>> 0);
    if (value > Number.MAX_SAFE_INTEGER) throw new DecodeError('varint exceeds 2^53', at);
    return value;
  }

  /** A zigzag LEB128 integer within ±(2^53 - 1), not necessarily aligned. */
  varint(): number {
    const at = this.offset;
    this.varintHalves(at);
    const negative = (this.low & 1) === 1;
    this.low = (this.high << 31) | (this.low >>> 1);
    this.high >>>= 1;
    if (negative) {
      this.low = ~this.low;
      this.high = ~this.high;
    }
    return this.safeInteger(at);
  }

  /** What the last wide read left, as a signed number within ±(2^53 - 1). */
  safeInteger(at: number): number {
    const value = this.high * TWO_32 + (this.low >>> 0);
    if (!Number.isSafeInteger(value)) throw new DecodeError('integer exceeds ±2^53', at);
    return value;
  }

  private varintHalves(at: number): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bits(8);
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else {
        if (shift === 63 && byte > 1) throw new DecodeError('varint exceeds 64 bits', at);
        high |= bits << (shift - 32);
      }
      if (byte < 0x80) {
        this.low = low;
        this.high = high;
        return;
      }
    }
  }

  /** Slow path: the last bytes of the data, one by one. */
  private peekAtEnd(at: number, shift: number): number {
    let word = 0;
    for (let i = 0; i < 4; i++) word = (word << 8) | this.byteAt(at + i);
    return (word << shift) | ((this.byteAt(at + 4) >>> 1) >>> (7 - shift));
  }

  private byteAt(at: number): number {
    return at < this.byteEnd ? this.bytes[at] : 0;
  }

  private cutOff(width: number): DecodeError {
    return new DecodeError(
      `chunk is cut off: wanted ${width} bits, ${this.remainingBits} left`,
      this.offset,
    );
  }
}
