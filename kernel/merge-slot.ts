/**
 * What a merge reads of one block (kernel/merge-kernel.ts): the series in hand, and windows of the
 * block's files. The plain codecs are index/series-entry.ts and chunks/segment-format.ts; what is
 * damaged or larger than a slot is left to them.
 */
import { assert } from '../model/assert.js';
import type { ExportedNumber } from './web-assembly.js';

/** A window has so many bytes, and at most so many chunks of a series are in a slot. */
export const WINDOW_BYTES = 64 * 1024;
export const SLOT_CHUNKS_MAX = 1024;
const SLOT_SYMBOLS_MAX = 512;
const SLOT_IDS_MAX = 1024;

/** Words of a slot's head (kernel/assembly/merge/memory.ts). */
const HEAD_WORDS = 16;
const SYMBOL_COUNT = 0;
const CHUNK_COUNT = 1;
const IS_IN_TURN = 2;
const IS_RUN = 3;
const RUN_START = 4;
const RUN_END = 5;
const FLOATS = 6;
const HISTOGRAMS = 7;
const STATE = 8;
const NEXT_ID = 9;
const ID_COUNT = 10;
const RANKS_AT = 11;
const RANK_COUNT = 12;
const INDEX_LENGTH = 13;
const CHUNK_LENGTH = 14;
/** The same, of floats behind them. */
const START_FLOATS = 2;
const INDEX_START = 0;
const CHUNK_START = 1;

/** How far the slot is with its next series: it lies in the file. */
const IN_FILE = 0;

export interface SlotExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly slotsAt: ExportedNumber;
  readonly slotBytes: ExportedNumber;
  readonly symbolsAt: ExportedNumber;
  readonly minTimesAt: ExportedNumber;
  readonly maxTimesAt: ExportedNumber;
  readonly refsAt: ExportedNumber;
  readonly placesAt: ExportedNumber;
  readonly idsAt: ExportedNumber;
  readonly indexWindowAt: ExportedNumber;
  readonly chunkWindowAt: ExportedNumber;
  decodeSeries(slot: number, at: number, length: number): number;
  checkChunks(slot: number, from: number, to: number, start: number, length: number): number;
}

export class MergeSlot {
  readonly number: number;
  /** The bytes that are looked at; who has them decoded or checked has filled them. */
  readonly indexWindow: Uint8Array;
  readonly chunkWindow: Uint8Array;
  /** Of the series in hand: its symbols, and the closed ranges and references of its chunks. */
  readonly symbols: Uint32Array;
  readonly minTimes: Float64Array;
  readonly maxTimes: Float64Array;
  readonly refs: Float64Array;
  /** Where in the window the encoding byte of each checked chunk is, and its bytes of data. */
  readonly places: Uint32Array;
  /** The series that come next, of which some were taken already. */
  readonly ids: Uint32Array;
  /** By the numbers of the block's symbols, their numbers in the new block. */
  readonly ranks: Uint32Array;
  private readonly head: Uint32Array;
  private readonly starts: Float64Array;
  private readonly exports: SlotExports;

  /** With room for so many ranks at `ranksAt`. */
  constructor(exports: SlotExports, number: number, ranksAt: number, rankCount: number) {
    const { buffer } = exports.memory;
    const start = exports.slotsAt.value + number * exports.slotBytes.value;
    const floats = (at: ExportedNumber): Float64Array =>
      new Float64Array(buffer, start + at.value, SLOT_CHUNKS_MAX);
    const window = (at: ExportedNumber): Uint8Array =>
      new Uint8Array(buffer, start + at.value, WINDOW_BYTES);
    this.number = number;
    this.exports = exports;
    this.indexWindow = window(exports.indexWindowAt);
    this.chunkWindow = window(exports.chunkWindowAt);
    this.symbols = new Uint32Array(buffer, start + exports.symbolsAt.value, SLOT_SYMBOLS_MAX);
    this.minTimes = floats(exports.minTimesAt);
    this.maxTimes = floats(exports.maxTimesAt);
    this.refs = floats(exports.refsAt);
    this.places = new Uint32Array(buffer, start + exports.placesAt.value, 2 * SLOT_CHUNKS_MAX);
    this.ids = new Uint32Array(buffer, start + exports.idsAt.value, SLOT_IDS_MAX);
    this.ranks = new Uint32Array(buffer, ranksAt, rankCount);
    this.head = new Uint32Array(buffer, start, HEAD_WORDS);
    this.starts = new Float64Array(buffer, start + 4 * HEAD_WORDS, START_FLOATS);
    this.head[RANKS_AT] = ranksAt;
    this.head[RANK_COUNT] = rankCount;
  }

  /** Whether the kernel has taken the next series in hand by itself, its symbols as ranks. */
  get isTaken(): boolean {
    return this.head[STATE] !== IN_FILE;
  }

  /** What the kernel has taken is somebody else's matter. */
  release(): void {
    this.head[STATE] = IN_FILE;
  }

  /** Which of `ids` comes next; the kernel, too, moves on. */
  get nextId(): number {
    return this.head[NEXT_ID];
  }

  set nextId(index: number) {
    this.head[NEXT_ID] = index;
  }

  /** How many of `ids` there are. */
  get idCount(): number {
    return this.head[ID_COUNT];
  }

  set idCount(count: number) {
    this.head[ID_COUNT] = count;
  }

  /** Says that the index window holds so many bytes of the file from `start` on. */
  setIndexWindow(start: number, length: number): void {
    assert(length >= 0 && length <= WINDOW_BYTES, 'a window is not longer than it is');
    this.starts[INDEX_START] = start;
    this.head[INDEX_LENGTH] = length;
  }

  get indexStart(): number {
    return this.starts[INDEX_START];
  }

  get indexLength(): number {
    return this.head[INDEX_LENGTH];
  }

  /** The same of the chunk window, whose first byte would be a chunk of the reference `start`. */
  setChunkWindow(start: number, length: number): void {
    assert(length >= 0 && length <= WINDOW_BYTES, 'a window is not longer than it is');
    this.starts[CHUNK_START] = start;
    this.head[CHUNK_LENGTH] = length;
  }

  get chunkStart(): number {
    return this.starts[CHUNK_START];
  }

  get chunkLength(): number {
    return this.head[CHUNK_LENGTH];
  }

  /**
   * Takes the series in hand whose entry is at `at` in the index window; false, and none is in
   * hand, where the entry is not whole there, damaged or too large.
   */
  decodeSeries(at: number): boolean {
    assert(at >= 0 && at <= this.indexLength, 'an entry is in the window');
    return this.exports.decodeSeries(this.number, at, this.indexLength) !== 0;
  }

  get symbolCount(): number {
    return this.head[SYMBOL_COUNT];
  }

  get chunkCount(): number {
    return this.head[CHUNK_COUNT];
  }

  /** Whether each chunk of the series in hand begins behind the end of the one before it. */
  get isInTurn(): boolean {
    return this.head[IS_IN_TURN] !== 0;
  }

  /**
   * Checks the chunks `[from, to)` of `refs` in the chunk window. Returns how many from the first
   * on are whole and have their checksum; `places` tells of those.
   */
  checkChunks(from: number, to: number): number {
    assert(from <= to && to <= SLOT_CHUNKS_MAX, 'chunks are in the slot');
    const { number, chunkStart, chunkLength } = this;
    return this.exports.checkChunks(number, from, to, chunkStart, chunkLength);
  }

  /**
   * Whether the chunks that were checked last lie one behind the other, and have numbers of samples
   * that are known: then the following tell of them.
   */
  get isRun(): boolean {
    return this.head[IS_RUN] !== 0;
  }

  /** Where in the chunk window the run begins and ends. */
  get runStart(): number {
    return this.head[RUN_START];
  }

  get runEnd(): number {
    return this.head[RUN_END];
  }

  /** How many samples it has of floats, and of histograms. */
  get floats(): number {
    return this.head[FLOATS];
  }

  get histograms(): number {
    return this.head[HISTOGRAMS];
  }
}
