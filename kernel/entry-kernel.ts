/**
 * Entries of segments that are made of chunks in a window, in WebAssembly
 * (kernel/assembly/entries).
 */
import { assert } from '../model/assert.js';
import { once } from '../model/once.js';
import { ENTRY_KERNEL_WASM } from './entry-kernel-wasm.js';
import { compileModule, type ExportedNumber, startModule } from './web-assembly.js';

export const WINDOW_BYTES = 64 * 1024;

/** What an entry of a segment takes beside its data, at most. */
export const ENTRY_BYTES_MAX = 10;

interface EntryKernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly windowAt: ExportedNumber;
  readonly madeAt: ExportedNumber;
  makeEntry(at: number, length: number, encoding: number, to: number): number;
  takeHeadEntry(header: number, length: number, to: number): number;
}

/** Compiled once a thread. */
const compiled = once(() => compileModule(ENTRY_KERNEL_WASM));

export class EntryKernel {
  /** The bytes of which entries are made; who has them made has filled them. */
  readonly window: Uint8Array;
  /** The entries that were made: WINDOW_BYTES, of which who makes them says where they go. */
  readonly made: Uint8Array;
  private readonly exports: EntryKernelExports;

  constructor() {
    this.exports = startModule(compiled()) as EntryKernelExports;
    const { memory, windowAt, madeAt } = this.exports;
    // The memory never grows, so that these views live as long as the module.
    this.window = new Uint8Array(memory.buffer, windowAt.value, WINDOW_BYTES);
    this.made = new Uint8Array(memory.buffer, madeAt.value, WINDOW_BYTES);
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
