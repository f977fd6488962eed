/**
 * What a scan of `chunks_head` found, in columns: a head of a million series has millions of
 * chunks, and with an object for each the collector would take longer than the scan.
 */
import type { HeadChunkEntries } from './head-chunk-entry.js';

/** One m-mapped chunk, as its entry says. */
export interface HeadChunk {
  /** The number of its file * 2^32 + the offset of its entry: Prometheus' reference to it. */
  readonly ref: number;
  readonly seriesRef: number;
  /** The closed range of its samples, in ms. */
  readonly minTime: number;
  readonly maxTime: number;
  /** As in chunks/chunk.ts, without the out-of-order flag. */
  readonly encoding: number;
  readonly isOutOfOrder: boolean;
  readonly sampleCount: number;
  /** Of the data alone, in bytes. */
  readonly dataLength: number;
}

/** What a scan tells of the chunk that it stands on. */
export type ScannedChunk = Omit<HeadChunk, 'ref' | 'sampleCount'> &
  Pick<HeadChunkEntries, 'sampleCount'>;

const FIRST_CAPACITY = 1024;
const NONE = -1;

export class HeadChunkList {
  /** Rows from here on are garbage. */
  count = 0;
  /** As in `HeadChunk`. */
  refs = new Float64Array(FIRST_CAPACITY);
  seriesRefs = new Float64Array(FIRST_CAPACITY);
  minTimes = new Float64Array(FIRST_CAPACITY);
  maxTimes = new Float64Array(FIRST_CAPACITY);
  encodings = new Uint8Array(FIRST_CAPACITY);
  outOfOrder = new Uint8Array(FIRST_CAPACITY);
  sampleCounts = new Uint32Array(FIRST_CAPACITY);
  dataLengths = new Uint32Array(FIRST_CAPACITY);
  /** The next in-order chunk of the same series. */
  private nexts = new Int32Array(FIRST_CAPACITY);
  /** By series: its first and its last in-order chunk. */
  private readonly firsts = new Map<number, number>();
  private readonly lasts = new Map<number, number>();

  /**
   * Adds the chunk in hand, whose reference is `ref`; false, and it is not added, where it is in
   * order and does not begin after its series' last one.
   */
  push(ref: number, entry: ScannedChunk): boolean {
    const { seriesRef, minTime, isOutOfOrder } = entry;
    const i = this.count;
    if (i === this.refs.length) this.grow();
    if (!isOutOfOrder) {
      const last = this.lasts.get(seriesRef);
      if (last === undefined) this.firsts.set(seriesRef, i);
      else if (this.maxTimes[last] >= minTime) return false;
      else this.nexts[last] = i;
      this.lasts.set(seriesRef, i);
    }
    this.refs[i] = ref;
    this.seriesRefs[i] = seriesRef;
    this.minTimes[i] = minTime;
    this.maxTimes[i] = entry.maxTime;
    this.encodings[i] = entry.encoding;
    this.outOfOrder[i] = isOutOfOrder ? 1 : 0;
    this.sampleCounts[i] = entry.sampleCount();
    this.dataLengths[i] = entry.dataLength;
    this.nexts[i] = NONE;
    this.count++;
    return true;
  }

  clear(): void {
    this.count = 0;
    this.firsts.clear();
    this.lasts.clear();
  }

  /** The first in-order chunk of a series; -1 without one. */
  firstOf(seriesRef: number): number {
    return this.firsts.get(seriesRef) ?? NONE;
  }

  /** The in-order chunk of the same series behind chunk `i`; -1 where that is the last. */
  nextOf(i: number): number {
    return this.nexts[i];
  }

  at(i: number): HeadChunk {
    return {
      ref: this.refs[i],
      seriesRef: this.seriesRefs[i],
      minTime: this.minTimes[i],
      maxTime: this.maxTimes[i],
      encoding: this.encodings[i],
      isOutOfOrder: this.outOfOrder[i] !== 0,
      sampleCount: this.sampleCounts[i],
      dataLength: this.dataLengths[i],
    };
  }

  private grow(): void {
    const capacity = 2 * this.refs.length;
    this.refs = lengthened(this.refs, new Float64Array(capacity));
    this.seriesRefs = lengthened(this.seriesRefs, new Float64Array(capacity));
    this.minTimes = lengthened(this.minTimes, new Float64Array(capacity));
    this.maxTimes = lengthened(this.maxTimes, new Float64Array(capacity));
    this.encodings = lengthened(this.encodings, new Uint8Array(capacity));
    this.outOfOrder = lengthened(this.outOfOrder, new Uint8Array(capacity));
    this.sampleCounts = lengthened(this.sampleCounts, new Uint32Array(capacity));
    this.dataLengths = lengthened(this.dataLengths, new Uint32Array(capacity));
    this.nexts = lengthened(this.nexts, new Int32Array(capacity));
  }
}

function lengthened<Column extends { set(values: Column): void }>(
  column: Column,
  larger: Column,
): Column {
  larger.set(column);
  return larger;
}
