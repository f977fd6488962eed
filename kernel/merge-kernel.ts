/**
 * The kernel of merging blocks (kernel/assembly/merge): a slot for each block that is read
 * (merge-slot.ts), entries of the series that several slots have in hand, and batches of series
 * that it makes by itself so long as all slots have the same ones.
 */
import { assert } from '../model/assert.js';
import { once } from '../model/once.js';
import { MERGE_KERNEL_WASM } from './merge-kernel-wasm.js';
import { MergeSlot, type SlotExports } from './merge-slot.js';
import { compileModule, type ExportedNumber, startModule } from './web-assembly.js';

/** A series is made of so many slots at most. */
export const ENCODED_SLOTS_MAX = 64;
/** The most that a symbol, a chunk, and all else take in the entry of a series. */
const SYMBOL_BYTES_MAX = 5;
const CHUNK_BYTES_MAX = 27;
const FIXED_BYTES_MAX = 15;
const RECORD_BYTES = 64 * 1024;

/** A batch (kernel/assembly/merge/memory.ts): its series, their symbols, and all chunks. */
const BATCH_SERIES_MAX = 256;
const BATCH_SYMBOLS_MAX = 16 * 1024;
const BATCH_CHUNK_BYTES = 512 * 1024;

/** What is needed, in the lowest bits, and of which slot. */
const NEEDS = ['', 'ids', 'index', 'chunks', 'room', 'others'] as const;
const SLOT_SHIFT = 3;

interface MergeKernelExports extends SlotExports {
  readonly orderAt: ExportedNumber;
  readonly shiftsAt: ExportedNumber;
  readonly membersAt: ExportedNumber;
  readonly recordAt: ExportedNumber;
  readonly batchPlacesAt: ExportedNumber;
  readonly batchSymbolEndsAt: ExportedNumber;
  readonly batchSymbolsAt: ExportedNumber;
  readonly batchChunksAt: ExportedNumber;
  readonly batchSeries: ExportedNumber;
  readonly batchChunkBytes: ExportedNumber;
  readonly batchChunks: ExportedNumber;
  readonly batchFloats: ExportedNumber;
  readonly batchHistograms: ExportedNumber;
  readonly batchEntriesEnd: ExportedNumber;
  readonly batchFirstRef: ExportedNumber;
  readonly batchLastRef: ExportedNumber;
  reserve(slots: number, ranks: number): number;
  encodeSeries(slots: number): number;
  beginBatch(place: number, room: number, entriesStart: number): void;
  advance(members: number, minTime: number, maxTime: number): number;
}

/** Why a batch does not go on. */
export interface Needed {
  /**
   * What the slot needs more of: ids; the window of its index, from its next series on; that of its
   * chunks, from its first one on. Or the batch is full, or others have to deal with the next
   * series.
   */
  readonly kind: (typeof NEEDS)[number];
  readonly slot: number;
}

/** Series in label order, laid out for the files. */
export interface SeriesBatch {
  readonly count: number;
  /** Their entries as they lie in the file, zeros between them. */
  readonly entries: Uint8Array;
  /** Where each begins, in units of 16 bytes from the last multiple before `entries` on. */
  readonly places: Uint32Array;
  /** The symbols of all, name and value in turn, and where those of each end. */
  readonly symbols: Uint32Array;
  readonly symbolEnds: Uint32Array;
  /** The references of the first and the last of their chunks, which ascend. */
  readonly firstRef: number;
  readonly lastRef: number;
  /** Their chunks as they lie in the segment, how many, and how many samples. */
  readonly chunks: Uint8Array;
  readonly chunkCount: number;
  readonly floats: number;
  readonly histograms: number;
}

/** Compiled once a thread. */
const compiled = once(() => compileModule(MERGE_KERNEL_WASM));

export class MergeKernel {
  readonly slots: readonly MergeSlot[];
  private readonly exports: MergeKernelExports;
  private readonly order: Uint32Array;
  private readonly shifts: Float64Array;
  private readonly members: Uint32Array;
  private readonly record: Uint8Array;
  private readonly places: Uint32Array;
  private readonly symbolEnds: Uint32Array;
  private readonly symbols: Uint32Array;
  private readonly chunks: Uint8Array;
  private entriesStart = 0;

  /** A kernel of slots for blocks with so many symbols, or of one without. */
  constructor(rankCounts: readonly number[] = [0]) {
    const exports = startModule(compiled()) as MergeKernelExports;
    const ranks = rankCounts.reduce((sum, count) => sum + count, 0);
    let ranksAt = exports.reserve(rankCounts.length, ranks);
    // The memory does not grow from here on, so that views live as long as the module.
    const { buffer } = exports.memory;
    const { orderAt, shiftsAt, membersAt, recordAt, batchPlacesAt, batchSymbolEndsAt } = exports;
    this.exports = exports;
    this.order = new Uint32Array(buffer, orderAt.value, ENCODED_SLOTS_MAX);
    this.shifts = new Float64Array(buffer, shiftsAt.value, ENCODED_SLOTS_MAX);
    this.members = new Uint32Array(buffer, membersAt.value, ENCODED_SLOTS_MAX);
    this.record = new Uint8Array(buffer, recordAt.value, RECORD_BYTES);
    this.places = new Uint32Array(buffer, batchPlacesAt.value, BATCH_SERIES_MAX);
    this.symbolEnds = new Uint32Array(buffer, batchSymbolEndsAt.value, BATCH_SERIES_MAX);
    this.symbols = new Uint32Array(buffer, exports.batchSymbolsAt.value, BATCH_SYMBOLS_MAX);
    this.chunks = new Uint8Array(buffer, exports.batchChunksAt.value, BATCH_CHUNK_BYTES);
    this.slots = rankCounts.map((count, i) => {
      const slot = new MergeSlot(exports, i, ranksAt, count);
      ranksAt += 4 * count;
      return slot;
    });
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
    return this.record.subarray(0, this.exports.encodeSeries(slots.length));
  }

  /**
   * Begins a batch: its chunks are written from the reference `place` on into a segment that takes
   * `room` bytes more, counted with the largest length fields; its entries at an offset that is
   * `entriesStart` more than a multiple of 16, each again at a multiple.
   */
  beginBatch(place: number, room: number, entriesStart: number): void {
    this.entriesStart = entriesStart;
    this.exports.beginBatch(place, room, entriesStart);
  }

  /**
   * Adds series to the batch, those that all of `slots` have next with all their chunks, one behind
   * the other and in the closed range, until something is needed. What is given is asked for no
   * second time unless there is more of it. `slots` keep what they have taken (`isTaken`).
   */
  advance(slots: readonly MergeSlot[], minTime: number, maxTime: number): Needed {
    assert(slots.length > 0 && slots.length <= ENCODED_SLOTS_MAX, 'some slots move together');
    for (let i = 0; i < slots.length; i++) this.members[i] = slots[i].number;
    const needed = this.exports.advance(slots.length, minTime, maxTime);
    return { kind: NEEDS[needed % (1 << SLOT_SHIFT)], slot: needed >> SLOT_SHIFT };
  }

  /** The batch; its arrays hold until the next one begins. */
  get batch(): SeriesBatch {
    const { exports, places, symbolEnds, symbols } = this;
    return {
      count: exports.batchSeries.value,
      entries: this.record.subarray(this.entriesStart, exports.batchEntriesEnd.value),
      places,
      symbols,
      symbolEnds,
      firstRef: exports.batchFirstRef.value,
      lastRef: exports.batchLastRef.value,
      chunks: this.chunks.subarray(0, exports.batchChunkBytes.value),
      chunkCount: exports.batchChunks.value,
      floats: exports.batchFloats.value,
      histograms: exports.batchHistograms.value,
    };
  }
}
