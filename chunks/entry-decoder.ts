/** Decodes chunk entries that were checked: XOR chunks by the kernel, others by their codecs. */
import type { Kernel } from '../kernel/kernel.js';
import { RUN_BYTES_MAX } from '../kernel/kernel.js';
import type { Columns } from '../model/columns.js';
import { decodeChunk, ENCODING_XOR } from './chunk.js';
import type { ChunkEntries } from './chunk-entries.js';

const FIRST = [0];

export class EntryDecoder {
  private readonly kernel: Kernel;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** Appends the samples of entry `i` to `into`; a `DecodeError` counts from the data's start. */
  decode(entries: ChunkEntries, i: number, into: Columns): void {
    const encoding = entries.encodingAt(i);
    if (encoding === ENCODING_XOR && this.decodeByKernel(entries, i, into)) return;
    decodeChunk(encoding, entries.dataAt(i), into);
  }

  /** False where the kernel refuses: the codec in TypeScript knows whether that is an error. */
  private decodeByKernel(entries: ChunkEntries, i: number, into: Columns): boolean {
    const bytes = entries.bytes[i].subarray(entries.starts[i], entries.endAt(i));
    if (bytes.length > RUN_BYTES_MAX) return false;
    const run = { bytes, refs: FIRST, from: 0, to: 1, base: 0, verify: false };
    return this.kernel.decodeXorRun(run, into) === 1;
  }
}
