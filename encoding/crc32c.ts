/** CRC-32 with Castagnoli's polynomial, which every Prometheus file uses. */
import { crc32c as native } from '@node-rs/crc32';

/** The checksum of `bytes`, or of `bytes` behind what had the checksum `previous`. */
export function crc32c(bytes: Uint8Array, previous?: number): number {
  return native(bytes, previous);
}
