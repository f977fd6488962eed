/**
 * Series entries of an index (index/series-entry.ts), those of several series at a time, each with
 * its checksum checked by the thread's kernel (kernel/assembly/series-entries.ts); and of their
 * chunks those that meet a range. The columns of all series lie one behind another.
 */
import { assert } from '../model/assert.js';
import type { Interval } from '../model/interval.js';
import { type KernelModule, kernelModule } from './kernel-module.js';

/** So many series are decoded in one call, of so many bytes (kernel/assembly/memory.ts). */
export const SERIES_MAX = 256;
export const SERIES_BYTES_MAX = 16 * 1024;

/** Where the kernel leaves its columns. */
const CHUNKS_MAX = Math.floor(SERIES_BYTES_MAX / 3);
const SYMBOLS_AT = 8 * 3 * CHUNKS_MAX;
const ENDS_AT = SYMBOLS_AT + 8 * SERIES_BYTES_MAX;

/** Shared by those that hold nothing yet: most queries are of a few series. */
const NO_NUMBERS = new Float64Array(0);
const NO_ENDS = new Uint32Array(0);

export class SeriesEntries {
  /** How many series there are; what belongs to others is garbage. */
  count = 0;
  /** Where the chunks and the symbols of each series end, and those of the next begin. */
  chunkEnds = NO_ENDS;
  symbolEnds = NO_ENDS;
  /** Of chunks: their closed ranges, in ms, and refs. */
  minTimes = NO_NUMBERS;
  maxTimes = NO_NUMBERS;
  refs = NO_NUMBERS;
  /** What labels refer to, name and value in turn. */
  symbols = NO_NUMBERS;

  /**
   * Decodes the entries that begin at `offsets` in `bytes`, up to the first that is not whole,
   * sound and as usual; returns how many.
   */
  decode(bytes: Uint8Array, offsets: Uint32Array, range: Interval): number {
    assert(bytes.length <= SERIES_BYTES_MAX, 'entries fit into the kernel');
    assert(offsets.length <= SERIES_MAX, 'at most SERIES_MAX entries are decoded at once');
    const module = kernelModule();
    module.input.set(bytes);
    module.offsets.set(offsets);
    const { minTime, maxTime } = range;
    const { length } = offsets;
    const count = module.exports.decodeSeriesEntries(bytes.length, length, minTime, maxTime);
    this.count = count;
    if (count > 0) this.copyOut(module);
    return count;
  }

  /** Makes it one series, which TypeScript has decoded. */
  setOne(symbols: readonly number[], chunks: ChunkRows): void {
    const { count } = chunks;
    this.count = 1;
    this.reserve(1, symbols.length, count);
    this.symbols.set(symbols);
    this.minTimes.set(chunks.minTimes.subarray(0, count));
    this.maxTimes.set(chunks.maxTimes.subarray(0, count));
    this.refs.set(chunks.refs.subarray(0, count));
    this.chunkEnds[0] = count;
    this.symbolEnds[0] = symbols.length;
  }

  /** Copies: others may use the kernel before these are looked at. */
  private copyOut({ exports, timesAt }: KernelModule): void {
    const { count } = this;
    const { buffer } = exports.memory;
    const chunkEnds = new Uint32Array(buffer, timesAt + ENDS_AT, count);
    const symbolEnds = new Uint32Array(buffer, timesAt + ENDS_AT + 4 * SERIES_MAX, count);
    const chunks = chunkEnds[count - 1];
    const symbols = symbolEnds[count - 1];
    this.reserve(count, symbols, chunks);
    this.chunkEnds.set(chunkEnds);
    this.symbolEnds.set(symbolEnds);
    this.minTimes.set(new Float64Array(buffer, timesAt, chunks));
    this.maxTimes.set(new Float64Array(buffer, timesAt + 8 * CHUNKS_MAX, chunks));
    this.refs.set(new Float64Array(buffer, timesAt + 16 * CHUNKS_MAX, chunks));
    this.symbols.set(new Float64Array(buffer, timesAt + SYMBOLS_AT, symbols));
  }

  private reserve(series: number, symbols: number, chunks: number): void {
    if (series > this.chunkEnds.length) {
      this.chunkEnds = new Uint32Array(2 * series);
      this.symbolEnds = new Uint32Array(2 * series);
    }
    if (symbols > this.symbols.length) this.symbols = new Float64Array(2 * symbols);
    if (chunks <= this.refs.length) return;
    this.minTimes = new Float64Array(2 * chunks);
    this.maxTimes = new Float64Array(2 * chunks);
    this.refs = new Float64Array(2 * chunks);
  }
}

/** Chunks in columns. */
interface ChunkRows {
  readonly count: number;
  readonly minTimes: Float64Array;
  readonly maxTimes: Float64Array;
  readonly refs: Float64Array;
}
