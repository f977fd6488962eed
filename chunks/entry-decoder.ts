/** Decodes chunks that were checked: XOR chunks by the kernel, others by their codecs. */
import type { Kernel } from '../kernel/kernel.js';
import type { Columns } from '../model/columns.js';
import { decodeChunk, ENCODING_XOR } from './chunk.js';
import type { ChunkEntries } from './chunk-entries.js';

export class EntryDecoder {
  readonly kernel: Kernel;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** Appends the samples of entry `i` to `into`; a `DecodeError` counts from the data's start. */
  decode(entries: ChunkEntries, i: number, into: Columns): void {
    this.decodeData(entries.encodingAt(i), entries.dataAt(i), into);
  }

  /** The same of a chunk that is given by its data alone. */
  decodeData(encoding: number, data: Uint8Array, into: Columns): void {
    if (encoding === ENCODING_XOR && this.kernel.decodeXorChunk(data, into)) return;
    // What the kernel refuses may be no error all the same: the codec in TypeScript knows.
    decodeChunk(encoding, data, into);
  }
}
