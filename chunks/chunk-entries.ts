/**
 * Chunk entries of one series on their way from segments to segments, as they lie there
 * (segment-format.ts): where each is, in columns, so that what is only moved is never taken apart.
 */
import { crc32cOf } from '../encoding/crc32c.js';
import { ENCODING_XOR, sampleCount } from './chunk.js';
import { CRC_BYTES, ENCODING_BYTES, LENGTH_BYTES_MAX } from './segment-format.js';
import type { EncodedChunk } from './series-encoder.js';

/** What entries that are made here are written into, at a time. */
const ARENA_BYTES = 64 * 1024;

export class ChunkEntries {
  /** Rows from here on are garbage. */
  count = 0;
  /** What holds the entry, and where in it its length field, its data and its checksum begin. */
  readonly bytes: Uint8Array[] = [];
  readonly starts: number[] = [];
  readonly dataStarts: number[] = [];
  readonly dataEnds: number[] = [];
  /** Closed ranges, in ms. */
  readonly minTimes: number[] = [];
  readonly maxTimes: number[] = [];
  private arena = new Uint8Array(0);
  private used = 0;

  clear(): void {
    this.count = 0;
    this.used = 0;
  }

  /** Adds an entry that lies in `bytes`. */
  push(bytes: Uint8Array, start: number, dataStart: number, dataEnd: number): void {
    const i = this.count++;
    this.bytes[i] = bytes;
    this.starts[i] = start;
    this.dataStarts[i] = dataStart;
    this.dataEnds[i] = dataEnd;
  }

  /** Says what the entry that was added last covers. */
  setTimes(minTime: number, maxTime: number): void {
    this.minTimes[this.count - 1] = minTime;
    this.maxTimes[this.count - 1] = maxTime;
  }

  /** Adds entry `i` of others; it stays where it is. */
  pushFrom(others: ChunkEntries, i: number): void {
    this.push(others.bytes[i], others.starts[i], others.dataStarts[i], others.dataEnds[i]);
    this.setTimes(others.minTimes[i], others.maxTimes[i]);
  }

  /** Adds all entries of others, likewise. */
  pushAll(others: ChunkEntries): void {
    for (let i = 0; i < others.count; i++) this.pushFrom(others, i);
  }

  /** Makes an entry of a chunk and adds it; it is there until these are cleared. */
  pushEncoded({ encoding, data, minTime, maxTime }: EncodedChunk): void {
    this.pushData(encoding, data, 0, data.length);
    this.setTimes(minTime, maxTime);
  }

  /** The same of the data `bytes[from, to)`; its times are to be set. */
  pushData(encoding: number, bytes: Uint8Array, from: number, to: number): void {
    const length = to - from;
    const bytesMax = LENGTH_BYTES_MAX + ENCODING_BYTES + length + CRC_BYTES;
    if (this.used + bytesMax > this.arena.length) {
      // Entries that were made before keep the old one alive.
      this.arena = new Uint8Array(Math.max(bytesMax, ARENA_BYTES));
      this.used = 0;
    }
    const { arena, used: start } = this;
    let at = start;
    let rest = length;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) arena[at++] = (rest & 0x7f) | 0x80;
    arena[at++] = rest;
    arena[at++] = encoding;
    const dataStart = at;
    const dataEnd = at + length;
    arena.set(bytes.subarray(from, to), dataStart);
    const crc = crc32cOf(arena, dataStart - ENCODING_BYTES, dataEnd);
    arena[dataEnd] = crc >>> 24;
    arena[dataEnd + 1] = crc >>> 16;
    arena[dataEnd + 2] = crc >>> 8;
    arena[dataEnd + 3] = crc;
    this.used = dataEnd + CRC_BYTES;
    this.push(arena, start, dataStart, dataEnd);
  }

  encodingAt(i: number): number {
    return this.bytes[i][this.dataStarts[i] - ENCODING_BYTES];
  }

  /** The data of a chunk, as a view. */
  dataAt(i: number): Uint8Array {
    return this.bytes[i].subarray(this.dataStarts[i], this.dataEnds[i]);
  }

  /** One past the entry's last byte, its checksum's. */
  endAt(i: number): number {
    return this.dataEnds[i] + CRC_BYTES;
  }

  sampleCountAt(i: number): number {
    const encoding = this.encodingAt(i);
    // Fast path: without a view of the data.
    if (encoding !== ENCODING_XOR) return sampleCount(encoding, this.dataAt(i));
    const at = this.dataStarts[i];
    return (this.bytes[i][at] << 8) | this.bytes[i][at + 1];
  }

  /** Whether entries `i` and `j` cover the same times with the same bytes of data. */
  areEqual(i: number, j: number): boolean {
    const length = this.dataEnds[i] - this.dataStarts[i];
    if (this.dataEnds[j] - this.dataStarts[j] !== length) return false;
    if (this.minTimes[i] !== this.minTimes[j] || this.maxTimes[i] !== this.maxTimes[j])
      return false;
    const [a, b] = [this.bytes[i], this.bytes[j]];
    const shift = this.dataStarts[j] - this.dataStarts[i];
    for (let at = this.dataStarts[i]; at < this.dataEnds[i]; at++) {
      if (a[at] !== b[at + shift]) return false;
    }
    return true;
  }
}
