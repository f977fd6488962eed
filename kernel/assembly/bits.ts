/**
 * Reading bits, most significant first, at any position with one load and a shift.
 *
 * WebAssembly has no byte swap, so the run is reversed once, 16 bytes a shuffle: then the eight
 * bytes from a position on are a little-endian word that ends there, aligned or not. A position `q`
 * counts backwards: it is the number of bits behind the next one, slack not counted. Reading behind
 * the end of the run gives whatever is there; whoever reads compares `q` with where his bits end.
 */
import { INPUT, INPUT_SLACK, REVERSED } from './memory';

/** Where the byte with the bits 0 to 7 is. */
const FIRST: usize = REVERSED - INPUT_SLACK;

/** How many bits of a window are there whatever the position. */
export const WINDOW_BITS: u32 = 57;

/**
 * Reverses `length` bytes of the input, padded to 16, and returns the position of its first bit.
 */
export function reverseInput(length: u32): u32 {
  const padded = (length + 15) & ~15;
  let to = REVERSED + padded;
  for (let from = INPUT; from < INPUT + padded; from += 16) {
    const words = v128.load(from);
    to -= 16;
    v128.store(
      to,
      i8x16.shuffle(words, words, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
    );
  }
  return 8 * (padded + <u32>INPUT_SLACK) - 1;
}

/** The bits from `q` on in a word's upper end, WINDOW_BITS of them at least, and zeros. */
// @ts-ignore: decorator
@inline
export function window(q: u32): u64 {
  return load<u64>(q >> 3, FIRST - 7) << (~q & 7);
}

/** The 64 bits from `q` on. */
// @ts-ignore: decorator
@inline
export function wideWindow(q: u32): u64 {
  const high = load<u64>(q >> 3, FIRST - 7) << (~q & 7);
  return high | (<u64>load<u8>(q >> 3, FIRST - 8) >> ((q & 7) + 1));
}
