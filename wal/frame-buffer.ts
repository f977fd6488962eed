/**
 * Frames a group of records for the place in a segment where it will be written; bytes only, no
 * files. The rules are Prometheus' to the byte (tsdb/wlog/wlog.go, `log` and `flushPage`): a record
 * whose stored length exceeds what is left of the segment starts a new one, even where the segment
 * is empty and the record larger than any; a page with less room than a header takes is filled up.
 */
import { crc32cOf } from '../encoding/crc32c.js';
import { copyBytes } from '../encoding/shared-copy.js';
import { assert } from '../model/assert.js';
import type { Compressor } from './compressor.js';
import {
  FRAGMENT_CRC_OFFSET,
  FRAGMENT_FIRST,
  FRAGMENT_FULL,
  FRAGMENT_HEADER_BYTES,
  FRAGMENT_LAST,
  FRAGMENT_LENGTH_OFFSET,
  FRAGMENT_MIDDLE,
  PAGE_BYTES,
  RECORD_BYTES_MAX,
} from './format.js';

const FIRST_BYTES = 64 * 1024;
/** A buffer that a large group has made grow beyond this is not kept. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;

/** Frames a record where it lies: faster (kernel/row-encoder.ts). */
export interface RecordFramer {
  /** The record that it has made last, of `length` bytes, as `FrameBuffer` frames it. */
  frame(length: number, pageOffset: number): Uint8Array;
}

export class FrameBuffer {
  private readonly segmentPages: number;
  private readonly compressor: Compressor | null;
  private buffer = new Uint8Array(FIRST_BYTES);
  private data = new DataView(this.buffer.buffer);
  private length = 0;
  /** Where in the segment the next byte goes. */
  private position = 0;
  /** Where in the buffer new segments begin. */
  private cuts: number[] = [];

  constructor(segmentBytes: number, compressor: Compressor | null) {
    assert(segmentBytes > 0 && segmentBytes % PAGE_BYTES === 0, 'a segment consists of pages');
    this.segmentPages = segmentBytes / PAGE_BYTES;
    this.compressor = compressor;
  }

  /** How much has been framed. */
  get byteLength(): number {
    return this.length;
  }

  /** Drops what was added; the next record goes to `position` in a segment. */
  begin(position: number): void {
    this.length = 0;
    this.cuts = [];
    this.position = position;
    if (this.buffer.length > KEPT_BYTES_MAX) this.replaceBuffer(FIRST_BYTES);
  }

  /** Adds a record; `framer` has made it last, where it is given. */
  add(record: Uint8Array, framer: RecordFramer | null = null): void {
    assert(record.length <= RECORD_BYTES_MAX, 'a record is no larger than readers take');
    const compressor = record.length > 0 ? this.compressor : null;
    const compressed = compressor === null ? record : compressor.compress(record);
    if (compressor !== null && compressed.length < record.length) {
      this.frame(compressed, compressor.flag);
    } else if (framer === null) this.frame(record, 0);
    else this.addFramed(record.length, framer);
  }

  /**
   * What goes to each segment in turn: the first part to the one that is open, each other one to a
   * new one. Valid until the next `begin`.
   */
  parts(): Uint8Array[] {
    const { buffer, cuts, length } = this;
    // Nearly always.
    if (cuts.length === 0) return [buffer.subarray(0, length)];
    const ends = [...cuts, length];
    return ends.map((end, i) => buffer.subarray(i === 0 ? 0 : ends[i - 1], end));
  }

  private addFramed(length: number, framer: RecordFramer): void {
    this.makeRoom(length);
    const framed = framer.frame(length, this.position % PAGE_BYTES);
    copyBytes(framed, this.buffer, this.length);
    this.length += framed.length;
    this.position += framed.length;
  }

  private frame(stored: Uint8Array, flag: number): void {
    this.makeRoom(stored.length);
    for (let done = 0, isFirst = true; isFirst || done < stored.length; isFirst = false) {
      const room = this.pageRoom() - FRAGMENT_HEADER_BYTES;
      const end = Math.min(stored.length, done + room);
      const isLast = end === stored.length;
      const kind = isFirst
        ? isLast
          ? FRAGMENT_FULL
          : FRAGMENT_FIRST
        : isLast
          ? FRAGMENT_LAST
          : FRAGMENT_MIDDLE;
      this.fragment(kind | flag, stored.subarray(done, end));
      done = end;
    }
  }

  /** Makes room for a record in the buffer, and in a segment. */
  private makeRoom(storedLength: number): void {
    this.reserve(storedLength);
    if (storedLength <= this.segmentRoom()) return;
    this.fillPage();
    this.cuts.push(this.length);
    this.position = 0;
  }

  private fragment(type: number, part: Uint8Array): void {
    const { buffer, data, length } = this;
    const start = length + FRAGMENT_HEADER_BYTES;
    const end = start + part.length;
    copyBytes(part, buffer, start);
    buffer[length] = type;
    data.setUint16(length + FRAGMENT_LENGTH_OFFSET, part.length);
    data.setUint32(length + FRAGMENT_CRC_OFFSET, crc32cOf(buffer, start, end));
    this.length = end;
    this.position += end - length;
    if (this.pageRoom() < FRAGMENT_HEADER_BYTES) this.fillPage();
  }

  /** Zeros up to the page's end; nothing where a page is just about to begin. */
  private fillPage(): void {
    const room = this.position % PAGE_BYTES === 0 ? 0 : this.pageRoom();
    this.buffer.fill(0, this.length, this.length + room);
    this.length += room;
    this.position += room;
  }

  private pageRoom(): number {
    return PAGE_BYTES - (this.position % PAGE_BYTES);
  }

  /** How much of one record the segment still takes; less than nothing when it is full. */
  private segmentRoom(): number {
    const pages = this.segmentPages - Math.floor(this.position / PAGE_BYTES) - 1;
    return this.pageRoom() - FRAGMENT_HEADER_BYTES + (PAGE_BYTES - FRAGMENT_HEADER_BYTES) * pages;
  }

  /** Makes room for a record, however it falls. */
  private reserve(storedLength: number): void {
    const fragments = Math.ceil(storedLength / (PAGE_BYTES - FRAGMENT_HEADER_BYTES)) + 1;
    // A page may be filled up before the record and after it.
    const needed = this.length + storedLength + fragments * FRAGMENT_HEADER_BYTES + 2 * PAGE_BYTES;
    if (needed > this.buffer.length) this.replaceBuffer(Math.max(needed, 2 * this.buffer.length));
  }

  private replaceBuffer(size: number): void {
    const kept = this.buffer.subarray(0, this.length);
    this.buffer = new Uint8Array(size);
    this.buffer.set(kept);
    this.data = new DataView(this.buffer.buffer);
  }
}
