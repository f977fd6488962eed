/**
 * Reads Prometheus' fixed and variable integers from a byte range. Trusts nothing: every read is
 * checked against the range, every 64-bit number against 2^53, and what fails is a `DecodeError`
 * with the offset at which the field began.
 */
import { DecodeError } from '../model/errors.js';
import { decodeUtf8 } from '../model/utf8.js';

const TWO_32 = 0x1_0000_0000;

export class ByteReader {
  /** The next byte to read; may be set freely within `[0, end]`. */
  offset: number;
  /** One past the last readable byte. */
  readonly end: number;
  readonly bytes: Uint8Array;
  /** Made when a field of fixed width is read first: entries of varints alone come in millions. */
  private view: DataView | null = null;

  /** Reads `bytes[start, end)`; offsets count from the start of `bytes`. */
  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.offset = start;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  u8(): number {
    return this.bytes[this.take(1)];
  }

  u16(): number {
    return this.data.getUint16(this.take(2));
  }

  u32(): number {
    return this.data.getUint32(this.take(4));
  }

  /** A big-endian unsigned 64-bit integer of at most 2^53 - 1. */
  u64(): number {
    const at = this.take(8);
    const value = this.data.getUint32(at) * TWO_32 + this.data.getUint32(at + 4);
    if (value > Number.MAX_SAFE_INTEGER) throw new DecodeError('integer exceeds 2^53', at);
    return value;
  }

  /**
   * A big-endian signed 64-bit integer. Exact within ±2^53; beyond, `exact: false` rounds (for
   * bounds such as int64's extremes) where the default refuses.
   */
  i64(exact = true): number {
    const at = this.take(8);
    const value = this.data.getInt32(at) * TWO_32 + this.data.getUint32(at + 4);
    if (exact && !Number.isSafeInteger(value)) throw new DecodeError('integer exceeds ±2^53', at);
    return value;
  }

  /**
   * A big-endian double; hand it straight to a typed array or a field, so that NaN bits survive.
   */
  f64(): number {
    return this.data.getFloat64(this.take(8));
  }

  /** Fast path: an unsigned integer of up to three bytes, as nearly all are; else -1. */
  shortUvarint(): number {
    const { bytes, offset } = this;
    if (offset + 2 >= this.end) return -1;
    const first = bytes[offset];
    if (first < 0x80) {
      this.offset = offset + 1;
      return first;
    }
    const second = bytes[offset + 1];
    if (second < 0x80) {
      this.offset = offset + 2;
      return (second << 7) | (first & 0x7f);
    }
    const third = bytes[offset + 2];
    if (third >= 0x80) return -1;
    this.offset = offset + 3;
    return (third << 14) | ((second & 0x7f) << 7) | (first & 0x7f);
  }

  /** An unsigned LEB128 integer of at most 2^53 - 1. */
  uvarint(): number {
    const at = this.offset;
    const short = this.shortUvarint();
    if (short >= 0) return short;
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.varintByte(at);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) throw new DecodeError('varint exceeds 2^53', at);
        return value;
      }
      scale *= 128;
    }
    throw new DecodeError('varint is longer than 10 bytes', at);
  }

  /** A zigzag LEB128 integer; `exact` as for `i64`. */
  varint(exact = true): number {
    const short = this.shortUvarint();
    if (short >= 0) return (short >>> 1) ^ -(short & 1);
    const at = this.offset;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.varintByte(at);
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else {
        if (shift === 63 && byte > 1) throw new DecodeError('varint exceeds 64 bits', at);
        high |= bits << (shift - 32);
      }
      if (byte < 0x80) return this.unzigzag({ low: low >>> 0, high: high >>> 0, exact, at });
    }
    throw new DecodeError('varint is longer than 10 bytes', at);
  }

  /** The next `length` bytes as a view. */
  takeBytes(length: number): Uint8Array {
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }

  /** Text preceded by its uvarint length. */
  string(): string {
    const length = this.uvarint();
    const at = this.take(length);
    return decodeUtf8(this.bytes, at, at + length);
  }

  /**
   * A uvarint count of items of at least `itemBytes` each: refused where so many cannot follow, so
   * that no hostile count reserves memory or time.
   */
  count(itemBytes: number, what: string): number {
    const at = this.offset;
    const count = this.uvarint();
    if (count * itemBytes > this.remaining) {
      throw new DecodeError(`${count} ${what} do not fit in ${this.remaining} bytes`, at);
    }
    return count;
  }

  skip(length: number): void {
    this.take(length);
  }

  private get data(): DataView {
    const { buffer, byteOffset, byteLength } = this.bytes;
    this.view ??= new DataView(buffer, byteOffset, byteLength);
    return this.view;
  }

  /** Moves past `length` bytes and returns where they begin. */
  private take(length: number): number {
    const at = this.offset;
    // Written so that NaN is refused too: lengths are differences of what the bytes say.
    if (!(length >= 0 && length <= this.end - at)) {
      throw new DecodeError(`wanted ${length} bytes, ${this.end - at} left`, at);
    }
    this.offset = at + length;
    return at;
  }

  private varintByte(at: number): number {
    if (this.offset >= this.end) throw new DecodeError('varint is cut off', at);
    return this.bytes[this.offset++];
  }

  private unzigzag(raw: { low: number; high: number; exact: boolean; at: number }): number {
    const { low, high, exact, at } = raw;
    const lowHalf = (((high & 1) << 31) | (low >>> 1)) >>> 0;
    // Negative ones through two's complement, so that a sum beyond 2^53 is rounded only once.
    const value =
      (low & 1) === 1 ? ~(high >>> 1) * TWO_32 + (~lowHalf >>> 0) : (high >>> 1) * TWO_32 + lowHalf;
    if (exact && !Number.isSafeInteger(value)) throw new DecodeError('varint exceeds ±2^53', at);
    return value;
  }
}
