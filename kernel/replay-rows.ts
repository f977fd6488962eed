/**
 * The way of a log's records into the head kernel when it is replayed: samples that are to be
 * appended become rows in one pass over a record (kernel/assembly/head/stage.ts), others are passed
 * over there. Records that lie in `window` or `scratch` already are not copied.
 */
import { assert } from '../model/assert.js';
import { LimitError } from '../model/errors.js';
import { SampleRows } from './sample-rows.js';
import type { ExportedNumber } from './web-assembly.js';

/** What is read of a log at a time (kernel/assembly/head/memory.ts has the same numbers). */
const WINDOW_BYTES = 256 * 1024;
/** The longest record that is staged. */
export const STAGED_RECORD_BYTES_MAX = 1024 * 1024;
const WORD_BYTES = 8;
/** A sample of a record takes ten bytes at least. */
const SAMPLE_BYTES_MIN = 10;
const STAGED_MAX = Math.floor(STAGED_RECORD_BYTES_MAX / SAMPLE_BYTES_MIN) + 1;

/** Entries of refs, beside a slot + 1. */
const ENTRY_UNKNOWN = 0;
const ENTRY_ASKED = -1;
/** A u32 that stands for "no". */
const REFUSED = -1;

/** What the kernel's module exports for it. */
export interface ReplayExports {
  readonly recordAt: ExportedNumber;
  readonly stagedAt: ExportedNumber;
  readonly windowAt: ExportedNumber;
  readonly unknownSamples: ExportedNumber;
  setEntry(ref: number, entry: number): number;
  dropEntries(): void;
  copyBytes(to: number, from: number, length: number): void;
  stageRecord(at: number, length: number, minValidTime: number, rows: number): number;
}

export class ReplayRows {
  /** What was staged; who appends it sets its count to 0. */
  readonly rows: SampleRows;
  /** Memory to read a log into, from front to back. */
  readonly window: Uint8Array;
  /** Memory to put a record together in. */
  readonly scratch: Uint8Array;
  /**
   * Finds the slot of a ref that is to be asked for, or one of at least 2^32; -1 without one. The
   * sample is of `time`, and is counted by whoever answers.
   */
  slotOfAsked: (ref: number, time: number) => number = () => -1;
  private readonly exports: ReplayExports;
  private readonly memory: Uint8Array;

  constructor(exports: ReplayExports, memory: SharedArrayBuffer) {
    this.exports = exports;
    this.memory = new Uint8Array(memory);
    this.rows = new SampleRows(memory, exports.stagedAt.value, STAGED_MAX);
    this.window = new Uint8Array(memory, exports.windowAt.value, WINDOW_BYTES);
    const scratchBytes = STAGED_RECORD_BYTES_MAX + WORD_BYTES;
    this.scratch = new Uint8Array(memory, exports.recordAt.value, scratchBytes);
  }

  /** Samples that were met of refs that nothing is known of. */
  get unknownSamples(): number {
    return this.exports.unknownSamples.value >>> 0;
  }

  /** Says which slot the samples of a ref are for. */
  enter(ref: number, slot: number): void {
    this.setEntry(ref, slot + 1);
  }

  /** Has the slot of a ref asked for. */
  ask(ref: number): void {
    this.setEntry(ref, ENTRY_ASKED);
  }

  /** Forgets a ref. */
  forget(ref: number): void {
    this.setEntry(ref, ENTRY_UNKNOWN);
  }

  /** Whether all that a record may hold has room among the rows. */
  hasRoomFor(record: Uint8Array): boolean {
    return this.rows.count + record.length / SAMPLE_BYTES_MIN <= STAGED_MAX;
  }

  /**
   * Stages the samples of a record of type 2 that are of `minValidTime` or later and newer than
   * their series' last one; there is room for them. False when it is of another type, longer than
   * STAGED_RECORD_BYTES_MAX, or damaged: then no sample was staged, and `decodeSamples` of
   * wal/sample-record.ts knows more.
   */
  stage(record: Uint8Array, minValidTime: number): boolean {
    if (record.length > STAGED_RECORD_BYTES_MAX) return false;
    const { rows } = this;
    assert(this.hasRoomFor(record), 'a record is staged where there is room for it');
    const at = this.placeOf(record);
    const count = this.exports.stageRecord(at, record.length, minValidTime, rows.count);
    if (count === REFUSED) return false;
    rows.count = count;
    return true;
  }

  /** Copies bytes of `window` to an offset in `scratch`. */
  copyToScratch(bytes: Uint8Array, offset: number): void {
    assert(bytes.buffer === this.window.buffer, 'the bytes lie in the kernel');
    assert(offset + bytes.length <= this.scratch.length, 'the bytes have room');
    this.exports.copyBytes(this.scratch.byteOffset + offset, bytes.byteOffset, bytes.length);
  }

  /** Ends the replay: refs are forgotten, and open chunks get the memory that they took. */
  end(): void {
    this.exports.dropEntries();
    this.slotOfAsked = () => -1;
  }

  /** Where the record is in the kernel's memory, copied there if need be. */
  private placeOf(record: Uint8Array): number {
    if (record.buffer === this.memory.buffer) return record.byteOffset;
    // Where both are aligned alike, words are copied and not bytes.
    const offset = record.byteOffset % WORD_BYTES;
    this.scratch.set(record, offset);
    return this.scratch.byteOffset + offset;
  }

  private setEntry(ref: number, entry: number): void {
    if (this.exports.setEntry(ref, entry) !== 0) return;
    throw new LimitError('memory of the head', 'open chunks and rows have taken all of it');
  }
}
