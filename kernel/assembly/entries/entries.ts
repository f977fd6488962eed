/**
 * Makes entries of segments of chunks that lie elsewhere (chunks/segment-format.ts):
 *
 *     length <uvarint> | encoding <1b> | data <length> | crc32c(encoding, data) <4b>
 *
 * The memory is a window of what they are made of, and the entries that are made:
 *
 *     crc tables <16 KiB> | window <64 KiB> | slack | made <64 KiB> | slack
 */
import { crc32c, CRC_TABLES_END, initCrcTables } from '../crc32c';
import { CRC_BYTES } from '../entry-place';

/** kernel/entry-kernel.ts has the same numbers. */
const WINDOW_BYTES: u32 = 64 * 1024;
/** Where in an entry of chunks_head its encoding is, and what else may stand there. */
const HEAD_ENCODING: usize = 24;
const OUT_OF_ORDER_FLAG: u8 = 0x80;
const PAGE_BYTES: usize = 64 * 1024;

/** So much may be read behind the end of a chunk, and written behind that of an entry. */
const SLACK: usize = 256;

const WINDOW: usize = CRC_TABLES_END;
const MADE: usize = WINDOW + WINDOW_BYTES + SLACK;
const END: usize = MADE + WINDOW_BYTES + SLACK;

export const windowAt: u32 = <u32>WINDOW;
export const madeAt: u32 = <u32>MADE;

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
  const crc = crc32c(out, 1 + length);
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
  if (crc32c(WINDOW, covered) != stored) return 0;
  const encoding = load<u8>(WINDOW + HEAD_ENCODING) & ~OUT_OF_ORDER_FLAG;
  return makeEntry(header, length, encoding, to);
}

memory.grow(<i32>((END + PAGE_BYTES - 1) / PAGE_BYTES) - memory.size());
initCrcTables();
