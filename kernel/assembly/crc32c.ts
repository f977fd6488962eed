/**
 * CRC-32 with Castagnoli's polynomial by sixteen tables, 16 bytes a step (Intel's slicing, after
 * zlib's crc32.c): for chunks the native library's call costs more than their bytes.
 */

/** Where the tables are: below everything else in the memory of a module that has checksums. */
export const CRC_TABLES: usize = 1024;
const CRC_TABLES_BYTES: usize = 16 * 256 * 4;
export const CRC_TABLES_END: usize = CRC_TABLES + CRC_TABLES_BYTES;

const POLYNOMIAL: u32 = 0x82f63b78;

/** Fills the tables; once, when the module starts. */
export function initCrcTables(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (POLYNOMIAL & (0 - (crc & 1)));
    store<u32>(CRC_TABLES + 4 * i, crc);
  }
  for (let i: u32 = 0; i < 256; i++) {
    let crc = load<u32>(CRC_TABLES + 4 * i);
    for (let table: u32 = 1; table < 16; table++) {
      crc = (crc >> 8) ^ load<u32>(CRC_TABLES + 4 * (crc & 0xff));
      store<u32>(CRC_TABLES + 1024 * table + 4 * i, crc);
    }
  }
}

/** The checksum of `length` bytes. */
export function crc32c(at: usize, length: u32): u32 {
  return ~crc32cFrom(~0, at, length);
}

/** What `length` bytes make of `crc`; without the inversions at both ends. */
export function crc32cFrom(crc: u32, at: usize, length: u32): u32 {
  for (; length >= 16; length -= 16, at += 16) {
    // Table n is for the byte that has n bytes behind it; its entries are 4 bytes apart. What waits
    // for the step before comes last.
    const a = load<u32>(at) ^ crc;
    const b = load<u32>(at, 4);
    const c = load<u32>(at, 8);
    const d = load<u32>(at, 12);
    crc =
      load<u32>((d << 2) & 0x3fc, CRC_TABLES + 3 * 1024) ^
      load<u32>((d >> 6) & 0x3fc, CRC_TABLES + 2 * 1024) ^
      load<u32>((d >> 14) & 0x3fc, CRC_TABLES + 1024) ^
      load<u32>((d >> 22) & 0x3fc, CRC_TABLES) ^
      (load<u32>((c << 2) & 0x3fc, CRC_TABLES + 7 * 1024) ^
        load<u32>((c >> 6) & 0x3fc, CRC_TABLES + 6 * 1024) ^
        load<u32>((c >> 14) & 0x3fc, CRC_TABLES + 5 * 1024) ^
        load<u32>((c >> 22) & 0x3fc, CRC_TABLES + 4 * 1024)) ^
      (load<u32>((b << 2) & 0x3fc, CRC_TABLES + 11 * 1024) ^
        load<u32>((b >> 6) & 0x3fc, CRC_TABLES + 10 * 1024) ^
        load<u32>((b >> 14) & 0x3fc, CRC_TABLES + 9 * 1024) ^
        load<u32>((b >> 22) & 0x3fc, CRC_TABLES + 8 * 1024)) ^
      (load<u32>((a << 2) & 0x3fc, CRC_TABLES + 15 * 1024) ^
        load<u32>((a >> 6) & 0x3fc, CRC_TABLES + 14 * 1024) ^
        load<u32>((a >> 14) & 0x3fc, CRC_TABLES + 13 * 1024) ^
        load<u32>((a >> 22) & 0x3fc, CRC_TABLES + 12 * 1024));
  }
  for (; length > 0; length--, at++) {
    crc = (crc >> 8) ^ load<u32>(((load<u8>(at) ^ crc) << 2) & 0x3fc, CRC_TABLES);
  }
  return crc;
}
