/**
 * The checksum of a chunk with fewer table look-ups: most of its bytes are added to bytes behind
 * them, so that what is left, the last 209 to 224, has the same checksum (the method of "Chorba",
 * which zlib-ng has too).
 *
 * Castagnoli's polynomial divides y^209 + y^144 + y^54 + y^39 + y^14 + 1 with y = x^8: so a byte
 * may be taken away where it is added 65, 155, 170, 195 and 209 bytes further on. No shorter sum of
 * six powers has that; the nearest of its bytes is far enough away for vectors of sixteen.
 */
import { crc32cFrom } from '../crc32c';

/** Shorter ones are not worth it. */
const FOLDED_MIN: u32 = 384;
/** So much is folded before what it adds to what follows is moved to the front. */
const BLOCK_BYTES: usize = 4096;
/** The farthest that a byte goes, and that in whole vectors. */
const REACH: u32 = 209;
const REACH_BYTES: usize = 224;

/** Bytes of memory for what is folded: before <224b> | a block | rest <240b>. */
export const FOLD_BYTES: usize = REACH_BYTES + BLOCK_BYTES + REACH_BYTES + 16;

// @ts-ignore: decorator
@inline
function contributions(at: usize): v128 {
  return v128.xor(
    v128.xor(v128.load(at - 65), v128.load(at - 155)),
    v128.xor(v128.xor(v128.load(at - 170), v128.load(at - 195)), v128.load(at - 209)),
  );
}

/** The checksum of `length` bytes; `scratch` are FOLD_BYTES that nobody else writes to. */
export function foldedCrc32c(at: usize, length: u32, scratch: usize): u32 {
  if (length < FOLDED_MIN) return ~crc32cFrom(~0, at, length);
  return ~foldedFrom(~0, at, length, scratch);
}

/** What at least REACH + 16 bytes make of `crc`; without the inversions at both ends. */
export function foldedFrom(crc: u32, at: usize, length: u32, scratch: usize): u32 {
  const block = scratch + REACH_BYTES;
  clear(scratch);
  // What the checksum begins with is added to the first bytes.
  v128.store(block, v128.xor(v128.load(at), i32x4(crc, 0, 0, 0)));
  let to = block + 16;
  let from = at + 16;
  let left = <usize>((length - REACH) & ~15);
  while (left > 0) {
    const bytes = min(left, BLOCK_BYTES);
    for (const end = block + bytes; to < end; to += 16, from += 16) {
      v128.store(to, v128.xor(v128.load(from), contributions(to)));
    }
    for (let i: usize = 0; i < REACH_BYTES; i += 16) {
      v128.store(scratch + i, v128.load(scratch + bytes + i));
    }
    left -= bytes;
    to = block;
  }
  clear(block);
  // What is read behind the end goes where it is not looked at.
  const rest = block + REACH_BYTES;
  for (let i: usize = 0; i < REACH_BYTES; i += 16) {
    v128.store(rest + i, v128.xor(v128.load(from + i), contributions(block + i)));
  }
  return crc32cFrom(0, rest, length - <u32>(from - at));
}

// @ts-ignore: decorator
@inline
function clear(at: usize): void {
  for (let end = at + REACH_BYTES; at < end; at += 16) v128.store(at, i64x2(0, 0));
}
