/**
 * The series section of an index: entries (series-entry.ts) by the ids of their series, one at a
 * time or several that lie near each other. Each is checked whenever it is read, and what is wrong
 * with one is a `CorruptionError` with the file's path and the entry's offset.
 */
import type { ByteSource } from '../disk/byte-source.js';
import { ByteReader } from '../encoding/byte-reader.js';
import { crc32cOf } from '../encoding/crc32c.js';
import { SERIES_BYTES_MAX, SERIES_MAX, type SeriesEntries } from '../kernel/series-entries.js';
import { CorruptionError, DecodeError } from '../model/errors.js';
import type { Interval } from '../model/interval.js';
import { CRC_BYTES, endOfSeries, type IndexVersion, SERIES_ALIGN, type Toc } from './format.js';
import { u32At } from './section.js';
import { ChunkMetas, decodeSeriesChunks, decodeSeriesLabels } from './series-entry.js';

/** Holds nearly every series entry whole. */
const SERIES_PEEK_BYTES = 4096;
/** Entries that begin farther apart are not read together: what is between would be copied too. */
const NEAR_BYTES = 4096;

/** Which of an array of ids are meant: `[from, to)`. */
export interface IdRange {
  readonly from: number;
  readonly to: number;
}

export class SeriesSection {
  readonly source: ByteSource;
  /** Where it begins and ends in the file. */
  readonly start: number;
  readonly end: number;
  /** What ids count in. */
  readonly idUnit: number;
  /** Where entries that are read together begin, from the first of them. */
  private readonly offsets = new Uint32Array(SERIES_MAX);

  constructor(source: ByteSource, { version, toc }: { version: IndexVersion; toc: Toc }) {
    this.source = source;
    this.start = toc.series;
    this.end = endOfSeries(toc, source.size);
    this.idUnit = version === 1 ? 1 : SERIES_ALIGN;
  }

  /** Where the entry of a series stands. */
  offsetOf(id: number): number {
    const offset = id * this.idUnit;
    if (Number.isInteger(id) && offset >= this.start && offset < this.end) return offset;
    throw new CorruptionError(this.source.path, this.start, `no series can have the id ${id}`);
  }

  /** Reads the body of the entry at `offset`; the reader's offsets count from there. */
  body(offset: number): ByteReader {
    try {
      const left = this.end - offset;
      let bytes = this.source.peek(offset, Math.min(SERIES_PEEK_BYTES, left));
      const head = new ByteReader(bytes);
      const length = head.uvarint();
      const start = head.offset;
      const end = start + length;
      if (end + CRC_BYTES > left) {
        throw new DecodeError(`series entry of ${length} bytes leaves the section`, 0);
      }
      if (end + CRC_BYTES > bytes.length) bytes = this.source.peek(offset, end + CRC_BYTES);
      if (crc32cOf(bytes, start, end) !== u32At(bytes, end)) {
        throw new DecodeError('checksum of a series entry does not match', 0);
      }
      return new ByteReader(bytes, start, end);
    } catch (error) {
      throw CorruptionError.from(this.source.path, offset, error);
    }
  }

  /** The entry of a series: what its labels refer to, name and value in turn, and its chunks. */
  read(id: number, symbols: number[], chunks: ChunkMetas): void {
    const offset = this.offsetOf(id);
    const body = this.body(offset);
    try {
      decodeSeriesLabels(body, symbols);
      decodeSeriesChunks(body, chunks);
    } catch (error) {
      throw CorruptionError.from(this.source.path, offset, error);
    }
  }

  /** Whether the entries of two series are to be read together. */
  areNear(id: number, next: number): boolean {
    return (next - id) * this.idUnit < NEAR_BYTES;
  }

  /**
   * Reads the entries of series whose ids ascend, with the chunks that meet `range`, and returns of
   * how many: of one at least, and of no more than SERIES_MAX.
   */
  readSome(
    ids: ArrayLike<number>,
    { from, to }: IdRange,
    range: Interval,
    into: SeriesEntries,
  ): number {
    const first = this.offsetOf(ids[from]);
    const { offsets, source } = this;
    let count = 0;
    let last = 0;
    while (count < Math.min(to - from, SERIES_MAX)) {
      const offset = ids[from + count] * this.idUnit - first;
      if (!(offset >= last && offset < SERIES_BYTES_MAX && first + offset < this.end)) break;
      offsets[count++] = last = offset;
    }
    try {
      const bytes = this.peekThrough(first, last);
      const read = into.decode(bytes, offsets.subarray(0, count), range);
      if (read > 0) return read;
    } catch (error) {
      throw CorruptionError.from(source.path, first, error);
    }
    this.readOne(ids[from], range, into);
    return 1;
  }

  /** The bytes from `first` through the entry that begins `last` behind it, if they may be. */
  private peekThrough(first: number, last: number): Uint8Array {
    const { source } = this;
    const left = this.end - first;
    const bytes = source.peek(first, Math.min(last + SERIES_PEEK_BYTES, left));
    let end = last;
    let length = 0;
    // Lengths of more bytes are those of entries that are read alone.
    for (let shift = 0; shift < 21 && end < bytes.length; shift += 7) {
      const byte = bytes[end++];
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    end = Math.min(end + length + CRC_BYTES, left, SERIES_BYTES_MAX);
    return end <= bytes.length ? bytes.subarray(0, end) : source.peek(first, end);
  }

  /** Slow path: an entry that is large, unusual or damaged. */
  private readOne(id: number, { minTime, maxTime }: Interval, into: SeriesEntries): void {
    const symbols: number[] = [];
    const all = new ChunkMetas();
    const kept = new ChunkMetas();
    this.read(id, symbols, all);
    for (let i = 0; i < all.count; i++) {
      if (all.minTimes[i] > maxTime || all.maxTimes[i] < minTime) continue;
      kept.push(all.minTimes[i], all.maxTimes[i], all.refs[i]);
    }
    into.setOne(symbols, kept);
  }
}
