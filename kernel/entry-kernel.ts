/**
 * A window of a file in a memory of its own, the check of the chunk entries in it, and entries that
 * are made of chunks in it, in WebAssembly (kernel/assembly/entries). What reads several files in
 * turn has one for each.
 */
import { assert } from '../model/assert.js';
import { once } from '../model/once.js';
import { ENTRY_KERNEL_WASM } from './entry-kernel-wasm.js';
import { ENTRY_WORDS } from './entry-words.js';
import { compileModule, type ExportedNumber, startModule } from './web-assembly.js';

/** A window has so many bytes, and at most so many chunks are checked at once. */
export const WINDOW_BYTES = 64 * 1024;
export const WINDOW_CHUNKS_MAX = 1024;

/** What an entry of a segment takes beside its data, at most. */
export const ENTRY_BYTES_MAX = 10;

interface EntryKernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly offsetsAt: ExportedNumber;
  readonly entriesAt: ExportedNumber;
  readonly windowAt: ExportedNumber;
  readonly madeAt: ExportedNumber;
  checkEntries(length: number, chunks: number): number;
  makeEntry(at: number, length: number, encoding: number, to: number): number;
  takeHeadEntry(header: number, length: number, to: number): number;
}

/** Compiled once a thread. */
const compiled = once(() => compileModule(ENTRY_KERNEL_WASM));

export class EntryKernel {
  /** The bytes that are looked at; who calls `check` has filled them. */
  readonly window: Uint8Array;
  /** Of the entries that were checked last, ENTRY_WORDS numbers each. */
  readonly entries: Uint32Array;
  /** The entries that were made: WINDOW_BYTES, of which who makes them says where they go. */
  readonly made: Uint8Array;
  private readonly offsets: Uint32Array;
  private readonly exports: EntryKernelExports;

  constructor() {
    this.exports = startModule(compiled()) as EntryKernelExports;
    const { memory, windowAt, entriesAt, offsetsAt, madeAt } = this.exports;
    // The memory never grows, so that these views live as long as the module.
    this.window = new Uint8Array(memory.buffer, windowAt.value, WINDOW_BYTES);
    const words = ENTRY_WORDS * WINDOW_CHUNKS_MAX;
    this.entries = new Uint32Array(memory.buffer, entriesAt.value, words);
    this.made = new Uint8Array(memory.buffer, madeAt.value, WINDOW_BYTES);
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

  /**
   * Makes a segment's entry, at `to` of `made`, of a chunk whose data are the first `length` bytes
   * of the window; returns how long it is.
   */
  make(length: number, encoding: number, to: number): number {
    assert(to + length + ENTRY_BYTES_MAX <= WINDOW_BYTES, 'an entry fits behind the others');
    return this.exports.makeEntry(0, length, encoding, to);
  }

  /**
   * The same of an entry of chunks_head that is at the window's beginning: `length` bytes of data
   * behind `header` others. 0, and nothing is made, where its checksum is another.
   */
  takeHead(header: number, length: number, to: number): number {
    assert(header + length + ENTRY_BYTES_MAX <= WINDOW_BYTES, 'the window holds an entry');
    assert(to + length + ENTRY_BYTES_MAX <= WINDOW_BYTES, 'an entry fits behind the others');
    return this.exports.takeHeadEntry(header, length, to);
  }
}
