/** CRC-32 with Castagnoli's polynomial, which every Prometheus file uses. */
import { createRequire } from 'node:module';
import type * as NodeRs from '@node-rs/crc32';
import { once } from '../model/once.js';

const native = once(
  () => (createRequire(import.meta.url)('@node-rs/crc32') as typeof NodeRs).crc32c,
);

/** Up to this many bytes the table beats a call of the native library and its view. */
const TABLE_BYTES_MAX = 100;

/** The checksum of `bytes`, or of `bytes` behind what had the checksum `previous`. */
export function crc32c(bytes: Uint8Array, previous?: number): number {
  return native()(bytes, previous);
}

/** The checksum of `bytes[start, end)`, for the many that are short: no view, no native call. */
export function crc32cOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > TABLE_BYTES_MAX) return native()(bytes.subarray(start, end));
  let crc = -1;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    crc ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    crc =
      TABLES[768 + (crc & 255)] ^
      TABLES[512 + ((crc >>> 8) & 255)] ^
      TABLES[256 + ((crc >>> 16) & 255)] ^
      TABLES[crc >>> 24];
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ TABLES[(crc ^ bytes[at]) & 255];
  return ~crc >>> 0;
}

/** Four tables of 256: the effect of a byte that 0 to 3 others follow. */
const TABLES = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(4 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    tables[i] = (tables[i - 256] >>> 8) ^ tables[tables[i - 256] & 255];
  }
  return tables;
}
