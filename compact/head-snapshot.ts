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

const TWO_32 = 0x1_0000_0000;

/** How much there will be, about: more is made room for, and what is not used costs nothing. */
export interface HeadSnapshotSizes {
  readonly series: number;
  readonly chunks: number;
  readonly openBytes: number;
}

/** Gathers a snapshot: all pairs, then each series followed by its chunks. */
export class HeadSnapshotBuilder {
  private readonly texts = new Column(Uint8Array);
  private readonly textEnds = new Column(Uint32Array);
  private readonly textNumbers = new Map<string, number>();
  private readonly pairNames = new Column(Uint32Array);
  private readonly pairValues = new Column(Uint32Array);
  private readonly seriesPairs = new Column(Uint32Array);
  private readonly seriesPairEnds: Column<Uint32Array>;
  private readonly seriesChunkEnds: Column<Uint32Array>;
  private readonly chunkFiles: Column<Uint32Array>;
  private readonly chunkOffsets: Column<Uint32Array>;
  private readonly chunkLengths: Column<Uint32Array>;
  private readonly chunkMinTimes: Column<Float64Array>;
  private readonly chunkMaxTimes: Column<Float64Array>;
  private readonly openBytes: Column<Uint8Array>;

  constructor({ series, chunks, openBytes }: HeadSnapshotSizes = NO_SIZES) {
    this.seriesPairEnds = new Column(Uint32Array, series);
    this.seriesChunkEnds = new Column(Uint32Array, series);
    this.chunkFiles = new Column(Uint32Array, chunks);
    this.chunkOffsets = new Column(Uint32Array, chunks);
    this.chunkLengths = new Column(Uint32Array, chunks);
    this.chunkMinTimes = new Column(Float64Array, chunks);
    this.chunkMaxTimes = new Column(Float64Array, chunks);
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
    this.seriesPairEnds.push(this.seriesPairs.length);
    this.seriesChunkEnds.push(this.chunkFiles.length);
  }

  addSeriesPair(id: number): void {
    this.seriesPairs.push(id);
    this.seriesPairEnds.set(this.seriesPairEnds.length - 1, this.seriesPairs.length);
  }

  addChunk({ ref, dataLength, minTime, maxTime }: FiledChunk): void {
    assert(ref >= TWO_32, 'files of chunks count from 1');
    this.chunkFiles.push(Math.floor(ref / TWO_32));
    this.chunkOffsets.push(ref % TWO_32);
    this.pushChunk(dataLength, minTime, maxTime);
  }

  /** Adds a chunk that is in no file: the data of an XOR chunk, which is copied. */
  addOpenChunk(data: Uint8Array, minTime: number, maxTime: number): void {
    this.chunkFiles.push(0);
    this.chunkOffsets.push(this.openBytes.length);
    this.openBytes.append(data);
    this.pushChunk(data.length, minTime, maxTime);
  }

  /** How many series were begun. */
  get seriesCount(): number {
    return this.seriesPairEnds.length;
  }

  finish(): HeadSnapshot {
    return {
      texts: this.texts.trimmed(),
      textEnds: this.textEnds.trimmed(),
      pairNames: this.pairNames.trimmed(),
      pairValues: this.pairValues.trimmed(),
      seriesPairs: this.seriesPairs.trimmed(),
      seriesPairEnds: this.seriesPairEnds.trimmed(),
      seriesChunkEnds: this.seriesChunkEnds.trimmed(),
      chunkFiles: this.chunkFiles.trimmed(),
      chunkOffsets: this.chunkOffsets.trimmed(),
      chunkLengths: this.chunkLengths.trimmed(),
      chunkMinTimes: this.chunkMinTimes.trimmed(),
      chunkMaxTimes: this.chunkMaxTimes.trimmed(),
      openBytes: this.openBytes.trimmed(),
    };
  }

  private pushChunk(dataLength: number, minTime: number, maxTime: number): void {
    this.chunkLengths.push(dataLength);
    this.chunkMinTimes.push(minTime);
    this.chunkMaxTimes.push(maxTime);
    this.seriesChunkEnds.set(this.seriesChunkEnds.length - 1, this.chunkFiles.length);
  }

  private textNumber(text: string): number {
    const known = this.textNumbers.get(text);
    if (known !== undefined) return known;
    const number = this.textEnds.length;
    this.textNumbers.set(text, number);
    this.texts.append(encodeUtf8(text));
    this.textEnds.push(this.texts.length);
    return number;
  }
}

type Numbers = Uint8Array | Uint32Array | Float64Array;

interface NumbersType<T extends Numbers> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: SharedArrayBuffer, byteOffset?: number, length?: number): T;
}

/** Numbers in shared memory that grow. */
class Column<T extends Numbers> {
  length = 0;
  private readonly type: NumbersType<T>;
  private numbers: T;

  constructor(type: NumbersType<T>, capacity = INITIAL_LENGTH) {
    this.type = type;
    this.numbers = this.allocate(Math.max(capacity, INITIAL_LENGTH));
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

  /** The numbers, over all memory that they may come to use. */
  trimmed(): T {
    return new this.type(this.numbers.buffer as SharedArrayBuffer, 0, this.length);
  }

  private reserve(length: number): void {
    if (length <= this.numbers.length) return;
    const larger = this.allocate(Math.max(length, 2 * this.numbers.length));
    larger.set(this.numbers);
    this.numbers = larger;
  }

  private allocate(length: number): T {
    const { type } = this;
    return new type(new SharedArrayBuffer(type.BYTES_PER_ELEMENT * length));
  }
}
