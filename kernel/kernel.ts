/**
 * The hot loops over chunks, compiled to WebAssembly (kernel/assembly): their typed face.
 *
 * What they are given is copied into the thread's module (kernel-module.ts), what they find is
 * copied out, unless it goes to columns that lie there, and they read and write nothing else. All
 * kernels of a thread share that module: making one is free.
 */
import { assert } from '../model/assert.js';
import type { Columns } from '../model/columns.js';
import { kernelModule, RUN_BYTES_MAX, RUN_CHUNKS_MAX } from './kernel-module.js';

/** So many samples fit into RUN_BYTES_MAX as one chunk, whatever they are. */
export const ENCODED_SAMPLES_MAX = 3000;

/** Chunk entries as they lie in a segment: `refs[from, to)` less `base` are where in the bytes. */
export interface ChunkRun {
  readonly bytes: Uint8Array;
  readonly refs: ArrayLike<number>;
  readonly from: number;
  readonly to: number;
  readonly base: number;
}

/** Which chunks of a run to decode. */
export interface XorRun extends ChunkRun {
  /** Whether to check the checksum of each chunk. */
  readonly verify: boolean;
}

export class Kernel {
  /**
   * Appends the samples of a run of XOR chunks to `into` and returns how many chunks that were: all
   * of them, or those before the first that is of another encoding or damaged (its checksum, its
   * bits, its times). The run's bytes are entries of a segment file (chunks/segment-format.ts).
   */
  decodeXorRun(run: XorRun, into: Columns): number {
    const module = kernelModule();
    const { bytes, from, to, verify } = run;
    copyIn(run);
    const target = module.targetOf(into);
    const decoded = module.exports.decodeXorRun(bytes.length, to - from, verify ? 1 : 0, target);
    module.giveSamples(target, into);
    return decoded;
  }

  /**
   * Appends the samples of one XOR chunk, given by its data alone, to `into`; false, and nothing is
   * appended, when it is damaged, longer than RUN_BYTES_MAX, or of times that are left to the codec
   * in TypeScript.
   */
  decodeXorChunk(data: Uint8Array, into: Columns): boolean {
    if (data.length > RUN_BYTES_MAX) return false;
    const module = kernelModule();
    module.input.set(data);
    const target = module.targetOf(into);
    const isGood = module.exports.decodeXorChunk(data.length, target) !== 0;
    module.giveSamples(target, into);
    return isGood;
  }

  /**
   * The rows `[from, to)`, which are floats at times that do not go back, as the data of one XOR
   * chunk: a view that holds until the next call to any kernel.
   */
  encodeXor(columns: Columns, from: number, to: number): Uint8Array {
    assert(from <= to && to <= columns.count, 'encoded rows exist');
    assert(to - from <= ENCODED_SAMPLES_MAX, 'a chunk has at most ENCODED_SAMPLES_MAX samples');
    const module = kernelModule();
    const count = to - from;
    module.timesOf(count).set(columns.times.subarray(from, to));
    module.valuesOf(count).set(columns.values.subarray(from, to));
    const length = module.exports.encodeXor(count);
    assert(length > 0, 'times lie within ±2^53 and do not go back');
    return module.input.subarray(0, length);
  }

  /**
   * Checks the entries of a run, of whatever encodings, and returns how many from the first on are
   * whole and have their checksum. `entries` then tells of those, ENTRY_WORDS numbers each.
   */
  checkRun(run: ChunkRun): number {
    copyIn(run);
    return kernelModule().exports.checkRun(run.bytes.length, run.to - run.from);
  }

  /** Of the run that was checked last; valid until the next call to any kernel. */
  get entries(): Uint32Array {
    return kernelModule().entries;
  }
}

function copyIn({ bytes, refs, from, to, base }: ChunkRun): void {
  const isSmall = to - from <= RUN_CHUNKS_MAX && bytes.length <= RUN_BYTES_MAX;
  assert(isSmall, 'a run fits into the kernel');
  kernelModule().copyIn(bytes, refs, { from, to, base });
}
