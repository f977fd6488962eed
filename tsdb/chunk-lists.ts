/**
 * The full chunks of each series of a living head, oldest first: linked lists in shared columns, 36
 * bytes a chunk and no object. What stands in them is where a chunk lies and what it holds; its
 * bytes are in `chunks_head`.
 *
 * Places count from 1; 0 ends a list. Its row stands in for the last chunk of a series that has
 * none, so that adding one does the same for all.
 */
import type { ChunkChain, HeadChunkList } from '../chunks/head-chunk-list.js';
import { assert } from '../model/assert.js';
import { F64Column, U32Column } from './paged-column.js';

const TWO_32 = 0x1_0000_0000;

/** A full chunk, as it was written. */
export interface FullChunk {
  /** The number of its file * 2^32 + the offset of its entry. */
  readonly ref: number;
  /** The closed range of its samples, in ms. */
  readonly minTime: number;
  readonly maxTime: number;
  readonly sampleCount: number;
  /** Of the data alone, in bytes. */
  readonly dataLength: number;
}

/** Full chunks that lie in one file, by columns. */
export interface FullChunkColumns {
  readonly count: number;
  readonly slots: Uint32Array;
  /** Of their entries, from the first one's. */
  readonly offsets: Uint32Array;
  readonly minTimes: Float64Array;
  readonly maxTimes: Float64Array;
  readonly counts: Uint32Array;
  readonly lengths: Uint32Array;
}

export class ChunkLists {
  /** By slot: the places of the first chunk and of the last. */
  private readonly firsts = new U32Column();
  private readonly lasts = new U32Column();
  /** By place. */
  private readonly nexts = new U32Column();
  private readonly files = new U32Column();
  private readonly offsets = new U32Column();
  private readonly minTimes = new F64Column();
  private readonly maxTimes = new F64Column();
  private readonly counts = new U32Column();
  private readonly lengths = new U32Column();
  /** The places that were given out, and the first of those that are free again. */
  private placeCount = 0;
  private freed = 0;
  private chunkCount = 0;
  /** The places of chunks that are added together. */
  private places = new Uint32Array(0);

  constructor() {
    this.maxTimes.set(0, -Infinity);
    this.nexts.set(0, 0);
  }

  /** How many chunks there are. */
  get count(): number {
    return this.chunkCount;
  }

  /** Makes the list of a slot empty: for a series that is new. */
  start(slot: number): void {
    this.firsts.set(slot, 0);
    this.lasts.set(slot, 0);
  }

  /** Adds a chunk behind those of its series, all of which are older. */
  push(slot: number, chunk: FullChunk): void {
    const place = this.takePlace();
    this.files.set(place, Math.floor(chunk.ref / TWO_32));
    this.offsets.set(place, chunk.ref % TWO_32);
    this.minTimes.set(place, chunk.minTime);
    this.maxTimes.set(place, chunk.maxTime);
    this.counts.set(place, chunk.sampleCount);
    this.lengths.set(place, chunk.dataLength);
    this.nexts.set(place, 0);
    this.addBehind(slot, place, chunk.minTime);
  }

  /** The same for many, the first of which has the ref `ref`. */
  pushAll(chunks: FullChunkColumns, ref: number): void {
    const { count, slots, minTimes } = chunks;
    const places = this.takePlaces(count);
    this.nexts.fillEach(places, 0, count);
    this.files.fillEach(places, Math.floor(ref / TWO_32), count);
    this.offsets.setEach(places, chunks.offsets, count, ref % TWO_32);
    this.minTimes.setEach(places, minTimes, count);
    this.maxTimes.setEach(places, chunks.maxTimes, count);
    this.counts.setEach(places, chunks.counts, count);
    this.lengths.setEach(places, chunks.lengths, count);
    for (let i = 0; i < count; i++) this.addBehind(slots[i], places[i], minTimes[i]);
  }

  /**
   * Enters the chunks that a scan of files found, one place after the other, before any other;
   * they are no series' yet. Copying them in this order and not by series, whose chunks lie far
   * apart, takes a fraction of the time.
   */
  enter(scanned: HeadChunkList): void {
    assert(this.placeCount === 0, 'chunks of files come before all others');
    const { count } = scanned;
    const nexts = new Uint32Array(count);
    const files = new Uint32Array(count);
    const offsets = new Uint32Array(count);
    for (let row = 0; row < count; row++) {
      nexts[row] = scanned.nextOf(row) + 1;
      files[row] = Math.floor(scanned.refs[row] / TWO_32);
      offsets[row] = scanned.refs[row] % TWO_32;
    }
    this.nexts.setRows(1, nexts);
    this.files.setRows(1, files);
    this.offsets.setRows(1, offsets);
    this.minTimes.setRows(1, scanned.minTimes.subarray(0, count));
    this.maxTimes.setRows(1, scanned.maxTimes.subarray(0, count));
    this.counts.setRows(1, scanned.sampleCounts.subarray(0, count));
    this.lengths.setRows(1, scanned.dataLengths.subarray(0, count));
    this.placeCount = count;
  }

  /** Gives a series without chunks some that were entered, and that nobody had before. */
  take(slot: number, { first, last, count }: ChunkChain): void {
    assert(this.lasts.at(slot) === 0, 'chunks of files come before all others');
    this.firsts.set(slot, first + 1);
    this.lasts.set(slot, last + 1);
    this.chunkCount += count;
  }

  /** Gives the places of chunks that were entered, and that nobody took, to others. */
  leave({ first, count }: ChunkChain): void {
    this.chunkCount += count;
    for (let place = first + 1; place !== 0;) {
      const next = this.nexts.at(place);
      this.freePlace(place);
      place = next;
    }
  }

  /** Drops the chunks of a series that end before `minTime`; returns how many. */
  dropBefore(slot: number, minTime: number): number {
    let dropped = 0;
    let place = this.firsts.at(slot);
    while (place !== 0 && this.maxTimes.at(place) < minTime) {
      const next = this.nexts.at(place);
      this.freePlace(place);
      place = next;
      dropped++;
    }
    this.firsts.set(slot, place);
    if (place === 0) this.lasts.set(slot, 0);
    return dropped;
  }

  /** The place of a series' first chunk, 0 without one. */
  first(slot: number): number {
    return this.firsts.at(slot);
  }

  /** The place of a series' last chunk, 0 without one. */
  last(slot: number): number {
    return this.lasts.at(slot);
  }

  /** The place behind another in its list, 0 at the end. */
  next(place: number): number {
    return this.nexts.at(place);
  }

  refAt(place: number): number {
    return this.files.at(place) * TWO_32 + this.offsets.at(place);
  }

  minTimeAt(place: number): number {
    return this.minTimes.at(place);
  }

  maxTimeAt(place: number): number {
    return this.maxTimes.at(place);
  }

  sampleCountAt(place: number): number {
    return this.counts.at(place);
  }

  dataLengthAt(place: number): number {
    return this.lengths.at(place);
  }

  sizeBytes(): number {
    const bySlot = this.firsts.sizeBytes() + this.lasts.sizeBytes();
    const byPlace = this.nexts.sizeBytes() + this.files.sizeBytes() + this.offsets.sizeBytes();
    const times = this.minTimes.sizeBytes() + this.maxTimes.sizeBytes();
    return bySlot + byPlace + times + this.counts.sizeBytes() + this.lengths.sizeBytes();
  }

  private addBehind(slot: number, place: number, minTime: number): void {
    const last = this.lasts.at(slot);
    assert(this.maxTimes.at(last) < minTime, 'the chunks of a series follow one another');
    this.nexts.set(last, place);
    if (last === 0) this.firsts.set(slot, place);
    this.lasts.set(slot, place);
    this.chunkCount++;
  }

  /** Takes `count` places, for which there is room in all columns then. */
  private takePlaces(count: number): Uint32Array {
    const end = this.placeCount + count + 1;
    this.nexts.reserve(end);
    this.files.reserve(end);
    this.offsets.reserve(end);
    this.minTimes.reserve(end);
    this.maxTimes.reserve(end);
    this.counts.reserve(end);
    this.lengths.reserve(end);
    if (this.places.length < count) this.places = new Uint32Array(count);
    const { places } = this;
    for (let i = 0; i < count; i++) places[i] = this.takePlace();
    return places;
  }

  private takePlace(): number {
    if (this.freed === 0) return ++this.placeCount;
    const place = this.freed;
    this.freed = this.nexts.at(place);
    return place;
  }

  private freePlace(place: number): void {
    this.nexts.set(place, this.freed);
    this.freed = place;
    this.chunkCount--;
  }
}
