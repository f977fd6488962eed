/**
 * What a head hands to whoever makes a block of it, maybe in another thread: numbers in shared
 * memory, which is posted without copying, and no object a series.
 *
 *     texts    bytes one behind the other; text i ends at textEnds[i]; text 0 is empty
 *     pairs    by the head's own numbers: pairNames[p], pairValues[p] are texts
 *     series   in any order; the pairs of series s, by name, end at seriesPairEnds[s],
 *              its chunks, oldest first, at seriesChunkEnds[s]
 *     chunks   chunkFiles[c] and chunkOffsets[c] are where its entry begins in chunks_head; where
 *              the file is 0, the data of an XOR chunk is in openBytes at that offset instead
 *
 * The head builds it between two turns or over several, as long as none of what it tells of changes
 * meanwhile; chunk files must stay until the block is made.
 */
import { assert } from '../model/assert.js';
import { encodeUtf8 } from '../model/utf8.js';

const INITIAL_LENGTH = 1024;
const SHORT_TEXT = 128;
const NO_SIZES: HeadSnapshotSizes = { series: 0, chunks: 0, openBytes: 0 };

export interface HeadSnapshot {
  readonly texts: Uint8Array;
  readonly textEnds: Uint32Array;
  readonly pairNames: Uint32Array;
  readonly pairValues: Uint32Array;
  readonly seriesPairs: Uint32Array;
  readonly seriesPairEnds: Uint32Array;
  readonly seriesChunkEnds: Uint32Array;
  readonly chunkFiles: Uint32Array;
  readonly chunkOffsets: Uint32Array;
  /** Bytes of the chunk's data. */
  readonly chunkLengths: Uint32Array;
  /** Closed ranges, in ms. */
  readonly chunkMinTimes: Float64Array;
  readonly chunkMaxTimes: Float64Array;
  readonly openBytes: Uint8Array;
}

/** A chunk in a file of chunks_head: its number * 2^32 + the offset of its entry. */
export interface FiledChunk {
  readonly ref: number;
  readonly dataLength: number;
  readonly minTime: number;
  readonly maxTime: number;
}

/** A chunk among the bytes of those that are in no file. */
export interface OpenChunk {
  readonly offset: number;
  readonly length: number;
  readonly minTime: number;
  readonly maxTime: number;
}

const TWO_32 = 0x1_0000_0000;

/** How much there will be, about: more is made room for, and what is not used costs nothing. */
export interface HeadSnapshotSizes {
  readonly series: number;
  readonly chunks: number;
  readonly openBytes: number;
}

/**
 * Gathers a snapshot: all pairs, then each series followed by its chunks. Each call is a check and
 * some stores: a head is handed over seldom, so that this code is never warm.
 */
export class HeadSnapshotBuilder {
  private readonly texts = new Column(Uint8Array);
  private readonly textEnds = new Column(Uint32Array);
  private readonly textNumbers = new Map<string, number>();
  private readonly pairNames = new Column(Uint32Array);
  private readonly pairValues = new Column(Uint32Array);
  private readonly openBytes: Column<Uint8Array>;
  private seriesPairs: Uint32Array = numbers(Uint32Array, INITIAL_LENGTH);
  private pairCount = 0;
  private seriesPairEnds: Uint32Array;
  private seriesChunkEnds: Uint32Array;
  private series = 0;
  private chunkFiles: Uint32Array;
  private chunkOffsets: Uint32Array;
  private chunkLengths: Uint32Array;
  private chunkMinTimes: Float64Array;
  private chunkMaxTimes: Float64Array;
  private chunkCount = 0;

  constructor({ series, chunks, openBytes }: HeadSnapshotSizes = NO_SIZES) {
    const seriesMax = Math.max(series, INITIAL_LENGTH);
    const chunksMax = Math.max(chunks, INITIAL_LENGTH);
    this.seriesPairEnds = numbers(Uint32Array, seriesMax);
    this.seriesChunkEnds = numbers(Uint32Array, seriesMax);
    this.chunkFiles = numbers(Uint32Array, chunksMax);
    this.chunkOffsets = numbers(Uint32Array, chunksMax);
    this.chunkLengths = numbers(Uint32Array, chunksMax);
    this.chunkMinTimes = numbers(Float64Array, chunksMax);
    this.chunkMaxTimes = numbers(Float64Array, chunksMax);
    this.openBytes = new Column(Uint8Array, openBytes);
    this.textNumber('');
  }

  /** Says what a label pair of the head is, whether a series has it or not. */
  addPair(id: number, name: string, value: string): void {
    this.pairNames.set(id, this.textNumber(name));
    this.pairValues.set(id, this.textNumber(value));
  }

  /** Begins a series; its pairs follow, by name, then its chunks, oldest first. */
  beginSeries(): void {
    if (this.series === this.seriesPairEnds.length) {
      this.seriesPairEnds = larger(Uint32Array, this.seriesPairEnds);
      this.seriesChunkEnds = larger(Uint32Array, this.seriesChunkEnds);
    }
    this.seriesPairEnds[this.series] = this.pairCount;
    this.seriesChunkEnds[this.series++] = this.chunkCount;
  }

  addSeriesPair(id: number): void {
    if (this.pairCount === this.seriesPairs.length) {
      this.seriesPairs = larger(Uint32Array, this.seriesPairs);
    }
    this.seriesPairs[this.pairCount++] = id;
    this.seriesPairEnds[this.series - 1] = this.pairCount;
  }

  addChunk({ ref, dataLength, minTime, maxTime }: FiledChunk): void {
    assert(ref >= TWO_32, 'files of chunks count from 1');
    const chunk = this.pushChunk(dataLength, minTime, maxTime);
    this.chunkFiles[chunk] = Math.floor(ref / TWO_32);
    this.chunkOffsets[chunk] = ref % TWO_32;
  }

  /** Adds bytes of chunks that are in no file, which are copied; returns where they begin. */
  addOpenBytes(bytes: Uint8Array): number {
    const offset = this.openBytes.length;
    this.openBytes.append(bytes);
    return offset;
  }

  /** Adds an XOR chunk whose data is among the bytes that were added. */
  addOpenChunk({ offset, length, minTime, maxTime }: OpenChunk): void {
    const chunk = this.pushChunk(length, minTime, maxTime);
    this.chunkFiles[chunk] = 0;
    this.chunkOffsets[chunk] = offset;
  }

  /** How many series were begun. */
  get seriesCount(): number {
    return this.series;
  }

  finish(): HeadSnapshot {
    const { series, chunkCount } = this;
    return {
      texts: this.texts.trimmed(),
      textEnds: this.textEnds.trimmed(),
      pairNames: this.pairNames.trimmed(),
      pairValues: this.pairValues.trimmed(),
      seriesPairs: this.seriesPairs.subarray(0, this.pairCount),
      seriesPairEnds: this.seriesPairEnds.subarray(0, series),
      seriesChunkEnds: this.seriesChunkEnds.subarray(0, series),
      chunkFiles: this.chunkFiles.subarray(0, chunkCount),
      chunkOffsets: this.chunkOffsets.subarray(0, chunkCount),
      chunkLengths: this.chunkLengths.subarray(0, chunkCount),
      chunkMinTimes: this.chunkMinTimes.subarray(0, chunkCount),
      chunkMaxTimes: this.chunkMaxTimes.subarray(0, chunkCount),
      openBytes: this.openBytes.trimmed(),
    };
  }

  /** Adds a chunk to the last series; where it lies is to be said. */
  private pushChunk(dataLength: number, minTime: number, maxTime: number): number {
    const chunk = this.chunkCount++;
    if (chunk === this.chunkFiles.length) {
      this.chunkFiles = larger(Uint32Array, this.chunkFiles);
      this.chunkOffsets = larger(Uint32Array, this.chunkOffsets);
      this.chunkLengths = larger(Uint32Array, this.chunkLengths);
      this.chunkMinTimes = larger(Float64Array, this.chunkMinTimes);
      this.chunkMaxTimes = larger(Float64Array, this.chunkMaxTimes);
    }
    this.chunkLengths[chunk] = dataLength;
    this.chunkMinTimes[chunk] = minTime;
    this.chunkMaxTimes[chunk] = maxTime;
    this.seriesChunkEnds[this.series - 1] = chunk + 1;
    return chunk;
  }

  private textNumber(text: string): number {
    const known = this.textNumbers.get(text);
    if (known !== undefined) return known;
    const number = this.textEnds.length;
    this.textNumbers.set(text, number);
    // Fast path: what nearly every label is, without the encoder's call.
    const isAscii = text.length <= SHORT_TEXT && this.texts.appendAscii(text);
    if (!isAscii) this.texts.append(encodeUtf8(text));
    this.textEnds.push(this.texts.length);
    return number;
  }
}

type Numbers = Uint8Array | Uint32Array | Float64Array;

interface NumbersType<T extends Numbers> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: SharedArrayBuffer, byteOffset?: number, length?: number): T;
}

/** Zeros in shared memory. */
function numbers<T extends Numbers>(type: NumbersType<T>, length: number): T {
  return new type(new SharedArrayBuffer(type.BYTES_PER_ELEMENT * length));
}

/** A copy with twice the room. */
function larger<T extends Numbers>(type: NumbersType<T>, full: T): T {
  const copy = numbers(type, 2 * full.length);
  copy.set(full);
  return copy;
}

/** Numbers in shared memory that grow. */
class Column<T extends Numbers> {
  length = 0;
  private readonly type: NumbersType<T>;
  private numbers: T;

  constructor(type: NumbersType<T>, capacity = INITIAL_LENGTH) {
    this.type = type;
    this.numbers = numbers(type, Math.max(capacity, INITIAL_LENGTH));
  }

  push(value: number): void {
    this.set(this.length, value);
  }

  /** Sets a number; those before it that were never set are 0. */
  set(index: number, value: number): void {
    this.reserve(index + 1);
    this.numbers[index] = value;
    if (index >= this.length) this.length = index + 1;
  }

  append(values: Uint8Array): void {
    this.reserve(this.length + values.length);
    this.numbers.set(values, this.length);
    this.length += values.length;
  }

  /** Appends the bytes of a text; false, and nothing, where one is not ASCII. */
  appendAscii(text: string): boolean {
    this.reserve(this.length + text.length);
    const { numbers, length } = this;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) return false;
      numbers[length + i] = unit;
    }
    this.length += text.length;
    return true;
  }

  /** The numbers, over all memory that they may come to use. */
  trimmed(): T {
    return new this.type(this.numbers.buffer as SharedArrayBuffer, 0, this.length);
  }

  private reserve(length: number): void {
    if (length <= this.numbers.length) return;
    const copy = numbers(this.type, Math.max(length, 2 * this.numbers.length));
    copy.set(this.numbers);
    this.numbers = copy;
  }
}
