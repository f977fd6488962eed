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

/** Shorter ones are not worth it, longer ones do not fit. */
const FOLDED_MIN: u32 = 384;
const FOLDED_MAX: u32 = 4096;
/** The farthest that a byte goes, and that in whole vectors. */
const REACH: u32 = 209;
const REACH_BYTES: usize = 224;

/** Bytes of memory for what is folded: zeros <224b> | folded bytes | zeros <224b> | rest <240b>. */
export const FOLD_BYTES: usize = REACH_BYTES + FOLDED_MAX + REACH_BYTES + REACH_BYTES + 16;

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
  if (length < FOLDED_MIN || length > FOLDED_MAX) return ~crc32cFrom(~0, at, length);
  const folded = <usize>((length - REACH) & ~15);
  const first = scratch + REACH_BYTES;
  const end = first + folded;
  // What the checksum begins with is added to the first bytes.
  v128.store(first, v128.xor(v128.load(at), i32x4(-1, 0, 0, 0)));
  for (let to = first + 16, from = at + 16; to < end; to += 16, from += 16) {
    v128.store(to, v128.xor(v128.load(from), contributions(to)));
  }
  for (let zero = end; zero < end + REACH_BYTES; zero += 16) v128.store(zero, i64x2(0, 0));
  // What is read behind the chunk's end goes where it is not looked at.
  const rest = end + REACH_BYTES;
  const from = at + folded;
  for (let i: usize = 0; i < REACH_BYTES; i += 16) {
    v128.store(rest + i, v128.xor(v128.load(from + i), contributions(end + i)));
  }
  return ~crc32cFrom(0, rest, length - <u32>folded);
}
