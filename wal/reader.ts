/**
 * A cursor over the records of a log, segment after segment: tsdb/wlog/reader.go.
 *
 * Fragments are checked one by one (type, length, CRC-32C, sequence), so that a record is delivered
 * as it was written or not at all. What is wrong with the bytes that are there is a
 * `CorruptionError`; a segment never takes another one down. What is missing at the very end of the
 * log is `torn`, no error: a running Prometheus writes there, or a crash ended the last write.
 * Bytes that are there but wrong are damage even at the very end: nothing tells a page that was
 * half written from one that has rotted, and a report costs no record that could be had.
 *
 * Stricter than Prometheus, which never writes what is refused here: a fragment that crosses a
 * page, a record that crosses segments or has zeros inside, unknown type bits.
 */
import type { ByteSource } from '../disk/byte-source.js';
import type { Disk } from '../disk/disk.js';
import { crc32c } from '../encoding/crc32c.js';
import { snappyDecompress } from '../encoding/snappy.js';
import { zstdDecompress } from '../encoding/zstd.js';
import { assert } from '../model/assert.js';
import { CorruptionError } from '../model/errors.js';
import type { SegmentFile } from './checkpoint.js';
import {
  COMPRESSION_MASK,
  COMPRESSION_NONE,
  COMPRESSION_SNAPPY,
  FRAGMENT_CRC_OFFSET,
  FRAGMENT_FULL,
  FRAGMENT_HEADER_BYTES,
  FRAGMENT_LAST,
  FRAGMENT_LENGTH_OFFSET,
  FRAGMENT_MIDDLE,
  FRAGMENT_PAGE_END,
  FRAGMENT_TYPE_MASK,
  PAGE_BYTES,
  RECORD_BYTES_MAX,
} from './format.js';

const EMPTY = new Uint8Array(0);

/** The end of a log that stops within a record. */
export interface TornTail {
  readonly path: string;
  /** Where the record begins that is not all there. */
  readonly offset: number;
}

/** Memory that whoever reads brings: records lie there where they can. */
export interface ReaderMemory {
  /** Takes so much of a segment at a time: whole pages. */
  readonly window: Uint8Array;
  /** Takes records of several fragments, so long as they fit. */
  readonly scratch: Uint8Array;
  /** Copies bytes of `window` to an offset in `scratch`; `set` is slow in shared memory. */
  copyToScratch(bytes: Uint8Array, offset: number): void;
}

export class WalReader {
  /** The record, decompressed; valid after `next()` returned true, until the next call. */
  record: Uint8Array = EMPTY;
  /**
   * Where the record's first fragment begins in its segment, in bytes; after `next()` threw, where
   * the records end that could be had.
   */
  offset = 0;
  /** Set once `next()` returned false, when the last segment ends within a record. */
  torn: TornTail | null = null;

  private readonly disk: Disk;
  private readonly segments: readonly SegmentFile[];
  private readonly memory: ReaderMemory | undefined;
  /** The segment that is read, among `segments`; -1 before the first. */
  private position = -1;
  private source: ByteSource | null = null;
  private isDamaged = false;

  /** What is there of the current page, where it begins, and the next fragment within it. */
  private page: Uint8Array = EMPTY;
  private pageData: DataView = new DataView(EMPTY.buffer);
  private pageStart = 0;
  private cursor = 0;
  /** Where the last record that was delivered ends in the segment. */
  private end = 0;

  /** The data of a record of several fragments, and how much of it there is. */
  private parts: Uint8Array = EMPTY;
  private partsLength = 0;
  private isOpen = false;
  private openCompression = COMPRESSION_NONE;

  /** Reads `segments` in the order given, opening one at a time; the last one may be torn. */
  constructor(disk: Disk, segments: readonly SegmentFile[], memory?: ReaderMemory) {
    this.disk = disk;
    this.segments = segments;
    this.memory = memory;
    if (memory !== undefined) this.parts = memory.scratch;
  }

  /** The index of the segment that holds the record. */
  get segment(): number {
    return this.current().index;
  }

  /** The path of the segment that holds the record. */
  get path(): string {
    return this.current().path;
  }

  /**
   * Moves to the next record; false at the end of the log. Throws a `CorruptionError` for damage
   * and a `DiskError` where a segment cannot be read (`ENOENT`: it is covered by a checkpoint by
   * now); what follows in the segment is not to be had then, and `skipSegment()` goes on behind it.
   */
  next(): boolean {
    assert(!this.isDamaged, 'a damaged segment is skipped before reading on');
    try {
      while (this.source !== null || this.openNext()) {
        if (this.nextInSegment()) return true;
        this.closeSegment();
      }
    } catch (error) {
      this.isDamaged = true;
      this.offset = this.end;
      throw CorruptionError.from(this.path, 0, error);
    }
    this.record = EMPTY;
    return false;
  }

  /** Leaves the rest of the current segment out. */
  skipSegment(): void {
    this.isDamaged = false;
    this.closeSegment();
  }

  /** Idempotent; `next()` must not follow. */
  close(): void {
    this.closeSegment();
    this.position = this.segments.length - 1;
  }

  private current(): SegmentFile {
    assert(this.position >= 0, 'next() was called');
    return this.segments[this.position];
  }

  private openNext(): boolean {
    if (this.position + 1 >= this.segments.length) return false;
    this.position++;
    this.pageStart = 0;
    this.end = 0;
    this.source = this.disk.openMutable(this.path, this.memory?.window);
    return true;
  }

  private closeSegment(): void {
    this.source?.close();
    this.source = null;
    this.page = EMPTY;
    this.cursor = 0;
    this.isOpen = false;
  }

  /** Reads fragments until a record is whole; false at the end of the segment. */
  private nextInSegment(): boolean {
    while (this.seekFragment()) {
      const start = this.pageStart + this.cursor;
      const type = this.page[this.cursor];
      this.checkType(type, start);
      if (!this.isOpen) {
        this.offset = start;
        this.openCompression = type & COMPRESSION_MASK;
      }
      const data = this.takeFragment(start);
      if (data === null) return this.endWithinRecord('its last fragment is cut off');
      const kind = type & FRAGMENT_TYPE_MASK;
      if (kind === FRAGMENT_FULL) {
        return this.deliver(data);
      }
      this.addPart(data, start);
      if (kind === FRAGMENT_LAST) {
        return this.deliver(this.parts.subarray(0, this.partsLength));
      }
    }
    if (this.isOpen) return this.endWithinRecord('its last fragment is missing');
    return false;
  }

  /** Moves to the next fragment, over zeros and page ends; false at the end of the segment. */
  private seekFragment(): boolean {
    let sawZeros = false;
    for (;;) {
      if (this.cursor >= this.page.length) {
        if (!this.loadPage()) return false;
        continue;
      }
      const start = this.pageStart + this.cursor;
      if (this.page[this.cursor] === FRAGMENT_PAGE_END) {
        const rest = this.page.subarray(this.cursor);
        const nonZero = rest.findIndex((byte) => byte !== 0);
        if (nonZero >= 0) throw this.corrupt(start + nonZero, 'the padding of a page is not zero');
        // Less room than a header takes is always left empty, also within a record.
        if (PAGE_BYTES - this.cursor >= FRAGMENT_HEADER_BYTES) sawZeros = true;
        this.cursor = this.page.length;
        continue;
      }
      if (sawZeros && this.isOpen) throw this.corrupt(start, 'zeros stand inside a record');
      return true;
    }
  }

  /** Reads the next page of the segment, a short one at its end; false where none is left. */
  private loadPage(): boolean {
    const source = this.source;
    assert(source !== null, 'a segment is open');
    this.pageStart += this.page.length;
    const length = Math.min(PAGE_BYTES, source.size - this.pageStart);
    this.cursor = 0;
    // A page is what one peek of a positional source reads into its own buffer: nothing is
    // allocated.
    const page = length > 0 ? source.peek(this.pageStart, length) : EMPTY;
    this.page = page;
    this.pageData = new DataView(page.buffer, page.byteOffset, page.byteLength);
    return length > 0;
  }

  /** A fragment's type byte is legal, and its kind may stand here. */
  private checkType(type: number, start: number): void {
    const compression = type & COMPRESSION_MASK;
    const kind = type & FRAGMENT_TYPE_MASK;
    const isKnown =
      (type & ~(FRAGMENT_TYPE_MASK | COMPRESSION_MASK)) === 0 && kind <= FRAGMENT_LAST;
    if (!isKnown || compression === COMPRESSION_MASK) {
      throw this.corrupt(start, `unknown fragment type 0x${type.toString(16)}`);
    }
    const isContinued = kind === FRAGMENT_MIDDLE || kind === FRAGMENT_LAST;
    if (isContinued && !this.isOpen) {
      throw this.corrupt(start, `fragment type ${kind} continues no record`);
    }
    if (!isContinued && this.isOpen) {
      throw this.corrupt(start, `fragment type ${kind} stands inside a record`);
    }
    if (this.isOpen && compression !== this.openCompression) {
      throw this.corrupt(start, 'the fragments of a record differ in compression');
    }
  }

  /**
   * The data of the fragment at the cursor, checked, and the cursor behind it; null where the
   * segment ends before the fragment does.
   */
  private takeFragment(start: number): Uint8Array | null {
    const { page, pageData, cursor } = this;
    const dataStart = cursor + FRAGMENT_HEADER_BYTES;
    if (dataStart > PAGE_BYTES) throw this.corrupt(start, 'a fragment header crosses its page');
    if (dataStart > page.length) return null;
    const length = pageData.getUint16(cursor + FRAGMENT_LENGTH_OFFSET);
    if (dataStart + length > PAGE_BYTES) {
      throw this.corrupt(start, `a fragment of ${length} bytes crosses its page`);
    }
    if (dataStart + length > page.length) return null;
    const data = page.subarray(dataStart, dataStart + length);
    const stored = pageData.getUint32(cursor + FRAGMENT_CRC_OFFSET);
    const actual = crc32c(data);
    if (actual !== stored) {
      throw this.corrupt(start, `fragment checksum ${hex(actual)}, ${hex(stored)} expected`);
    }
    this.cursor = dataStart + length;
    return data;
  }

  private addPart(data: Uint8Array, start: number): void {
    if (!this.isOpen) this.partsLength = 0;
    const length = this.partsLength + data.length;
    if (length > RECORD_BYTES_MAX) {
      throw this.corrupt(start, `a record exceeds the limit of ${RECORD_BYTES_MAX} bytes`);
    }
    if (length > this.parts.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.parts.length));
      larger.set(this.parts.subarray(0, this.partsLength));
      this.parts = larger;
    }
    const { memory } = this;
    if (this.parts === memory?.scratch && data.buffer === memory.window.buffer) {
      memory.copyToScratch(data, this.partsLength);
    } else {
      this.parts.set(data, this.partsLength);
    }
    this.partsLength = length;
    this.isOpen = true;
  }

  private deliver(stored: Uint8Array): true {
    this.record = this.decompress(stored);
    this.end = this.pageStart + this.cursor;
    return true;
  }

  private decompress(stored: Uint8Array): Uint8Array {
    this.isOpen = false;
    if (this.openCompression === COMPRESSION_NONE) return stored;
    try {
      return this.openCompression === COMPRESSION_SNAPPY
        ? snappyDecompress(stored, RECORD_BYTES_MAX)
        : zstdDecompress(stored, RECORD_BYTES_MAX);
    } catch (error) {
      throw CorruptionError.from(this.path, this.offset, error);
    }
  }

  /** The segment ends and a record does not: a torn tail where the log ends too, else damage. */
  private endWithinRecord(what: string): false {
    if (this.position < this.segments.length - 1) {
      throw this.corrupt(this.offset, `the segment ends within a record: ${what}`);
    }
    this.torn = { path: this.path, offset: this.offset };
    return false;
  }

  private corrupt(offset: number, reason: string): CorruptionError {
    return new CorruptionError(this.path, offset, reason);
  }
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
