/**
 * CRC-32 with Castagnoli's polynomial: the native library's call costs more than a chunk's bytes.
 *
 * By sixteen tables, 16 bytes a step (Intel's slicing, after zlib's crc32c.c). Of more bytes the
 * most are first added to bytes behind them, so that what is left, the last 112, has the same
 * checksum (the method of "Chorba", which zlib-ng has too): the polynomial divides y^104 + y^57 +
 * y^53 + y^49 + y^19 + y^14 + y^4 + 1 with y = x^8, so a byte may be taken away where it is added
 * 47, 51, 55, 85, 90, 100 and 104 bytes further on. That is the shortest sum of eight powers where
 * the nearest of them is two vectors away, and seven vectors are few enough for registers.
 */

/** Where the tables are: below everything else in the memory of a module that has checksums. */
export const CRC_TABLES: usize = 1024;
const CRC_TABLES_BYTES: usize = 16 * 256 * 4;
export const CRC_TABLES_END: usize = CRC_TABLES + CRC_TABLES_BYTES;

const POLYNOMIAL: u32 = 0x82f63b78;
/** Fewer bytes are not worth it. */
const FOLDED_MIN: u32 = 256;
/** The farthest that a byte goes, in whole vectors. */
const REACH_BYTES: usize = 112;
/** Each byte of a vector its place. */
const PLACES: v128 = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

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
  const odd = length & 15;
  const end = at + length;
  const first = oddVector(crc, at, odd);
  const rest = odd < 4 ? crc >> (8 * odd) : 0;
  at += odd;
  if (length >= FOLDED_MIN) return foldedFrom(first, rest, at, end);
  crc = odd == 0 ? rest : stepOf(first) ^ rest;
  for (; at < end; at += 16) {
    crc = step(load<u32>(at) ^ crc, load<u32>(at, 4), load<u32>(at, 8), load<u32>(at, 12));
  }
  return crc;
}

/**
 * What the vector `first` and those from `at` to `end` make of zero, where `crc` is added to the
 * first of the latter.
 */
function foldedFrom(first: v128, crc: u32, at: usize, end: usize): u32 {
  let v7 = i64x2(0, 0);
  let v6 = v7;
  let v5 = v7;
  let v4 = v7;
  let v3 = v7;
  let v2 = first;
  let v1 = v128.xor(v128.load(at), i32x4(crc, 0, 0, 0));
  at += 16;
  for (const last = end - REACH_BYTES; at < last; at += 16) {
    const next = v128.xor(v128.load(at), contribution(v7, v6, v5, v4, v3, v2));
    v7 = v6;
    v6 = v5;
    v5 = v4;
    v4 = v3;
    v3 = v2;
    v2 = v1;
    v1 = next;
  }
  // What is left stays where it is: it adds nothing to what follows.
  crc = 0;
  for (; at < end; at += 16) {
    const left = v128.xor(v128.load(at), contribution(v7, v6, v5, v4, v3, v2));
    crc = stepOf(v128.xor(left, i32x4(crc, 0, 0, 0)));
    v7 = v6;
    v6 = v5;
    v5 = v4;
    v4 = v3;
    v3 = v2;
    v2 = v1;
    v1 = i64x2(0, 0);
  }
  return crc;
}

/** What is added to a vector by the seven before it, of which the nearest adds nothing. */
// @ts-ignore: decorator
@inline
function contribution(v7: v128, v6: v128, v5: v128, v4: v128, v3: v128, v2: v128): v128 {
  return v128.xor(
    v128.xor(
      v128.xor(
        i8x16.shuffle(v7, v6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23),
        i8x16.shuffle(v7, v6, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27),
      ),
      v128.xor(
        i8x16.shuffle(v6, v5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21),
        i8x16.shuffle(v6, v5, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26),
      ),
    ),
    v128.xor(
      v128.xor(
        i8x16.shuffle(v4, v3, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24),
        i8x16.shuffle(v4, v3, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28),
      ),
      i8x16.shuffle(v3, v2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
    ),
  );
}

/**
 * The first `odd` (below 16) bytes with zeros in front, which change nothing, and as much of `crc`
 * added as they take: what is behind them is whole vectors.
 */
// @ts-ignore: decorator
@inline
function oddVector(crc: u32, at: usize, odd: u32): v128 {
  return i8x16.swizzle(
    v128.xor(v128.load(at), i32x4(crc, 0, 0, 0)),
    v128.add<i8>(PLACES, i8x16.splat(<i8>(odd - 16))),
  );
}

/** What a vector makes of zero. */
// @ts-ignore: decorator
@inline
function stepOf(words: v128): u32 {
  return step(
    i32x4.extract_lane(words, 0),
    i32x4.extract_lane(words, 1),
    i32x4.extract_lane(words, 2),
    i32x4.extract_lane(words, 3),
  );
}

/** The same of its four words. */
// @ts-ignore: decorator
@inline
function step(a: u32, b: u32, c: u32, d: u32): u32 {
  // Table n is for the byte that has n bytes behind it; its entries are 4 bytes apart. What waits
  // for the step before comes last.
  return (
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
      load<u32>((a >> 22) & 0x3fc, CRC_TABLES + 12 * 1024))
  );
}
