/**
 * The postings lists of an index, by their offset in the file:
 *
 *     len <4b> | count <4b> | count × id <4b> | crc32c(count and ids) <4b>
 *
 * Each list is checked whenever it is opened. What is handed out is a view over the list as it
 * stands in the file.
 */
import type { ByteSource } from '../disk/byte-source.js';
import { crc32cOf } from '../encoding/crc32c.js';
import { DecodeError } from '../model/errors.js';
import { CRC_BYTES } from './format.js';
import type { IdSet } from './id-set.js';
import { BigEndianPostings, EMPTY_POSTINGS, type Postings } from './postings.js';
import { u32At } from './section.js';

const HEAD_BYTES = 8;
/** Holds a list of up to 29 ids whole, which most lists of labels with many values are. */
const SHORT_BYTES = 128;

export class PostingsLists {
  private readonly source: ByteSource;
  private readonly limit: number;
  /** How many ids the list has that was added or met last. */
  count = 0;
  /** Its ids begin at `at` in `bytes`. */
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;

  /** Lists end before `limit`. */
  constructor(source: ByteSource, limit: number) {
    this.source = source;
    this.limit = limit;
  }

  /** A cursor over the list, valid until the source is closed. */
  open(offset: number): Postings {
    const head = this.source.peek(offset, this.peekLength(offset));
    const count = this.checkedCount(head, offset);
    const bytes = this.source.read(offset + 4, 4 + 4 * count + CRC_BYTES);
    this.check(bytes, 0, count, offset);
    if (count === 0) return EMPTY_POSTINGS;
    return new BigEndianPostings(bytes.subarray(4, 4 + 4 * count));
  }

  /** Adds the list's ids to `ids`. */
  addTo(ids: IdSet, offset: number): void {
    this.peek(offset);
    const { bytes, at, count } = this;
    for (let i = 0; i < count; i++) {
      const id = u32At(bytes, at + 4 * i);
      if (!ids.fits(id)) throw new DecodeError(`no series can have the id ${id}`, offset);
      ids.add(id);
    }
  }

  /** Whether one of the list's ids is in `ids`. */
  meets(ids: IdSet, offset: number): boolean {
    this.peek(offset);
    const { bytes, at, count } = this;
    for (let i = 0; i < count; i++) {
      if (ids.has(u32At(bytes, at + 4 * i))) return true;
    }
    return false;
  }

  /** Makes the list at `offset` the current one: a single access for the many short lists. */
  private peek(offset: number): void {
    let bytes = this.source.peek(offset, this.peekLength(offset));
    const count = this.checkedCount(bytes, offset);
    const length = HEAD_BYTES + 4 * count + CRC_BYTES;
    if (length > bytes.length) bytes = this.source.peek(offset, length);
    this.check(bytes, 4, count, offset);
    this.bytes = bytes;
    this.at = HEAD_BYTES;
    this.count = count;
  }

  private peekLength(offset: number): number {
    if (offset > this.limit - HEAD_BYTES - CRC_BYTES) {
      throw new DecodeError(`postings list does not end before ${this.limit}`, offset);
    }
    return Math.min(SHORT_BYTES, this.limit - offset);
  }

  /** The count, once it agrees with the length and both with the file. */
  private checkedCount(head: Uint8Array, offset: number): number {
    const length = u32At(head, 0);
    const count = u32At(head, 4);
    if (length !== 4 + 4 * count) {
      throw new DecodeError(`postings list of ${length} bytes claims ${count} series`, offset);
    }
    if (length > this.limit - offset - 4 - CRC_BYTES) {
      throw new DecodeError(`postings list of ${length} bytes leaves the file`, offset);
    }
    return count;
  }

  /** Compares the checksum of `count` ids and their count, which begin at `start`. */
  private check(bytes: Uint8Array, start: number, count: number, offset: number): void {
    const end = start + 4 + 4 * count;
    if (crc32cOf(bytes, start, end) !== u32At(bytes, end)) {
      throw new DecodeError('checksum of a postings list does not match', offset);
    }
  }
}
