/**
 * What a scan of `chunks_head` found, in columns: a head of a million series has millions of
 * chunks, and with an object for each the collector would take longer than the scan.
 */
import type { HeadEntries } from '../kernel/head-entries.js';
import { ENCODING_XOR } from './chunk.js';
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

/** The in-order chunks of a series: the rows of the first and of the last, and how many. */
export interface ChunkChain {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

const FIRST_CAPACITY = 1024;
/** What makes room for more before it is needed takes an entry to have so many bytes. */
const ENTRY_BYTES = 256;
const RESERVED_MAX = 1024 * 1024;
const NONE = -1;
/** At the front of a chunk's data. */
const COUNT_BYTES = 2;

export class HeadChunkList {
  /** Rows from here on are garbage. */
  count = 0;
  /** The greatest ref of a series that `pushRun` met. */
  lastSeriesRef = 0;
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
  /** Ref of a series → its number, and by that its first and its last in-order chunk. */
  private readonly numbers = new Map<number, number>();
  private firsts = new Int32Array(FIRST_CAPACITY);
  private lasts = new Int32Array(FIRST_CAPACITY);
  private chainCounts = new Int32Array(FIRST_CAPACITY);

  /**
   * Adds the chunk in hand, whose reference is `ref`; false, and it is not added, where it is in
   * order and does not begin after its series' last one.
   */
  push(ref: number, entry: ScannedChunk): boolean {
    const { seriesRef, minTime, isOutOfOrder } = entry;
    const i = this.count;
    if (i === this.refs.length) this.grow();
    if (!isOutOfOrder) {
      const number = this.numbers.get(seriesRef);
      if (number === undefined) this.addSeries(seriesRef, i);
      else if (this.maxTimes[this.lasts[number]] >= minTime) return false;
      else {
        this.nexts[this.lasts[number]] = i;
        this.lasts[number] = i;
        this.chainCounts[number]++;
      }
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

  /**
   * Adds chunks of a file that were found together, as `push` does, but for those that end before
   * `minTime`, and moves behind them: up to the first that is of out-of-order samples, no XOR chunk
   * or does not follow. `base` makes references of their starts.
   */
  pushRun(found: HeadEntries, base: number, minTime: number): void {
    const { count, refs, minTimes, maxTimes, starts, lengths, counts, flags } = found;
    while (this.count + count > this.refs.length) this.grow();
    let i = this.count;
    let { row } = found;
    for (; row < count; row++) {
      if (flags[row] !== ENCODING_XOR || lengths[row] < COUNT_BYTES) break;
      if (refs[row] > this.lastSeriesRef) this.lastSeriesRef = refs[row];
      if (maxTimes[row] < minTime) continue;
      const number = this.numbers.get(refs[row]);
      if (number === undefined) this.addSeries(refs[row], i);
      else if (this.maxTimes[this.lasts[number]] >= minTimes[row]) break;
      else {
        this.nexts[this.lasts[number]] = i;
        this.lasts[number] = i;
        this.chainCounts[number]++;
      }
      this.refs[i] = base + starts[row];
      this.seriesRefs[i] = refs[row];
      this.minTimes[i] = minTimes[row];
      this.maxTimes[i] = maxTimes[row];
      this.encodings[i] = ENCODING_XOR;
      this.outOfOrder[i] = 0;
      this.sampleCounts[i] = counts[row];
      this.dataLengths[i] = lengths[row];
      this.nexts[i++] = NONE;
    }
    this.count = i;
    found.row = row;
  }

  clear(): void {
    this.count = 0;
    this.numbers.clear();
  }

  /** Makes room for what a file of so many bytes holds: growing by doubling copies all of it. */
  reserve(bytes: number): void {
    const wanted = Math.min(this.count + Math.ceil(bytes / ENTRY_BYTES), RESERVED_MAX);
    if (wanted > this.refs.length) this.grow(wanted);
  }

  /** How many series have in-order chunks: they are numbered from 0 on. */
  get seriesCount(): number {
    return this.numbers.size;
  }

  /** The number of a series; -1 where it has no in-order chunk. */
  numberOf(seriesRef: number): number {
    return this.numbers.get(seriesRef) ?? NONE;
  }

  /** The chunks of a series, by its number. */
  chainOf(number: number): ChunkChain {
    const { firsts, lasts, chainCounts } = this;
    return { first: firsts[number], last: lasts[number], count: chainCounts[number] };
  }

  /** The first in-order chunk of a series; -1 without one. */
  firstOf(seriesRef: number): number {
    const number = this.numbers.get(seriesRef);
    return number === undefined ? NONE : this.firsts[number];
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

  /** Enters a series whose first chunk is `i`; there are never more of them than chunks. */
  private addSeries(ref: number, i: number): void {
    const number = this.numbers.size;
    this.numbers.set(ref, number);
    this.firsts[number] = i;
    this.lasts[number] = i;
    this.chainCounts[number] = 1;
  }

  private grow(capacity = 2 * this.refs.length): void {
    this.refs = lengthened(this.refs, new Float64Array(capacity));
    this.seriesRefs = lengthened(this.seriesRefs, new Float64Array(capacity));
    this.minTimes = lengthened(this.minTimes, new Float64Array(capacity));
    this.maxTimes = lengthened(this.maxTimes, new Float64Array(capacity));
    this.encodings = lengthened(this.encodings, new Uint8Array(capacity));
    this.outOfOrder = lengthened(this.outOfOrder, new Uint8Array(capacity));
    this.sampleCounts = lengthened(this.sampleCounts, new Uint32Array(capacity));
    this.dataLengths = lengthened(this.dataLengths, new Uint32Array(capacity));
    this.nexts = lengthened(this.nexts, new Int32Array(capacity));
    this.firsts = lengthened(this.firsts, new Int32Array(capacity));
    this.lasts = lengthened(this.lasts, new Int32Array(capacity));
    this.chainCounts = lengthened(this.chainCounts, new Int32Array(capacity));
  }
}

function lengthened<Column extends { set(values: Column): void }>(
  column: Column,
  larger: Column,
): Column {
  larger.set(column);
  return larger;
}
