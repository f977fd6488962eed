/**
 * The head kernel's buffer of chunks that have ended: ready entries of a head chunk file
 * (chunks/head-chunk-entry.ts), one behind the other, and columns that tell which they are. The
 * caller writes `bytes()`, notes where the entries went, and clears the buffer.
 */
import type { ExportedNumber } from './web-assembly.js';

/** How many chunks the buffer takes, and bytes (kernel/assembly/head/memory.ts). */
export const FINISHED_MAX = 4096;
export const FINISHED_BYTES_MAX = 256 * 1024;

/** What the kernel's module exports for it. */
export interface FinishedExports {
  readonly finishedAt: ExportedNumber;
  readonly finishedCountAt: ExportedNumber;
  readonly finishedLengthAt: ExportedNumber;
  readonly finishedMaxAt: ExportedNumber;
  readonly finishedMinAt: ExportedNumber;
  readonly finishedOffsetAt: ExportedNumber;
  readonly finishedSlotAt: ExportedNumber;
  readonly finishedCount: ExportedNumber;
  readonly finishedBytes: ExportedNumber;
  clearFinished(): void;
}

export class FinishedChunks {
  /** Of each chunk, the slot whose it was. */
  readonly slots: Uint32Array;
  /** Where its entry begins in `bytes()`. */
  readonly offsets: Uint32Array;
  /** How many bytes of data it has. */
  readonly lengths: Uint32Array;
  /** How many samples. */
  readonly counts: Uint32Array;
  /** The times of its first and its last sample. */
  readonly minTimes: Float64Array;
  readonly maxTimes: Float64Array;
  private readonly buffer: Uint8Array;
  private readonly exports: FinishedExports;

  constructor(exports: FinishedExports, memory: SharedArrayBuffer) {
    this.exports = exports;
    this.slots = new Uint32Array(memory, exports.finishedSlotAt.value, FINISHED_MAX);
    this.offsets = new Uint32Array(memory, exports.finishedOffsetAt.value, FINISHED_MAX);
    this.lengths = new Uint32Array(memory, exports.finishedLengthAt.value, FINISHED_MAX);
    this.counts = new Uint32Array(memory, exports.finishedCountAt.value, FINISHED_MAX);
    this.minTimes = new Float64Array(memory, exports.finishedMinAt.value, FINISHED_MAX);
    this.maxTimes = new Float64Array(memory, exports.finishedMaxAt.value, FINISHED_MAX);
    this.buffer = new Uint8Array(memory, exports.finishedAt.value, FINISHED_BYTES_MAX);
  }

  /** How many chunks are in the buffer. */
  get count(): number {
    return this.exports.finishedCount.value;
  }

  /** Their entries, as a view that holds until the buffer is cleared. */
  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.exports.finishedBytes.value);
  }

  clear(): void {
    this.exports.clearFinished();
  }
}
