/**
 * A window of a segment in a memory of its own, and the check of the chunk entries in it, in
 * WebAssembly (kernel/assembly/entries). What reads several files in turn has one for each.
 */
import { assert } from '../model/assert.js';
import { once } from '../model/once.js';
import { ENTRY_KERNEL_WASM } from './entry-kernel-wasm.js';
import { compileModule, type ExportedNumber, startModule } from './web-assembly.js';

/** A window has so many bytes, and at most so many chunks are checked at once. */
export const WINDOW_BYTES = 64 * 1024;
export const WINDOW_CHUNKS_MAX = 1024;

/** What is told of each entry: where its encoding byte is, bytes of data, and samples. */
export const ENTRY_AT = 0;
export const ENTRY_DATA_BYTES = 1;
export const ENTRY_SAMPLES = 2;
export const ENTRY_WORDS = 3;

interface EntryKernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly offsetsAt: ExportedNumber;
  readonly entriesAt: ExportedNumber;
  readonly windowAt: ExportedNumber;
  checkEntries(length: number, chunks: number): number;
}

/** Compiled once a thread. */
const compiled = once(() => compileModule(ENTRY_KERNEL_WASM));

export class EntryKernel {
  /** The bytes that are looked at; who calls `check` has filled them. */
  readonly window: Uint8Array;
  /** Of the entries that were checked last, ENTRY_WORDS numbers each. */
  readonly entries: Uint32Array;
  private readonly offsets: Uint32Array;
  private readonly exports: EntryKernelExports;

  constructor() {
    this.exports = startModule(compiled()) as EntryKernelExports;
    const { memory, windowAt, entriesAt, offsetsAt } = this.exports;
    // The memory never grows, so that these views live as long as the module.
    this.window = new Uint8Array(memory.buffer, windowAt.value, WINDOW_BYTES);
    const words = ENTRY_WORDS * WINDOW_CHUNKS_MAX;
    this.entries = new Uint32Array(memory.buffer, entriesAt.value, words);
    this.offsets = new Uint32Array(memory.buffer, offsetsAt.value, WINDOW_CHUNKS_MAX);
  }

  /**
   * Checks the entries of the chunks `refs[from, to)`, of whatever encodings, in the first `length`
   * bytes of the window, which begins at the reference `base`. Returns how many from the first on
   * are whole and have their checksum; `entries` tells of those.
   */
  check(
    length: number,
    refs: ArrayLike<number>,
    { from, to, base }: { from: number; to: number; base: number },
  ): number {
    const chunks = to - from;
    assert(chunks <= WINDOW_CHUNKS_MAX && length <= WINDOW_BYTES, 'chunks fit into the window');
    const { offsets } = this;
    for (let i = 0; i < chunks; i++) offsets[i] = refs[from + i] - base;
    return this.exports.checkEntries(length, chunks);
  }
}
