/**
 * A section of the index read front to back, in windows, so that neither a large table nor a file
 * that is read positionally is ever held whole: `len <4b> | content | crc32c(content) <4b>`.
 *
 * Offsets count from the start of the file, in errors too.
 */
import { crc32c } from '../encoding/crc32c.js';
import { assert } from '../model/assert.js';
import { DecodeError } from '../model/errors.js';
import type { Steps } from '../model/steps.js';
import { decodeUtf8 } from '../model/utf8.js';
import type { ByteSource } from '../disk/byte-source.js';
import { CRC_BYTES } from './format.js';

const WINDOW_BYTES = 256 * 1024;
/** What summing one costs, in the pacer's units. */
const WINDOW_UNITS = 20_000;
const VARINT_BYTES_MAX = 10;

/** The content of a section: `[start, end)`, its checksum behind it. */
export interface Section {
  readonly start: number;
  readonly end: number;
}

/** Reads a section's length and checks that it ends before `limit`. */
export function sectionAt(source: ByteSource, offset: number, limit: number): Section {
  const bytes = source.peek(offset, 4);
  const length = u32At(bytes, 0);
  const start = offset + 4;
  if (length > limit - start - CRC_BYTES) {
    throw new DecodeError(`section of ${length} bytes does not end before ${limit}`, offset);
  }
  return { start, end: start + length };
}

/** A section of a file. */
interface PlacedSection extends Section {
  readonly source: ByteSource;
}

/** Whether two sections have the same content and checksum, whether or not that is right. */
export function* areSectionsEqual(a: PlacedSection, b: PlacedSection): Steps<boolean> {
  const bytes = a.end - a.start + CRC_BYTES;
  if (b.end - b.start + CRC_BYTES !== bytes) return false;
  // Backwards: the checksum, in which different ones differ, is at the end.
  for (let end = bytes; end > 0;) {
    const start = Math.max(0, end - WINDOW_BYTES);
    const ours = a.source.read(a.start + start, end - start);
    const others = b.source.read(b.start + start, end - start);
    if (Buffer.compare(ours, others) !== 0) return false;
    end = start;
    yield WINDOW_UNITS;
  }
  return true;
}

/** A big-endian 32-bit number: without the DataView that one number is not worth. */
export function u32At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

export class SectionCursor {
  private readonly source: ByteSource;
  private readonly end: number;
  private window: Uint8Array = new Uint8Array(0);
  /** The file offset of the window's first byte. */
  private windowStart: number;
  /** The next byte, counted from the window's start. */
  private at = 0;
  /** Of the bytes before `summedEnd`; null: nobody wants it. */
  private checksum: number | null;
  private summedEnd: number;

  /** Reads `[start, end)`; with `summed` it also computes the checksum that `finish` checks. */
  constructor(source: ByteSource, { start, end }: Section, summed: boolean) {
    this.source = source;
    this.windowStart = start;
    this.end = end;
    this.checksum = summed ? 0 : null;
    this.summedEnd = start;
  }

  /** The file offset of the next byte. */
  get offset(): number {
    return this.windowStart + this.at;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  u32(): number {
    const at = this.take(4);
    return u32At(this.window, at);
  }

  uvarint(): number {
    if (this.window.length - this.at < VARINT_BYTES_MAX) {
      this.load(Math.min(VARINT_BYTES_MAX, this.remaining));
    }
    const { window } = this;
    const start = this.at;
    let at = start;
    let value = 0;
    let scale = 1;
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      if (at >= window.length) throw new DecodeError('varint is cut off', this.offset);
      const byte = window[at++];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) {
          throw new DecodeError('varint exceeds 2^53', this.offset);
        }
        this.at = at;
        return value;
      }
      scale *= 128;
    }
    throw new DecodeError('varint is longer than 10 bytes', this.offset);
  }

  /** The bytes of a text that its uvarint length precedes; a view until the next call. */
  text(): Uint8Array {
    const length = this.uvarint();
    const at = this.take(length);
    return this.window.subarray(at, at + length);
  }

  /** The text itself. */
  string(): string {
    const length = this.uvarint();
    const at = this.take(length);
    return decodeUtf8(this.window, at, at + length);
  }

  skipText(): void {
    this.take(this.uvarint());
  }

  skip(length: number): void {
    this.take(length);
  }

  /** Sums what is left and compares with the checksum that follows the section. */
  *finish(what: string): Steps<void> {
    assert(this.checksum !== null, 'a section that is finished was summed');
    while (this.remaining > 0) {
      this.load(Math.min(WINDOW_BYTES, this.remaining));
      this.at = this.window.length;
      yield WINDOW_UNITS;
    }
    this.window = new Uint8Array(0);
    this.windowStart = this.end;
    this.at = 0;
    const wanted = u32At(this.source.peek(this.end, CRC_BYTES), 0);
    if (this.checksum !== wanted) {
      throw new DecodeError(`checksum of ${what} does not match`, this.end);
    }
  }

  /** Moves past `length` bytes and returns where they begin in the window. */
  private take(length: number): number {
    if (length > this.window.length - this.at) this.load(length);
    const at = this.at;
    this.at = at + length;
    return at;
  }

  /** Makes the window begin at the next byte and hold at least `length` bytes. */
  private load(length: number): void {
    const { offset, remaining } = this;
    if (length > remaining) {
      throw new DecodeError(`wanted ${length} bytes, ${remaining} left in the section`, offset);
    }
    if (length <= this.window.length - this.at) return;
    const size = Math.min(Math.max(length, WINDOW_BYTES), remaining);
    // Not `peek`: who walks a table also reads the lists that it points to.
    this.window = this.source.read(offset, size);
    this.windowStart = offset;
    this.at = 0;
    this.sum(offset + size);
  }

  /** Adds the window's bytes that are not summed yet. */
  private sum(windowEnd: number): void {
    if (this.checksum === null || windowEnd <= this.summedEnd) return;
    const fresh = this.window.subarray(this.summedEnd - this.windowStart);
    this.checksum = crc32c(fresh, this.checksum);
    this.summedEnd = windowEnd;
  }
}
