/**
 * The kernel of merging blocks (kernel/assembly/merge): a slot for each block that is read, with
 * windows of its files in which series entries are decoded and chunks are checked, and entries of
 * the series that several slots have in hand. The plain codecs are index/series-entry.ts and
 * chunks/segment-format.ts; what is damaged or larger than a slot is left to them.
 */
import { assert } from '../model/assert.js';
import { once } from '../model/once.js';
import { MERGE_KERNEL_WASM } from './merge-kernel-wasm.js';
import { compileModule, type ExportedNumber, startModule } from './web-assembly.js';

/** A window has so many bytes, and at most so many chunks of a series are in a slot. */
export const WINDOW_BYTES = 64 * 1024;
export const SLOT_CHUNKS_MAX = 1024;
const SLOT_SYMBOLS_MAX = 512;
const RECORD_BYTES = 64 * 1024;
/** A series is made of so many slots at most. */
export const ENCODED_SLOTS_MAX = 64;
/** The most that a symbol, a chunk, and all else take in the entry of a series. */
const SYMBOL_BYTES_MAX = 5;
const CHUNK_BYTES_MAX = 27;
const FIXED_BYTES_MAX = 15;

/** Words of a slot's head (kernel/assembly/merge/memory.ts). */
const HEAD_WORDS = 8;
const SYMBOL_COUNT = 0;
const CHUNK_COUNT = 1;
const IS_IN_TURN = 2;
const IS_RUN = 3;
const RUN_START = 4;
const RUN_END = 5;
const FLOATS = 6;
const HISTOGRAMS = 7;

interface MergeKernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly orderAt: ExportedNumber;
  readonly shiftsAt: ExportedNumber;
  readonly recordAt: ExportedNumber;
  readonly recordStart: ExportedNumber;
  readonly slotsAt: ExportedNumber;
  readonly slotBytes: ExportedNumber;
  readonly symbolsAt: ExportedNumber;
  readonly minTimesAt: ExportedNumber;
  readonly maxTimesAt: ExportedNumber;
  readonly refsAt: ExportedNumber;
  readonly placesAt: ExportedNumber;
  readonly indexWindowAt: ExportedNumber;
  readonly chunkWindowAt: ExportedNumber;
  reserve(slots: number): void;
  decodeSeries(slot: number, at: number, length: number): number;
  checkChunks(slot: number, from: number, to: number, start: number, length: number): number;
  encodeSeries(slots: number): number;
}

/** Compiled once a thread. */
const compiled = once(() => compileModule(MERGE_KERNEL_WASM));

export class MergeKernel {
  readonly slots: readonly MergeSlot[];
  private readonly exports: MergeKernelExports;
  private readonly order: Uint32Array;
  private readonly shifts: Float64Array;
  private readonly record: Uint8Array;

  /** A kernel of so many slots. */
  constructor(slots: number) {
    const exports = startModule(compiled()) as MergeKernelExports;
    exports.reserve(slots);
    // The memory does not grow from here on, so that views live as long as the module.
    const { buffer } = exports.memory;
    this.exports = exports;
    this.order = new Uint32Array(buffer, exports.orderAt.value, ENCODED_SLOTS_MAX);
    this.shifts = new Float64Array(buffer, exports.shiftsAt.value, ENCODED_SLOTS_MAX);
    this.record = new Uint8Array(buffer, exports.recordAt.value, RECORD_BYTES);
    this.slots = Array.from({ length: slots }, (_, i) => new MergeSlot(exports, i));
  }

  /** Whether the entry of a series that `slots` have in hand fits surely. */
  canEncode(slots: readonly MergeSlot[]): boolean {
    if (slots.length > ENCODED_SLOTS_MAX) return false;
    let bytes = FIXED_BYTES_MAX + SYMBOL_BYTES_MAX * slots[0].symbolCount;
    for (const { chunkCount } of slots) bytes += CHUNK_BYTES_MAX * chunkCount;
    return bytes <= RECORD_BYTES;
  }

  /**
   * The entry of a series that can be encoded, its length and checksum included, with the labels of
   * the first of `slots` and the chunks of all, one behind the other in time; `shifts` are added to
   * their references. A view that holds until the next call.
   */
  encodeSeries(slots: readonly MergeSlot[], shifts: ArrayLike<number>): Uint8Array {
    assert(this.canEncode(slots), 'the entry of a series fits');
    for (let i = 0; i < slots.length; i++) {
      this.order[i] = slots[i].number;
      this.shifts[i] = shifts[i];
    }
    const length = this.exports.encodeSeries(slots.length);
    const start = this.exports.recordStart.value;
    return this.record.subarray(start, start + length);
  }
}

/** What is read of one block: the series in hand, and windows of the block's files. */
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
  private readonly head: Uint32Array;
  private readonly exports: MergeKernelExports;

  constructor(exports: MergeKernelExports, number: number) {
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
    this.head = new Uint32Array(buffer, start, HEAD_WORDS);
  }

  /**
   * Takes the series in hand whose entry is at `at` in the first `length` bytes of the index
   * window; false, and none is in hand, where the entry is not whole there, damaged or too large.
   */
  decodeSeries(at: number, length: number): boolean {
    assert(at >= 0 && at <= length && length <= WINDOW_BYTES, 'an entry is in the window');
    return this.exports.decodeSeries(this.number, at, length) !== 0;
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
   * Checks the chunks `[from, to)` of `refs` in the first `length` bytes of the chunk window, which
   * begins at the reference `start`. Returns how many from the first on are whole and have their
   * checksum; `places` tells of those.
   */
  checkChunks(
    from: number,
    to: number,
    { start, length }: { readonly start: number; readonly length: number },
  ): number {
    assert(from <= to && to <= SLOT_CHUNKS_MAX, 'chunks are in the slot');
    assert(length <= WINDOW_BYTES, 'a window is not longer than it is');
    return this.exports.checkChunks(this.number, from, to, start, length);
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
