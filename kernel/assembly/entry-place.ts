/**
 * Where a chunk entry of a segment lies (chunks/segment-format.ts):
 *
 *     length <uvarint> | encoding <1b> | data <length> | crc32c(encoding, data) <4b>
 */

/** Data begins with the number of samples. */
export const COUNT_BYTES: u32 = 2;
export const CRC_BYTES: u32 = 4;
const LENGTH_BYTES_MAX: u32 = 5;

/**
 * Of the entry at `at` in the `length` bytes at `base`: where its encoding byte is, times 2^32, and
 * how many bytes of data it has; 0 where it is not whole.
 */
// @ts-ignore: decorator
@inline
export function placeOf(base: usize, at: u32, length: u32): u64 {
  let dataBytes: u64 = 0;
  let n: u32 = 0;
  let byte: u64 = 0x80;
  for (; byte >= 0x80 && n < LENGTH_BYTES_MAX; n++, at++) {
    if (at >= length) return 0;
    byte = load<u8>(base + at);
    dataBytes |= (byte & 0x7f) << (7 * n);
  }
  if (byte >= 0x80 || <u64>at + 1 + dataBytes + CRC_BYTES > <u64>length) return 0;
  return dataBytes < COUNT_BYTES ? 0 : ((<u64>at) << 32) | dataBytes;
}
