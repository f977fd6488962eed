/**
 * Where a living head keeps its full chunks: in `chunks_head` (file-chunks.ts), or in memory where
 * it has no directory (memory-chunks.ts). Chunks come and are kept as entries of a head chunk file
 * (chunks/head-chunk-entry.ts) and are told by a ref: file number * 2^32 + offset.
 */
import { OPEN_BYTES_MAX } from '../kernel/head-kernel.js';

export const TWO_32 = 0x1_0000_0000;

/** Series ref, times and encoding, in front of the length. */
const FIXED_BYTES = 25;
const ONE_BYTE_MAX = 0x7f;
const CRC_BYTES = 4;
/** What an entry of ours takes at most. */
export const FULL_ENTRY_BYTES_MAX = FIXED_BYTES + 2 + OPEN_BYTES_MAX + CRC_BYTES;

export interface FullChunks {
  /** Whether refs are those of files, once flushed. */
  readonly areInFiles: boolean;
  /**
   * Takes whole entries, of chunks up to `maxTime`; copied. Returns the ref of the first one, and
   * the others' follow by their offsets. Never fails: a full disk is told by `flush`.
   */
  append(entries: Uint8Array, maxTime: number): number;
  /**
   * The data of a chunk, checked; valid until the next call. A `CorruptionError` where it is
   * damaged.
   */
  data(ref: number, dataLength: number): Uint8Array;
  /**
   * Resolves when what was only in memory is written; rejects where the disk refuses, and it stays
   * in memory.
   */
  flush(): Promise<void>;
  /** Drops what holds only chunks that end before `minTime`. */
  truncate(minTime: number): void;
  /** What it holds in memory. */
  readonly memoryBytes: number;
  /** Flushes, syncs and closes. Idempotent. */
  close(): Promise<void>;
}

/** The data in an entry at the beginning of `bytes`, unchecked. */
export function dataOfEntry(bytes: Uint8Array, dataLength: number): Uint8Array {
  const start = FIXED_BYTES + (dataLength > ONE_BYTE_MAX ? 2 : 1);
  return bytes.subarray(start, start + dataLength);
}
