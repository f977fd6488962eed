/** Words big-endian, as chunks have them: WebAssembly has no byte swap, but a shuffle. */

/** The bytes of two words, each from its end. */
const TURNED: v128 = i8x16(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);

// @ts-ignore: decorator
@inline
export function storeBig(at: usize, word: u64): void {
  v128.store64_lane(at, i8x16.swizzle(i64x2.splat(word), TURNED), 0);
}

// @ts-ignore: decorator
@inline
export function loadBig(at: usize): u64 {
  return i64x2.extract_lane(i8x16.swizzle(v128.load64_zero(at), TURNED), 0);
}

/** Copies words, turned; `bytes` is rounded up to two words. */
// @ts-ignore: decorator
@inline
export function copyTurned(from: usize, to: usize, bytes: usize): void {
  for (const end = from + bytes; from < end; from += 16, to += 16) {
    v128.store(to, i8x16.swizzle(v128.load(from), TURNED));
  }
}
