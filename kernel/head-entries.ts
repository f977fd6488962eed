/**
 * Entries of a head chunk file (chunks/head-chunk-entry.ts), many at a time, each with its checksum
 * checked by the thread's kernel (kernel/assembly/head-entries.ts).
 */
import { assert } from '../model/assert.js';
import { type KernelModule, kernelModule, RUN_BYTES_MAX } from './kernel-module.js';

/** How many bytes are looked at in one call. */
export const HEAD_ENTRIES_BYTES_MAX = RUN_BYTES_MAX;
/** So many entries are found in one call (kernel/assembly/memory.ts). */
const ENTRIES_MAX = RUN_BYTES_MAX / 32;

export class HeadEntries {
  /** How many were found; rows from here on are garbage. */
  count = 0;
  /** Those that were looked at: for whoever goes through them. */
  row = 0;
  readonly refs = new Float64Array(ENTRIES_MAX);
  readonly minTimes = new Float64Array(ENTRIES_MAX);
  readonly maxTimes = new Float64Array(ENTRIES_MAX);
  /** Where each begins in the bytes that were scanned. */
  readonly starts = new Uint32Array(ENTRIES_MAX);
  /** How many bytes its data has. */
  readonly lengths = new Uint32Array(ENTRIES_MAX);
  /** What the first two bytes of its data say: of an XOR chunk, how many samples it has. */
  readonly counts = new Uint32Array(ENTRIES_MAX);
  /** Its encoding and more, as it stands there. */
  readonly flags = new Uint8Array(ENTRIES_MAX);

  /**
   * Finds the entries at the front of `bytes`, up to the first that is not whole, sound and as
   * usual; returns how many.
   */
  scan(bytes: Uint8Array): number {
    assert(bytes.length <= HEAD_ENTRIES_BYTES_MAX, 'what is scanned fits into the kernel');
    const module = kernelModule();
    module.input.set(bytes);
    const count = module.exports.scanHeadEntries(bytes.length);
    this.count = count;
    this.row = 0;
    // Copies: others may use the kernel before these are looked at.
    this.refs.set(numbers(module, 0, count));
    this.minTimes.set(numbers(module, 1, count));
    this.maxTimes.set(numbers(module, 2, count));
    this.starts.set(words(module, 0, count));
    this.lengths.set(words(module, 1, count));
    this.counts.set(words(module, 2, count));
    this.flags.set(new Uint8Array(module.exports.memory.buffer, wordsAt(module, 3), count));
    return count;
  }
}

function numbers(module: KernelModule, column: number, count: number): Float64Array {
  const start = module.timesAt + 8 * ENTRIES_MAX * column;
  return new Float64Array(module.exports.memory.buffer, start, count);
}

function words(module: KernelModule, column: number, count: number): Uint32Array {
  return new Uint32Array(module.exports.memory.buffer, wordsAt(module, column), count);
}

function wordsAt(module: KernelModule, column: number): number {
  return module.timesAt + (8 * 3 + 4 * column) * ENTRIES_MAX;
}
