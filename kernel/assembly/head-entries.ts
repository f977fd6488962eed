/**
 * Finds the entries of a head chunk file (chunks/head-chunk-entry.ts is the definition):
 *
 *     series ref <8b> | min time <8b> | max time <8b> | encoding <1b>, 0x80 out of order |
 *     length <uvarint> | data | crc32c of all that <4b>
 *
 * It ends before the first that is not whole, sound and as usual; TypeScript says what that is.
 */
import { crc32c } from './crc32c';
import { HEAD_ENTRIES_MAX, INPUT, TIMES } from './memory';

const LENGTH_OFFSET: usize = 25;
const CRC_BYTES: usize = 4;
/** Of an entry without data, its length in two bytes. */
const ENTRY_BYTES_MIN: usize = LENGTH_OFFSET + 2 + CRC_BYTES;
/** The largest integer that a double holds with all below it. */
const SAFE_MAX: i64 = 9007199254740991;

/** Columns of the entries. */
const REFS: usize = TIMES;
const MIN_TIMES: usize = REFS + 8 * HEAD_ENTRIES_MAX;
const MAX_TIMES: usize = MIN_TIMES + 8 * HEAD_ENTRIES_MAX;
/** Where each begins, from INPUT, how many bytes its data has, and the first two of them. */
const STARTS: usize = MAX_TIMES + 8 * HEAD_ENTRIES_MAX;
const LENGTHS: usize = STARTS + 4 * HEAD_ENTRIES_MAX;
const COUNTS: usize = LENGTHS + 4 * HEAD_ENTRIES_MAX;
const FLAGS: usize = COUNTS + 4 * HEAD_ENTRIES_MAX;

/** Finds entries from the front of the `length` bytes at INPUT; returns how many. */
export function scanHeadEntries(length: u32): u32 {
  const end = INPUT + length;
  let at = INPUT;
  let row: usize = 0;
  while (at + ENTRY_BYTES_MIN <= end && row < HEAD_ENTRIES_MAX) {
    const ref = <i64>bswap(load<u64>(at));
    const min = <i64>bswap(load<u64>(at, 8));
    const max = <i64>bswap(load<u64>(at, 16));
    if (ref <= 0 || ref > SAFE_MAX || min > max || min < -SAFE_MAX || max > SAFE_MAX) break;
    const first = <usize>load<u8>(at, LENGTH_OFFSET);
    const second = <usize>load<u8>(at, LENGTH_OFFSET + 1);
    if (first >= 0x80 && (second >= 0x80 || second == 0)) break;
    const isShort = first < 0x80;
    const dataStart = at + LENGTH_OFFSET + (isShort ? 1 : 2);
    const dataEnd = dataStart + (isShort ? first : (second << 7) | (first & 0x7f));
    if (dataEnd + CRC_BYTES > end) break;
    if (crc32c(at, <u32>(dataEnd - at)) != bswap(load<u32>(dataEnd))) break;
    store<f64>(REFS + 8 * row, <f64>ref);
    store<f64>(MIN_TIMES + 8 * row, <f64>min);
    store<f64>(MAX_TIMES + 8 * row, <f64>max);
    store<u32>(STARTS + 4 * row, <u32>(at - INPUT));
    store<u32>(LENGTHS + 4 * row, <u32>(dataEnd - dataStart));
    store<u32>(COUNTS + 4 * row, <u32>bswap(load<u16>(dataStart)));
    store<u8>(FLAGS + row, load<u8>(at, LENGTH_OFFSET - 1));
    row++;
    at = dataEnd + CRC_BYTES;
  }
  return <u32>row;
}
