/**
 * The open chunks of the head and the loops over their samples, in WebAssembly with a memory of its
 * own (kernel/assembly/head): this is their loader and typed face.
 *
 * A series has a slot, a number from 0 on that is used again when the series is gone. Rows of
 * samples are appended by Prometheus' rules (chunks/chunk-cutter.ts): a chunk that ends becomes a
 * finished entry of a head chunk file in a buffer, which the caller writes and clears.
 *
 * The memory is shared and grows in place: views of it stay valid for ever. Slots, once they were
 * in use, and rows keep their memory for later ones.
 */
import { assert } from '../model/assert.js';
import { LimitError } from '../model/errors.js';
import { FinishedChunks, type FinishedExports } from './finished-chunks.js';
import { OpenChunks, type OpenChunksExports } from './open-chunks.js';
import { HEAD_KERNEL_WASM } from './head-kernel-wasm.js';
import { type ReplayExports, ReplayRows } from './replay-rows.js';
import { type EncoderExports, RowEncoder, type RowSource } from './row-encoder.js';
import { rowsBytes, SampleRows } from './sample-rows.js';
import {
  type ExportedNumber,
  sharedMemory,
  type SharedMemory,
  startModule,
} from './web-assembly.js';

/** How many series a head holds (kernel/assembly/head/memory.ts has the same numbers). */
export const SLOTS_MAX = 8 * 1024 * 1024;
/** The largest columns of rows. */
export const ROWS_MAX = 16 * 1024;
const ROWS_MIN = 64;
/** A chunk that is open never has more bytes. */
export const OPEN_BYTES_MAX = 1024;
/** So that a difference of times in one chunk is always exact. */
export const CHUNK_RANGE_MAX_MS = 2 ** 50;
export const SAMPLES_PER_CHUNK_MIN = 8;
export const SAMPLES_PER_CHUNK_MAX = 16 * 1024;

const PAGE_BYTES = 64 * 1024;
const MEMORY_BYTES_MAX = 65536 * PAGE_BYTES;
/** Address space for what has a fixed place; next to nothing of it is memory at first. */
const MEMORY_BYTES_MIN = 2 * 1024 * 1024 * 1024;
const SLOT_BYTES = 128;
/** Heap is taken in multiples of it. */
const HEAP_ALIGNMENT = 256;
/** A u32 that stands for "no". */
const NONE = -1;

interface HeadKernelExports
  extends EncoderExports, FinishedExports, OpenChunksExports, ReplayExports {
  readonly lastTimesAt: ExportedNumber;
  readonly refsAt: ExportedNumber;
  readonly scratchAt: ExportedNumber;
  readonly slotsAt: ExportedNumber;
  readonly slotLimit: ExportedNumber;
  readonly slotsUsed: ExportedNumber;
  readonly chunksOpen: ExportedNumber;
  readonly appended: ExportedNumber;
  readonly equal: ExportedNumber;
  readonly duplicate: ExportedNumber;
  readonly outOfOrder: ExportedNumber;
  readonly minTime: ExportedNumber;
  readonly maxTime: ExportedNumber;
  configure(range: number, samplesPerChunk: number): void;
  addSlot(ref: number): number;
  freeSlot(slot: number): void;
  setLastTime(slot: number, time: number): void;
  hasValue(slot: number): number;
  openCount(slot: number): number;
  openMinTime(slot: number): number;
  readOpen(slot: number): number;
  finishSlot(slot: number): number;
  finishBefore(time: number, from: number): number;
  clearTotals(): void;
  appendRows(
    slots: number,
    times: number,
    values: number,
    marks: number,
    from: number,
    to: number,
  ): number;
  heapBytes(): number;
  reserveHeap(bytes: number): number;
  takeHeap(bytes: number): number;
}

export interface HeadKernelOptions {
  /** No chunk crosses a multiple of it: an integer of at most 2^50. */
  readonly chunkRangeMs: number;
  /** How many samples a chunk is meant to have, 8 to 16384: 120 if absent, as in Prometheus. */
  readonly samplesPerChunk?: number;
  /** Address space that is used at most, from 2 GiB to 4 GiB: 4 GiB if absent. */
  readonly memoryBytesMax?: number;
}

export class HeadKernel implements RowSource {
  /**
   * Of each slot, the time of its last sample: -Infinity while it has none, NaN while the slot is
   * free. Only to be read.
   */
  readonly lastTimes: Float64Array;
  /** Of each slot, its series' ref; 0 while it is free. Only to be read. */
  readonly refs: Float64Array;
  /** The chunks that have ended; see `append`. */
  readonly finished: FinishedChunks;
  /** Copies of the chunks that are open. */
  readonly open: OpenChunks;
  /** For the records of a log that is replayed. */
  readonly replay: ReplayRows;
  /** Where all that is; for a `RowEncoder` of another thread. */
  readonly memory: SharedMemory;
  private readonly exports: HeadKernelExports;
  private readonly bytes: Uint8Array;
  /** The slots' last values, by their halves: the first two words of every 32. */
  private readonly slotWords: Uint32Array;
  /** A value that is compared with one of them. */
  private readonly probe = new Float64Array(1);
  private readonly probeWords = new Uint32Array(this.probe.buffer);
  private readonly scratch: number;
  private readonly encoder: RowEncoder;
  /** Rows that were given back, by the exponent of their capacity. */
  private readonly idleRows: SampleRows[][] = [];

  constructor(options: HeadKernelOptions) {
    const { chunkRangeMs, samplesPerChunk = 120, memoryBytesMax = MEMORY_BYTES_MAX } = options;
    assertWithin('chunkRangeMs', chunkRangeMs, 1, CHUNK_RANGE_MAX_MS);
    assertWithin('samplesPerChunk', samplesPerChunk, SAMPLES_PER_CHUNK_MIN, SAMPLES_PER_CHUNK_MAX);
    assertWithin('memoryBytesMax', memoryBytesMax, MEMORY_BYTES_MIN, MEMORY_BYTES_MAX);
    this.memory = sharedMemory(Math.floor(memoryBytesMax / PAGE_BYTES));
    const slotOfAsked = (ref: number, time: number): number => this.replay.slotOfAsked(ref, time);
    const imports = { env: { memory: this.memory }, replay: { slotOfAsked } };
    this.exports = startModule(HEAD_KERNEL_WASM, imports) as HeadKernelExports;
    this.exports.configure(chunkRangeMs, samplesPerChunk);
    const { buffer } = this.memory;
    const { exports } = this;
    this.bytes = new Uint8Array(buffer);
    this.lastTimes = new Float64Array(buffer, exports.lastTimesAt.value, SLOTS_MAX);
    this.refs = new Float64Array(buffer, exports.refsAt.value, SLOTS_MAX);
    const words = (SLOT_BYTES / 4) * SLOTS_MAX;
    this.slotWords = new Uint32Array(buffer, exports.slotsAt.value, words);
    this.scratch = exports.scratchAt.value;
    this.encoder = new RowEncoder(this.memory, exports);
    this.finished = new FinishedChunks(exports, buffer);
    this.open = new OpenChunks(exports, buffer);
    this.replay = new ReplayRows(exports, buffer);
  }

  /** One above the highest slot that was ever in use. */
  get slotLimit(): number {
    return this.exports.slotLimit.value;
  }

  /** How many slots are in use. */
  get slotsUsed(): number {
    return this.exports.slotsUsed.value;
  }

  /** How many slots have an open chunk. */
  get chunksOpen(): number {
    return this.exports.chunksOpen.value;
  }

  /** The memory that open chunks and rows ever took; what slots take is not among it. */
  get heapBytes(): number {
    return this.exports.heapBytes() >>> 0;
  }

  /** A slot for a new series, the lowest that was never in use or one that was freed. */
  addSlot(ref: number): number {
    assert(Number.isSafeInteger(ref) && ref > 0, 'a series ref is an integer from 1');
    const slot = this.exports.addSlot(ref);
    if (slot === NONE) throw new LimitError('series of a head', `there are ${SLOTS_MAX} already`);
    return slot;
  }

  /** Ends the use of a slot and drops its open chunk. */
  freeSlot(slot: number): void {
    this.assertUsed(slot);
    this.exports.freeSlot(slot);
  }

  /** Says that the series has samples up to `time` elsewhere; its slot has no open chunk. */
  setLastTime(slot: number, time: number): void {
    this.assertUsed(slot);
    assert(!this.hasOpenChunk(slot), 'the slot has no open chunk');
    this.exports.setLastTime(slot, time);
  }

  /** Whether the series' last sample has the bits of `values[row]`; false if it is not known. */
  equalsLast(slot: number, values: Float64Array, row: number): boolean {
    if (this.exports.hasValue(slot) === 0) return false;
    this.probe[0] = values[row];
    const at = (SLOT_BYTES / 4) * slot;
    const { slotWords, probeWords } = this;
    return slotWords[at] === probeWords[0] && slotWords[at + 1] === probeWords[1];
  }

  hasOpenChunk(slot: number): boolean {
    return this.exports.openCount(slot) > 0;
  }

  /** How many samples the open chunk has; 0 where none is open. */
  openCount(slot: number): number {
    return this.exports.openCount(slot);
  }

  /** The time of the open chunk's first sample, where there is one; `lastTimes` has its last. */
  openMinTime(slot: number): number {
    return this.exports.openMinTime(slot);
  }

  /**
   * Copies the open chunk to `into` as a whole XOR chunk and returns its length; 0 where none is
   * open. It never has more than OPEN_BYTES_MAX.
   */
  readOpen(slot: number, into: Uint8Array): number {
    const length = this.exports.readOpen(slot);
    into.set(this.bytes.subarray(this.scratch, this.scratch + length));
    return length;
  }

  /** Lends columns of at least `capacity` rows, up to ROWS_MAX, whose contents are garbage. */
  rows(capacity: number): SampleRows {
    assert(capacity <= ROWS_MAX, 'columns have at most ROWS_MAX rows');
    const exponent = 32 - Math.clz32(Math.max(capacity, ROWS_MIN) - 1);
    const rows = this.idleRows[exponent]?.pop() ?? this.newRows(1 << exponent);
    rows.count = 0;
    return rows;
  }

  /** Takes back columns that `rows` lent. */
  giveBack(rows: SampleRows): void {
    const exponent = Math.log2(rows.capacity);
    this.idleRows[exponent] ??= [];
    this.idleRows[exponent].push(rows);
  }

  /**
   * Appends the rows from `from` on, in order, and returns the row before which `finished` was
   * full, `rows.count` if it never was: clear it and go on there. `rows.marks` says what became of
   * each; a series' sample that is not newer than its last one is passed over.
   *
   * Throws `LimitError` when the memory is full, with nothing appended.
   */
  append(rows: SampleRows, from: number): number {
    const { slotsAt, timesAt, valuesAt, marksAt, count } = rows;
    const end = this.exports.appendRows(slotsAt, timesAt, valuesAt, marksAt, from, count);
    if (end === NONE) throw this.noMemory();
    return end;
  }

  /** How many rows were appended since `clearTotals`, and what became of the others. */
  get appended(): number {
    return this.exports.appended.value;
  }

  get equal(): number {
    return this.exports.equal.value;
  }

  get duplicate(): number {
    return this.exports.duplicate.value;
  }

  get outOfOrder(): number {
    return this.exports.outOfOrder.value;
  }

  /** Of the times that were appended since `clearTotals`; Infinity where there was none. */
  get minTime(): number {
    return this.exports.minTime.value;
  }

  /** Likewise; -Infinity where there was none. */
  get maxTime(): number {
    return this.exports.maxTime.value;
  }

  clearTotals(): void {
    this.exports.clearTotals();
  }

  /** Ends the slot's open chunk if there is one; false when `finished` is full. */
  finishSlot(slot: number): boolean {
    return this.exports.finishSlot(slot) !== 0;
  }

  /**
   * Ends the open chunks of the slots from `from` on whose last sample is before `time`; returns
   * the slot before which `finished` was full, `slotLimit` if it never was.
   */
  finishBefore(time: number, from: number): number {
    return this.exports.finishBefore(time, from);
  }

  /** All rows as a record of a log, with the refs of their slots: valid until the next call. */
  encode({ timesAt, capacity, count }: SampleRows): Uint8Array {
    return this.encodeAt(timesAt, capacity, count);
  }

  encodeAt(at: number, capacity: number, count: number): Uint8Array {
    return this.encoder.encodeAt(at, capacity, count);
  }

  frame(length: number, pageOffset: number): Uint8Array {
    return this.encoder.frame(length, pageOffset);
  }

  private newRows(capacity: number): SampleRows {
    const bytes = Math.ceil(rowsBytes(capacity) / HEAP_ALIGNMENT) * HEAP_ALIGNMENT;
    if (this.exports.reserveHeap(bytes) === 0) {
      throw this.noMemory();
    }
    const at = this.exports.takeHeap(bytes) >>> 0;
    return new SampleRows(this.memory.buffer, at, capacity);
  }

  private noMemory(): LimitError {
    return new LimitError('memory of the head', 'open chunks and rows have taken all of it');
  }

  private assertUsed(slot: number): void {
    assert(slot < this.slotLimit && this.refs[slot] > 0, 'the slot is in use');
  }
}

function assertWithin(name: string, value: number, min: number, max: number): void {
  const within = Number.isSafeInteger(value) && value >= min && value <= max;
  assert(within, `${name} is an integer from ${min} to ${max}`);
}
