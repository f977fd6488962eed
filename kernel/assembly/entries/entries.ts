/**
 * Checks chunk entries where they lie in a window of a segment (chunks/segment-format.ts):
 *
 *     length <uvarint> | encoding <1b> | data <length> | crc32c(encoding, data) <4b>
 *
 * The memory is one window with what is told of the entries in it:
 *
 *     crc tables <16 KiB> | offsets <4b each> | entries <12b each> | window <64 KiB> | slack
 */
import { CRC_TABLES_END, crc32c, initCrcTables } from '../crc32c';

/** kernel/entry-kernel.ts has the same numbers. */
const CHUNKS_MAX: u32 = 1024;
const WINDOW_BYTES: u32 = 64 * 1024;
/** Of each entry: where its encoding byte is, how many bytes of data, how many samples. */
const ENTRY_BYTES: usize = 12;
const LENGTH_BYTES_MAX: u32 = 5;
const COUNT_BYTES: u32 = 2;
const CRC_BYTES: u32 = 4;
const PAGE_BYTES: usize = 64 * 1024;

const OFFSETS: usize = CRC_TABLES_END;
const ENTRIES: usize = OFFSETS + 4 * CHUNKS_MAX;
const WINDOW: usize = ENTRIES + ENTRY_BYTES * CHUNKS_MAX;
const END: usize = WINDOW + WINDOW_BYTES;

export const offsetsAt: u32 = <u32>OFFSETS;
export const entriesAt: u32 = <u32>ENTRIES;
export const windowAt: u32 = <u32>WINDOW;

/**
 * Fills ENTRIES for the `chunks` entries at OFFSETS in the first `length` bytes of the window, and
 * returns how many of them from the first on are whole and have their checksum.
 */
export function checkEntries(length: u32, chunks: u32): u32 {
  for (let i: u32 = 0; i < chunks; i++) {
    let at = load<u32>(OFFSETS + 4 * i);
    let dataBytes: u64 = 0;
    let n: u32 = 0;
    let byte: u64 = 0x80;
    for (; byte >= 0x80 && n < LENGTH_BYTES_MAX; n++, at++) {
      if (at >= length) return i;
      byte = load<u8>(WINDOW + at);
      dataBytes |= (byte & 0x7f) << (7 * n);
    }
    if (byte >= 0x80 || <u64>at + 1 + dataBytes + CRC_BYTES > <u64>length) return i;
    const bytes = <u32>dataBytes;
    if (bytes < COUNT_BYTES) return i;
    const encoding = WINDOW + at;
    const stored = bswap(load<u32>(encoding + 1 + bytes));
    if (crc32c(encoding, 1 + bytes) != stored) return i;
    const entry = ENTRIES + ENTRY_BYTES * i;
    store<u32>(entry, at);
    store<u32>(entry, bytes, 4);
    store<u32>(entry, <u32>bswap<u16>(load<u16>(encoding, 1)), 8);
  }
  return chunks;
}

memory.grow(<i32>((END + PAGE_BYTES - 1) / PAGE_BYTES) - memory.size());
initCrcTables();
