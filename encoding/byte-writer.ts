/**
 * Writes Prometheus' fixed and variable integers into a growing buffer: what `ByteReader` reads.
 *
 * Asserts everything: a number that its field cannot hold is a bug of ours, not a smaller number.
 */
import { assert } from '../model/assert.js';
import { encodeUtf8 } from '../model/utf8.js';
import { crc32cOf } from './crc32c.js';

const TWO_32 = 0x1_0000_0000;
/** A text of so many ASCII characters has a length of one byte. */
const SHORT_TEXT = 0x7f;

export class ByteWriter {
  private buffer: Uint8Array;
  private data: DataView;
  private end = 0;

  constructor(capacity = 256) {
    this.buffer = new Uint8Array(capacity);
    this.data = new DataView(this.buffer.buffer);
  }

  /** How many bytes were written. */
  get length(): number {
    return this.end;
  }

  /** What was written, as a view that holds until the next write. */
  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.end);
  }

  clear(): void {
    this.end = 0;
  }

  u8(value: number): this {
    assert(value >= 0 && value <= 0xff, 'a byte holds 8 bits');
    const at = this.grow(1);
    this.data.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    assert(value >= 0 && value <= 0xffff, 'the field holds 16 bits');
    const at = this.grow(2);
    this.data.setUint16(at, value);
    return this;
  }

  u32(value: number): this {
    assert(value >= 0 && value <= 0xffff_ffff, 'the field holds 32 bits');
    const at = this.grow(4);
    this.data.setUint32(at, value);
    return this;
  }

  /** The checksum of what was written from `start` on, behind it. */
  crc32cFrom(start: number): this {
    return this.u32(crc32cOf(this.buffer, start, this.end));
  }

  /** Each of `values` as `u32`. */
  u32s(values: Uint32Array): this {
    let at = this.grow(4 * values.length);
    const { buffer } = this;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      buffer[at++] = value >>> 24;
      buffer[at++] = value >>> 16;
      buffer[at++] = value >>> 8;
      buffer[at++] = value;
    }
    return this;
  }

  /** A 64-bit integer, negative ones in two's complement; exact as far as a double is. */
  u64(value: number): this {
    assert(Number.isInteger(value), 'a 64-bit field is an integer');
    assert(value >= -(2 ** 63) && value < 2 ** 64, 'a 64-bit field holds 64 bits');
    const at = this.grow(8);
    this.data.setInt32(at, Math.floor(value / TWO_32));
    this.data.setUint32(at + 4, value % TWO_32 < 0 ? (value % TWO_32) + TWO_32 : value % TWO_32);
    return this;
  }

  f64(value: number): this {
    const at = this.grow(8);
    this.data.setFloat64(at, value);
    return this;
  }

  uvarint(value: number): this {
    // Fast path: of one byte or two, as most are.
    if (value >= 0 && value < 0x4000 && Number.isInteger(value)) {
      const at = this.grow(value < 0x80 ? 1 : 2);
      if (value < 0x80) this.buffer[at] = value;
      else {
        this.buffer[at] = value | 0x80;
        this.buffer[at + 1] = value >>> 7;
      }
      return this;
    }
    assert(Number.isSafeInteger(value) && value >= 0, 'a uvarint is a safe integer from 0');
    while (value >= 0x80) {
      this.u8((value % 128) + 128);
      value = Math.floor(value / 128);
    }
    return this.u8(value);
  }

  /**
   * A zigzag varint. 2^63, which stands for int64's greatest value as no double holds that, is
   * written as it (`MAX_TIME` in model/interval.ts).
   */
  varint(value: number): this {
    assert(Number.isInteger(value), 'a varint is an integer');
    assert(Math.abs(value) <= 2 ** 63, 'a varint holds 64 bits');
    // Fast path: what stays a safe integer when doubled.
    if (Math.abs(value) < 2 ** 52) return this.uvarint(value < 0 ? -2 * value - 1 : 2 * value);
    const exact = value === 2 ** 63 ? 2n ** 63n - 1n : BigInt(value);
    let rest = exact < 0n ? -2n * exact - 1n : 2n * exact;
    for (; rest >= 0x80n; rest >>= 7n) this.u8(Number(rest & 0x7fn) + 128);
    return this.u8(Number(rest));
  }

  raw(bytes: Uint8Array): this {
    const at = this.grow(bytes.length);
    this.buffer.set(bytes, at);
    return this;
  }

  /** Text preceded by its uvarint length. */
  string(text: string): this {
    if (text.length <= SHORT_TEXT && this.shortAscii(text)) return this;
    const bytes = encodeUtf8(text);
    return this.uvarint(bytes.length).raw(bytes);
  }

  /** Fast path: what nearly every label is, without the encoder's call; false where it is not. */
  private shortAscii(text: string): boolean {
    const { length } = text;
    const at = this.grow(length + 1);
    const { buffer } = this;
    buffer[at] = length;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) {
        this.end = at;
        return false;
      }
      buffer[at + 1 + i] = unit;
    }
    return true;
  }

  /**
   * Makes room for `length` bytes and returns where they begin. May replace `data`, so it is called
   * before `data` is read.
   */
  private grow(length: number): number {
    const at = this.end;
    this.end = at + length;
    if (this.end > this.buffer.length) {
      const larger = new Uint8Array(Math.max(this.end, 2 * this.buffer.length));
      larger.set(this.buffer);
      this.buffer = larger;
      this.data = new DataView(larger.buffer);
    }
    return at;
  }
}
