/**
 * The module's memory: tables and columns at fixed places, all copied in, and the text that comes
 * out. What fits is what `kernel/number-text.ts` checks before it calls.
 *
 *     powers   617 powers of ten, 128 bits each (high, low)
 *     tens     1, 10, 100…, 10^19, of 64 bits
 *     pairs    `00` to `99`
 *     prefixes ends of the prefixes <u32>, and their bytes
 *     values   POINTS_MAX doubles
 *     output   the text
 */

/** Points of a call, and the bytes that their prefixes may have. */
export const POINTS_MAX: u32 = 4096;
export const PREFIX_BYTES_MAX: u32 = 40 * POINTS_MAX;
/** The longest double is `-2.2250738585072014e-308`; a quote and a bracket follow. */
export const VALUE_BYTES_MAX: u32 = 26;

const POWERS: usize = 1024;
const POWERS_BYTES: usize = 617 * 16;
const TENS: usize = POWERS + POWERS_BYTES;
const PAIRS: usize = TENS + 8 * 20;
const ENDS: usize = PAIRS + 2 * 100 + 8;
const PREFIXES: usize = ENDS + 4 * (<usize>POINTS_MAX + 1) + 4;
const VALUES: usize = (PREFIXES + <usize>PREFIX_BYTES_MAX + 15) & ~7;
const OUTPUT: usize = VALUES + 8 * <usize>POINTS_MAX;
const END: usize =
  OUTPUT + <usize>PREFIX_BYTES_MAX + <usize>VALUE_BYTES_MAX * <usize>POINTS_MAX + 1024;

export const powersAt: u32 = <u32>POWERS;
export const tensAt: u32 = <u32>TENS;
export const pairsAt: u32 = <u32>PAIRS;
export const endsAt: u32 = <u32>ENDS;
export const prefixesAt: u32 = <u32>PREFIXES;
export const valuesAt: u32 = <u32>VALUES;
export const outputAt: u32 = <u32>OUTPUT;

/** Makes room for all of it. */
export function initialize(): void {
  const pages = <i32>((END + 0xffff) >> 16);
  if (memory.size() < pages) memory.grow(pages - memory.size());
  let power: u64 = 1;
  for (let i: usize = 0; i < 20; i++, power *= 10) store<u64>(TENS + 8 * i, power);
  for (let i: usize = 0; i < 100; i++) {
    store<u8>(PAIRS + 2 * i, 0x30 + <u8>(i / 10));
    store<u8>(PAIRS + 2 * i, 0x30 + <u8>(i % 10), 1);
  }
}
