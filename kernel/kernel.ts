/**
 * The hot loops, compiled to WebAssembly (kernel/assembly): this is their loader and typed face.
 *
 * One kernel has one memory and does one thing at a time; make one a thread and share it. Making
 * one is free, the module is compiled at its first use. What it is given is copied in, what it
 * finds is copied out, and it reads and writes nothing else.
 */
import { assert } from '../model/assert.js';
import type { Columns } from '../model/columns.js';
import { KERNEL_WASM } from './kernel-wasm.js';
import { startModule } from './web-assembly.js';

/** A run of chunks has at most so many chunks and bytes (kernel/assembly/memory.ts). */
export const RUN_CHUNKS_MAX = 1024;
export const RUN_BYTES_MAX = 64 * 1024;
/** So many samples fit into RUN_BYTES_MAX as one chunk, whatever they are. */
export const ENCODED_SAMPLES_MAX = 3000;

interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly inputAt: { readonly value: number };
  readonly entriesAt: { readonly value: number };
  readonly offsetsAt: { readonly value: number };
  readonly timesAt: { readonly value: number };
  readonly valuesAt: { readonly value: number };
  /** How many samples the last run gave. */
  readonly sampleCount: { readonly value: number };
  checkRun(length: number, chunks: number): number;
  decodeXorRun(length: number, chunks: number, verify: number): number;
  decodeXorChunk(length: number): number;
  encodeXor(count: number): number;
}

/** Chunk entries as they lie in a segment: `refs[from, to)` less `base` are where in the bytes. */
export interface ChunkRun {
  readonly bytes: Uint8Array;
  readonly refs: ArrayLike<number>;
  readonly from: number;
  readonly to: number;
  readonly base: number;
}

/** What `checkRun` tells of each entry: where its encoding byte is, bytes of data, and samples. */
export const ENTRY_AT = 0;
export const ENTRY_DATA_BYTES = 1;
export const ENTRY_SAMPLES = 2;
export const ENTRY_WORDS = 3;

/** Which chunks of a run to decode. */
export interface XorRun extends ChunkRun {
  /** Whether to check the checksum of each chunk. */
  readonly verify: boolean;
}

export class Kernel {
  private module: LoadedModule | null = null;

  /**
   * Appends the samples of a run of XOR chunks to `into` and returns how many chunks that were: all
   * of them, or those before the first that is of another encoding or damaged (its checksum, its
   * bits, its times). The run's bytes are entries of a segment file (chunks/segment-format.ts).
   */
  decodeXorRun(run: XorRun, into: Columns): number {
    this.module ??= new LoadedModule();
    return this.module.decodeXorRun(run, into);
  }

  /**
   * Appends the samples of one XOR chunk, given by its data alone, to `into`; false, and nothing is
   * appended, when it is damaged, longer than RUN_BYTES_MAX, or of times that are left to the codec
   * in TypeScript.
   */
  decodeXorChunk(data: Uint8Array, into: Columns): boolean {
    if (data.length > RUN_BYTES_MAX) return false;
    this.module ??= new LoadedModule();
    return this.module.decodeXorChunk(data, into);
  }

  /**
   * The rows `[from, to)`, which are floats at times that do not go back, as the data of one XOR
   * chunk: a view that holds until the kernel's next call.
   */
  encodeXor(columns: Columns, from: number, to: number): Uint8Array {
    assert(from <= to && to <= columns.count, 'encoded rows exist');
    assert(to - from <= ENCODED_SAMPLES_MAX, 'a chunk has at most ENCODED_SAMPLES_MAX samples');
    this.module ??= new LoadedModule();
    return this.module.encodeXor(columns, from, to);
  }

  /**
   * Checks the entries of a run, of whatever encodings, and returns how many from the first on are
   * whole and have their checksum. `entries` then tells of those, ENTRY_WORDS numbers each.
   */
  checkRun(run: ChunkRun): number {
    this.module ??= new LoadedModule();
    return this.module.checkRun(run);
  }

  /** Of the run that was checked last; valid until the next call. */
  get entries(): Uint32Array {
    this.module ??= new LoadedModule();
    return this.module.entries;
  }
}

class LoadedModule {
  private readonly exports: KernelExports;
  // The memory never grows, so that these views live as long as the module.
  private readonly input: Uint8Array;
  private readonly offsets: Uint32Array;
  readonly entries: Uint32Array;
  private readonly times: number;
  private readonly values: number;

  constructor() {
    this.exports = startModule(KERNEL_WASM) as KernelExports;
    const { memory, inputAt, offsetsAt, timesAt, valuesAt } = this.exports;
    this.input = new Uint8Array(memory.buffer, inputAt.value, RUN_BYTES_MAX);
    this.entries = new Uint32Array(
      memory.buffer,
      this.exports.entriesAt.value,
      ENTRY_WORDS * RUN_CHUNKS_MAX,
    );
    this.offsets = new Uint32Array(memory.buffer, offsetsAt.value, RUN_CHUNKS_MAX);
    this.times = timesAt.value;
    this.values = valuesAt.value;
  }

  checkRun(run: ChunkRun): number {
    this.copyIn(run);
    return this.exports.checkRun(run.bytes.length, run.to - run.from);
  }

  decodeXorRun(run: XorRun, into: Columns): number {
    this.copyIn(run);
    const chunks = run.to - run.from;
    const decoded = this.exports.decodeXorRun(run.bytes.length, chunks, run.verify ? 1 : 0);
    this.giveSamples(into);
    return decoded;
  }

  decodeXorChunk(data: Uint8Array, into: Columns): boolean {
    this.input.set(data);
    const isGood = this.exports.decodeXorChunk(data.length) !== 0;
    this.giveSamples(into);
    return isGood;
  }

  encodeXor(columns: Columns, from: number, to: number): Uint8Array {
    const count = to - from;
    this.timesOf(count).set(columns.times.subarray(from, to));
    this.valuesOf(count).set(columns.values.subarray(from, to));
    const length = this.exports.encodeXor(count);
    assert(length > 0, 'times lie within ±2^53 and do not go back');
    return this.input.subarray(0, length);
  }

  /** Appends what was decoded to `into`. */
  private giveSamples(into: Columns): void {
    const samples = this.exports.sampleCount.value;
    if (samples === 0) return;
    into.reserve(samples);
    into.times.set(this.timesOf(samples), into.count);
    into.values.set(this.valuesOf(samples), into.count);
    into.commitFloats(samples);
  }

  private timesOf(samples: number): Float64Array {
    return new Float64Array(this.exports.memory.buffer, this.times, samples);
  }

  private valuesOf(samples: number): Float64Array {
    return new Float64Array(this.exports.memory.buffer, this.values, samples);
  }

  private copyIn({ bytes, refs, from, to, base }: ChunkRun): void {
    const chunks = to - from;
    assert(chunks <= RUN_CHUNKS_MAX && bytes.length <= RUN_BYTES_MAX, 'a run fits into the kernel');
    this.input.set(bytes);
    const { offsets } = this;
    for (let i = 0; i < chunks; i++) offsets[i] = refs[from + i] - base;
  }
}
