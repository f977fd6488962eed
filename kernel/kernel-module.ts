/**
 * The WebAssembly module of chunks and steps (kernel/assembly), one for each thread, with views of
 * its memory. Loading it costs nothing before its first use; it does one thing at a time.
 */
import { Columns } from '../model/columns.js';
import { once } from '../model/once.js';
import { ENTRY_WORDS } from './entry-words.js';
import { KERNEL_WASM } from './kernel-wasm.js';
import { type ExportedNumber, startModule } from './web-assembly.js';

/** A run of chunks has at most so many chunks and bytes (kernel/assembly/memory.ts). */
export const RUN_CHUNKS_MAX = 1024;
export const RUN_BYTES_MAX = 64 * 1024;
/** Then it has at most so many samples: each takes two bits at least. */
const RUN_SAMPLES_MAX = 4 * RUN_BYTES_MAX;
const SCRATCH_SAMPLES_MAX = 2 * RUN_SAMPLES_MAX;
/** Queries of more steps are evaluated by TypeScript. */
export const STEPS_MAX = 16_384;

interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly inputAt: ExportedNumber;
  readonly entriesAt: ExportedNumber;
  readonly offsetsAt: ExportedNumber;
  readonly timesAt: ExportedNumber;
  readonly valuesAt: ExportedNumber;
  readonly scratchTimesAt: ExportedNumber;
  readonly scratchValuesAt: ExportedNumber;
  readonly lowsAt: ExportedNumber;
  readonly highsAt: ExportedNumber;
  readonly resultsAt: ExportedNumber;
  readonly kindsAt: ExportedNumber;
  readonly arenaAt: ExportedNumber;
  readonly arenaBytes: ExportedNumber;
  /** How many samples the last run gave. */
  readonly sampleCount: ExportedNumber;
  /** How many samples the largest of the windows has that were found last. */
  readonly largestWindow: ExportedNumber;
  /** Steps before the first one and from the second one on got no value last. */
  readonly filledFrom: ExportedNumber;
  readonly filledTo: ExportedNumber;
  checkRun(length: number, chunks: number): number;
  decodeXorRun(length: number, chunks: number, verify: number, at: number): number;
  decodeXorChunk(length: number, at: number): number;
  encodeXor(count: number): number;
  scanHeadEntries(length: number): number;
  decodeSeriesEntries(length: number, count: number, from: number, to: number): number;
  countNumbers(count: number): number;
  fillInstant(
    count: number,
    steps: number,
    start: number,
    interval: number,
    lookback: number,
  ): number;
  addResults(sumsAt: number, lostAt: number, from: number, to: number): void;
  findWindows(count: number, steps: number, start: number, end: number, interval: number): void;
  fillRates(
    count: number,
    steps: number,
    end: number,
    interval: number,
    range: number,
    seconds: number,
    isCounter: number,
  ): number;
}

/** The thread's module. */
export const kernelModule = once(() => new KernelModule());

/** A part of the memory that is lent in pieces, and is whole again once all came back. */
class Arena {
  private readonly start: number;
  private readonly end: number;
  private next: number;
  private lent = 0;

  constructor(start: number, length: number) {
    this.start = start;
    this.end = start + length;
    this.next = start;
  }

  /** Where there are `bytes` bytes, at a multiple of 16; 0 where there are not. */
  take(bytes: number): number {
    const at = this.next;
    const next = at + 16 * Math.ceil(bytes / 16);
    if (next > this.end) return 0;
    this.next = next;
    this.lent++;
    return at;
  }

  /** Gives back one piece. */
  give(): void {
    if (--this.lent === 0) this.next = this.start;
  }
}

// The memory never grows, so that views live as long as the module.
export class KernelModule {
  readonly exports: KernelExports;
  readonly input: Uint8Array;
  readonly entries: Uint32Array;
  readonly offsets: Uint32Array;
  readonly timesAt: number;
  private readonly valuesAt: number;
  private readonly scratchAt: number;
  private readonly scratchTimes: Float64Array;
  private readonly scratchValues: Float64Array;
  /** Of the steps in hand: their windows `[low, high)`, and results. */
  readonly lows: Int32Array;
  readonly highs: Int32Array;
  readonly results: Float64Array;
  readonly kinds: Uint8Array;
  readonly arena: Arena;

  constructor() {
    const exports = startModule(KERNEL_WASM) as KernelExports;
    const { buffer } = exports.memory;
    this.exports = exports;
    this.input = new Uint8Array(buffer, exports.inputAt.value, RUN_BYTES_MAX);
    this.entries = new Uint32Array(buffer, exports.entriesAt.value, ENTRY_WORDS * RUN_CHUNKS_MAX);
    this.offsets = new Uint32Array(buffer, exports.offsetsAt.value, RUN_CHUNKS_MAX);
    this.timesAt = exports.timesAt.value;
    this.valuesAt = exports.valuesAt.value;
    this.scratchAt = exports.scratchTimesAt.value;
    this.scratchTimes = new Float64Array(buffer, this.scratchAt, SCRATCH_SAMPLES_MAX);
    const scratchValuesAt = exports.scratchValuesAt.value;
    this.scratchValues = new Float64Array(buffer, scratchValuesAt, SCRATCH_SAMPLES_MAX);
    this.lows = new Int32Array(buffer, exports.lowsAt.value, STEPS_MAX);
    this.highs = new Int32Array(buffer, exports.highsAt.value, STEPS_MAX);
    this.results = new Float64Array(buffer, exports.resultsAt.value, STEPS_MAX);
    this.kinds = new Uint8Array(buffer, exports.kindsAt.value, STEPS_MAX);
    this.arena = new Arena(exports.arenaAt.value, exports.arenaBytes.value);
  }

  /** Columns over the scratch, which all of them share. */
  scratchColumns(): Columns {
    return Columns.over(this.scratchTimes, this.scratchValues);
  }

  /** Whether columns lie in the scratch still: those that grew beyond it do not. */
  holds(columns: Columns): boolean {
    return columns.times === this.scratchTimes;
  }

  /** Where a run of samples behind those of `into` goes: right there, or aside, to be copied. */
  targetOf(into: Columns): number {
    const isRoomy = into.count + RUN_SAMPLES_MAX <= SCRATCH_SAMPLES_MAX;
    return isRoomy && this.holds(into) ? this.scratchAt + 8 * into.count : this.timesAt;
  }

  /** Appends what was decoded to `target` to `into`, unless it is there. */
  giveSamples(target: number, into: Columns): void {
    const samples = this.exports.sampleCount.value;
    if (samples === 0) return;
    if (target === this.timesAt) {
      into.reserve(samples);
      into.times.set(this.timesOf(samples), into.count);
      into.values.set(this.valuesOf(samples), into.count);
    }
    into.commitFloats(samples);
  }

  timesOf(samples: number): Float64Array {
    return new Float64Array(this.exports.memory.buffer, this.timesAt, samples);
  }

  valuesOf(samples: number): Float64Array {
    return new Float64Array(this.exports.memory.buffer, this.valuesAt, samples);
  }

  /** Copies a run's bytes, and where in them its chunks `refs[from, to)` are. */
  copyIn(
    bytes: Uint8Array,
    refs: ArrayLike<number>,
    { from, to, base }: { from: number; to: number; base: number },
  ): void {
    this.input.set(bytes);
    const { offsets } = this;
    for (let i = from; i < to; i++) offsets[i - from] = refs[i] - base;
  }
}
