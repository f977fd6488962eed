/**
 * One float as a sequence, each value coded as the XOR with the one before: the value field of XOR
 * chunks, and each field of float histograms (tsdb/chunkenc/xor.go).
 *
 *     0                              the same bits again
 *     10 <bits>                      the XOR's bits within the last window
 *     11 leading <5b> significant <6b> <bits>      a new window; 64 significant bits are stored as 0
 *
 * Values are kept as two 32-bit halves: arithmetic would lose the bits of NaNs.
 */
import { DecodeError } from '../model/errors.js';
import type { BitReader } from './bit-reader.js';
import type { BitWriter } from './bit-writer.js';

/** Leading zeros are stored in 5 bits. */
const LEADING_MAX = 31;

export class XorReader {
  /** The halves of the current value, as signed words. */
  high = 0;
  low = 0;
  // "No window yet" is one of 64 bits: what Prometheus reads where an appender that was opened on
  // a chunk of equal values reused the window that it never wrote.
  private leading = 0;
  private trailing = 0;

  /** Reads a value of 64 plain bits, the first one. */
  readFirst(reader: BitReader): void {
    reader.wideBits(64);
    this.high = reader.high;
    this.low = reader.low;
  }

  /** Reads the whole field. */
  read(reader: BitReader): void {
    const word = reader.peek();
    if (word >= 0) reader.skip(1);
    else if ((word & 0x4000_0000) === 0) {
      reader.skip(2);
      this.readInWindow(reader);
    } else {
      reader.skip(2);
      this.readNewWindow(reader);
    }
  }

  /** The bits behind `10`. */
  readInWindow(reader: BitReader): void {
    reader.wideBits(64 - this.leading - this.trailing);
    const shift = this.trailing;
    if (shift === 0) {
      this.high ^= reader.high;
      this.low ^= reader.low;
    } else if (shift < 32) {
      this.high ^= (reader.high << shift) | (reader.low >>> (32 - shift));
      this.low ^= reader.low << shift;
    } else {
      this.high ^= reader.low << (shift - 32);
    }
  }

  /** The bits behind `11`. */
  readNewWindow(reader: BitReader): void {
    const at = reader.offset;
    const window = reader.bits(11);
    const leading = window >>> 6;
    const significant = window & 63 || 64;
    if (leading + significant > 64) {
      throw new DecodeError(`window of ${leading} + ${significant} bits exceeds 64`, at);
    }
    this.leading = leading;
    this.trailing = 64 - leading - significant;
    this.readInWindow(reader);
  }

  /** Stores the value's bits; `words` are a column's (encoding/float-bits.ts). */
  storeAt(words: Uint32Array, index: number): void {
    words[2 * index] = this.low;
    words[2 * index + 1] = this.high;
  }
}

/** What stands in front of bits in the last window, and in front of a new window. */
export interface WindowPrefixes {
  readonly same: number;
  readonly sameBits: number;
  readonly fresh: number;
  readonly freshBits: number;
}

const XOR_PREFIXES: WindowPrefixes = { same: 0b10, sameBits: 2, fresh: 0b11, freshBits: 2 };

export class XorWriter {
  private high = 0;
  private low = 0;
  private hasWindow = false;
  private leading = 0;
  private trailing = 0;

  /** Takes note of the first value, which others write. */
  setFirst(high: number, low: number): void {
    this.high = high;
    this.low = low;
  }

  /** Writes the first value, 64 plain bits. */
  writeFirst(writer: BitWriter, high: number, low: number): void {
    writer.wideBits(high, low, 64);
    this.high = high;
    this.low = low;
  }

  /** Whether a value has the same bits as the last one. */
  equals(high: number, low: number): boolean {
    return ((high ^ this.high) | (low ^ this.low)) === 0;
  }

  write(writer: BitWriter, high: number, low: number): void {
    if (this.equals(high, low)) writer.bits(0b0, 1);
    else this.writeChanged(writer, high, low, XOR_PREFIXES);
  }

  /** Writes a value that is not equal to the last one. */
  writeChanged(writer: BitWriter, high: number, low: number, prefixes: WindowPrefixes): void {
    const xorHigh = high ^ this.high;
    const xorLow = low ^ this.low;
    this.high = high;
    this.low = low;
    const zeros = xorHigh !== 0 ? Math.clz32(xorHigh) : 32 + Math.clz32(xorLow);
    const leading = Math.min(zeros, LEADING_MAX);
    const trailing = xorLow !== 0 ? trailingZeros(xorLow) : 32 + trailingZeros(xorHigh);
    if (this.hasWindow && leading >= this.leading && trailing >= this.trailing) {
      writer.bits(prefixes.same, prefixes.sameBits);
    } else {
      this.hasWindow = true;
      this.leading = leading;
      this.trailing = trailing;
      const significant = 64 - leading - trailing;
      writer.bits(
        (prefixes.fresh << 11) | (leading << 6) | (significant & 63),
        prefixes.freshBits + 11,
      );
    }
    this.writeBits(writer, xorHigh, xorLow);
  }

  /** The XOR's bits within the window. */
  private writeBits(writer: BitWriter, xorHigh: number, xorLow: number): void {
    const shift = this.trailing;
    const width = 64 - this.leading - shift;
    if (shift === 0) writer.wideBits(xorHigh, xorLow, width);
    else if (shift < 32) {
      writer.wideBits(xorHigh >>> shift, (xorHigh << (32 - shift)) | (xorLow >>> shift), width);
    } else writer.wideBits(0, xorHigh >>> (shift - 32), width);
  }
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
