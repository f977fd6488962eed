/** Compresses the records of a log: Snappy, or Zstandard by Node where it has it. */
import { snappyCompress } from '../encoding/snappy.js';
import { loadZstdEncoder } from '../encoding/zstd-encoder.js';
import { unreachable } from '../model/assert.js';
import { COMPRESSION_SNAPPY, COMPRESSION_ZSTD } from './format.js';
import type { WalCompression } from './log.js';

export interface Compressor {
  /** What stands in the type byte of each fragment. */
  readonly flag: number;
  /** The compressed record, valid until the next call; it may be larger. */
  compress(record: Uint8Array): Uint8Array;
}

const SNAPPY: Compressor = { flag: COMPRESSION_SNAPPY, compress: snappyCompress };

/** Null for `none`. */
export async function loadCompressor(kind: WalCompression): Promise<Compressor | null> {
  switch (kind) {
    case 'none':
      return null;
    case 'snappy':
      return SNAPPY;
    case 'zstd':
      return { flag: COMPRESSION_ZSTD, compress: await loadZstdEncoder() };
    default:
      return unreachable(kind);
  }
}
