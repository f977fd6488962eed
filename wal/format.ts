/**
 * The numbers and names of a log directory (`wal/`, `wbl/`, a checkpoint): tsdb/wlog/wlog.go.
 *
 *     segment   page <32768b> | page | …              the last page of the last segment may be short
 *     page      fragment | fragment | … | zeros       a fragment never crosses a page
 *     fragment  type <1b> | length <2b> | crc32c of data <4b> | data
 *     type      bits 0-2: 0 rest of page is zeros, 1 full, 2 first, 3 middle, 4 last
 *               bit 3: snappy, bit 4: zstd (of the whole record), bits 5-7: zero
 *
 * See docs/format/wal.md.
 */
import { assert } from '../model/assert.js';

export const PAGE_BYTES = 32 * 1024;
export const FRAGMENT_HEADER_BYTES = 7;

/** Where in a fragment its data's length and checksum stand. */
export const FRAGMENT_LENGTH_OFFSET = 1;
export const FRAGMENT_CRC_OFFSET = 3;

export const FRAGMENT_TYPE_MASK = 0x07;
export const FRAGMENT_PAGE_END = 0;
export const FRAGMENT_FULL = 1;
export const FRAGMENT_FIRST = 2;
export const FRAGMENT_MIDDLE = 3;
export const FRAGMENT_LAST = 4;

export const COMPRESSION_MASK = 0x18;
export const COMPRESSION_NONE = 0x00;
export const COMPRESSION_SNAPPY = 0x08;
export const COMPRESSION_ZSTD = 0x10;

/**
 * The largest record, stored or decompressed: twice Prometheus' segment, and what a commit of a
 * million new series with 250 bytes of labels each takes. Zstandard has no bound of its own on what
 * a few bytes may grow to.
 */
export const RECORD_BYTES_MAX = 256 * 1024 * 1024;

const CHECKPOINT_PREFIX = 'checkpoint.';

/** The file name of segment `index`: eight digits, more from 10^8 on. */
export function segmentName(index: number): string {
  assert(Number.isSafeInteger(index) && index >= 0, 'a segment index is an integer from 0');
  return String(index).padStart(8, '0');
}

/** The index in a segment's file name; null where `name` is none. */
export function parseSegmentName(name: string): number | null {
  const index = Number(name);
  return /^\d{8,15}$/.test(name) && segmentName(index) === name ? index : null;
}

/** The directory name of the checkpoint that covers the segments up to `index`. */
export function checkpointName(index: number): string {
  return CHECKPOINT_PREFIX + segmentName(index);
}

/** The index in a checkpoint's name; null where `name` is none, or one that was never finished. */
export function parseCheckpointName(name: string): number | null {
  if (!name.startsWith(CHECKPOINT_PREFIX)) return null;
  return parseSegmentName(name.slice(CHECKPOINT_PREFIX.length));
}
