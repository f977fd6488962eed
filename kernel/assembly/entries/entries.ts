/**
 * Checks chunk entries where they lie in a window of a segment, and makes entries of chunks that
 * lie elsewhere (chunks/segment-format.ts):
 *
 *     length <uvarint> | encoding <1b> | data <length> | crc32c(encoding, data) <4b>
 *
 * The memory is one window with what is told of the entries in it, and the entries that are made:
 *
 *     crc tables <16 KiB> | folding | offsets <4b each> | entries <12b each>
 *     | window <64 KiB> | slack | made <64 KiB> | slack
 */
import { CRC_TABLES_END, initCrcTables } from '../crc32c';
import { CRC_BYTES, placeOf } from '../entry-place';
import { FOLD_BYTES, foldedCrc32c } from './fold';

/** kernel/entry-kernel.ts has the same numbers. */
const CHUNKS_MAX: u32 = 1024;
const WINDOW_BYTES: u32 = 64 * 1024;
/** Of each entry: where its encoding byte is, how many bytes of data, how many samples. */
const ENTRY_BYTES: usize = 12;
/** Where in an entry of chunks_head its encoding is, and what else may stand there. */
const HEAD_ENCODING: usize = 24;
const OUT_OF_ORDER_FLAG: u8 = 0x80;
const PAGE_BYTES: usize = 64 * 1024;

/** So much may be read behind the end of a chunk, and written behind that of an entry. */
const SLACK: usize = 256;

const FOLD: usize = CRC_TABLES_END;
const OFFSETS: usize = FOLD + ((FOLD_BYTES + 15) & ~15);
const ENTRIES: usize = OFFSETS + 4 * CHUNKS_MAX;
const WINDOW: usize = ENTRIES + ENTRY_BYTES * CHUNKS_MAX;
const MADE: usize = WINDOW + WINDOW_BYTES + SLACK;
const END: usize = MADE + WINDOW_BYTES + SLACK;

export const offsetsAt: u32 = <u32>OFFSETS;
export const entriesAt: u32 = <u32>ENTRIES;
export const windowAt: u32 = <u32>WINDOW;
export const madeAt: u32 = <u32>MADE;

/**
 * Fills ENTRIES for the `chunks` entries at OFFSETS in the first `length` bytes of the window, and
 * returns how many of them from the first on are whole and have their checksum.
 */
export function checkEntries(length: u32, chunks: u32): u32 {
  for (let i: u32 = 0; i < chunks; i++) {
    const place = placeOf(WINDOW, load<u32>(OFFSETS + 4 * i), length);
    if (place == 0) return i;
    const at = <u32>(place >> 32);
    const bytes = <u32>place;
    const encoding = WINDOW + at;
    const stored = bswap(load<u32>(encoding + 1 + bytes));
    if (foldedCrc32c(encoding, 1 + bytes, FOLD) != stored) return i;
    const entry = ENTRIES + ENTRY_BYTES * i;
    store<u32>(entry, at);
    store<u32>(entry, bytes, 4);
    store<u32>(entry, <u32>bswap<u16>(load<u16>(encoding, 1)), 8);
  }
  return chunks;
}

/**
 * Makes an entry at `to` of MADE, of `length` bytes of data that begin at `at` of the window, and
 * returns how long it is.
 */
export function makeEntry(at: u32, length: u32, encoding: u32, to: u32): u32 {
  let out = MADE + to;
  for (let rest = length; ; rest >>= 7) {
    store<u8>(out++, <u8>(rest < 0x80 ? rest : rest | 0x80));
    if (rest < 0x80) break;
  }
  store<u8>(out, <u8>encoding);
  memory.copy(out + 1, WINDOW + at, length);
  const crc = foldedCrc32c(out, 1 + length, FOLD);
  store<u32>(out + 1 + length, bswap(crc));
  return <u32>(out + 1 + length + CRC_BYTES - MADE) - to;
}

/**
 * The same of an entry of chunks_head (head/finish.ts) at the window's beginning, of `length` bytes
 * of data behind `header` others; 0 where it has not its checksum.
 */
export function takeHeadEntry(header: u32, length: u32, to: u32): u32 {
  const covered = header + length;
  const stored = bswap(load<u32>(WINDOW + covered));
  if (foldedCrc32c(WINDOW, covered, FOLD) != stored) return 0;
  const encoding = load<u8>(WINDOW + HEAD_ENCODING) & ~OUT_OF_ORDER_FLAG;
  return makeEntry(header, length, encoding, to);
}

memory.grow(<i32>((END + PAGE_BYTES - 1) / PAGE_BYTES) - memory.size());
initCrcTables();
