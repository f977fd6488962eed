/**
 * CRC-32 with Castagnoli's polynomial by sixteen tables, 16 bytes a step (Intel's slicing, after
 * zlib's crc32.c): for chunks the native library's call costs more than their bytes.
 */
import { CRC_TABLES } from './memory';

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

// @ts-ignore: decorator
@inline
function entry(table: u32, byte: u32): u32 {
  return load<u32>(CRC_TABLES + 1024 * table + ((byte & 0xff) << 2));
}

/** The CRC's effect of one 32-bit word whose last byte has `table` further bytes behind it. */
// @ts-ignore: decorator
@inline
function word(table: u32, bits: u32): u32 {
  return (
    entry(table + 3, bits) ^
    entry(table + 2, bits >> 8) ^
    entry(table + 1, bits >> 16) ^
    entry(table, bits >> 24)
  );
}

/** One step of 16 bytes. */
// @ts-ignore: decorator
@inline
function step(crc: u32, at: usize): u32 {
  return (
    word(12, load<u32>(at) ^ crc) ^
    word(8, load<u32>(at, 4)) ^
    word(4, load<u32>(at, 8)) ^
    word(0, load<u32>(at, 12))
  );
}

/** Carries `crc`, not inverted, over `length` bytes. */
function update(crc: u32, at: usize, length: u32): u32 {
  for (; length >= 16; length -= 16, at += 16) crc = step(crc, at);
  for (; length > 0; length--, at++) crc = (crc >> 8) ^ entry(0, load<u8>(at) ^ crc);
  return crc;
}

/** The checksum of `length` bytes. */
export function crc32c(at: usize, length: u32): u32 {
  return ~update(~0, at, length);
}

/** The second checksum of the last `crc32cPair`. */
export let crcOfB: u32 = 0;

/**
 * The checksums of two ranges; returns that of `a`. Side by side they take little longer than one
 * alone, because each step waits for the one before.
 */
export function crc32cPair(a: usize, aLength: u32, b: usize, bLength: u32): u32 {
  let crcA: u32 = ~0;
  let crcB: u32 = ~0;
  const common = min(aLength, bLength) & ~15;
  const end = a + common;
  for (; a < end; a += 16, b += 16) {
    crcA = step(crcA, a);
    crcB = step(crcB, b);
  }
  crcOfB = ~update(crcB, b, bLength - common);
  return ~update(crcA, a, aLength - common);
}
