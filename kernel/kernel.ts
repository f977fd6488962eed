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
  readonly offsetsAt: { readonly value: number };
  readonly timesAt: { readonly value: number };
  readonly valuesAt: { readonly value: number };
  /** How many samples the last run gave. */
  readonly sampleCount: { readonly value: number };
  decodeXorRun(length: number, chunks: number, verify: number): number;
  decodeXorChunk(length: number): number;
  encodeXor(count: number): number;
}

/** Which chunks of a run to decode: `refs[from, to)` less `base` are offsets in the bytes. */
export interface XorRun {
  readonly bytes: Uint8Array;
  readonly refs: ArrayLike<number>;
  readonly from: number;
  readonly to: number;
  readonly base: number;
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
}

class LoadedModule {
  private readonly exports: KernelExports;
  // The memory never grows, so that these views live as long as the module.
  private readonly input: Uint8Array;
  private readonly offsets: Uint32Array;
  private readonly times: number;
  private readonly values: number;

  constructor() {
    this.exports = startModule(KERNEL_WASM) as KernelExports;
    const { memory, inputAt, offsetsAt, timesAt, valuesAt } = this.exports;
    this.input = new Uint8Array(memory.buffer, inputAt.value, RUN_BYTES_MAX);
    this.offsets = new Uint32Array(memory.buffer, offsetsAt.value, RUN_CHUNKS_MAX);
    this.times = timesAt.value;
    this.values = valuesAt.value;
  }

  decodeXorRun(run: XorRun, into: Columns): number {
    const { bytes, refs, from, to, base } = run;
    const chunks = to - from;
    assert(chunks <= RUN_CHUNKS_MAX && bytes.length <= RUN_BYTES_MAX, 'a run fits into the kernel');
    this.input.set(bytes);
    const offsets = this.offsets;
    for (let i = 0; i < chunks; i++) offsets[i] = refs[from + i] - base;
    const decoded = this.exports.decodeXorRun(bytes.length, chunks, run.verify ? 1 : 0);
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
}
