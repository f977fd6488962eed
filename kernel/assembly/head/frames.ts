/** Frames records of a log, as wal/frame-buffer.ts does (that is the definition), uncompressed. */
import { crc32c } from '../crc32c';

const PAGE_BYTES: u32 = 32 * 1024;
const HEADER_BYTES: u32 = 7;
const LENGTH_OFFSET: usize = 1;
const CRC_OFFSET: usize = 3;
const FULL: u8 = 1;
const FIRST: u8 = 2;
const MIDDLE: u8 = 3;
const LAST: u8 = 4;

/**
 * Puts the `length` bytes at `from` to `to` as fragments, for `pageOffset` in a page that has room
 * for a header; returns how many bytes they take.
 */
export function putFrames(to: usize, from: usize, length: u32, pageOffset: u32): u32 {
  let at = to;
  let room = PAGE_BYTES - pageOffset;
  let done: u32 = 0;
  do {
    const part = min(length - done, room - HEADER_BYTES);
    const isLast = done + part == length;
    // The first may be empty: the page may have room for no more.
    store<u8>(at, at == to ? (isLast ? FULL : FIRST) : isLast ? LAST : MIDDLE);
    store<u16>(at + LENGTH_OFFSET, bswap<u16>(<u16>part));
    store<u32>(at + CRC_OFFSET, bswap(crc32c(from + done, part)));
    memory.copy(at + HEADER_BYTES, from + done, part);
    at += HEADER_BYTES + part;
    room -= HEADER_BYTES + part;
    done += part;
    if (room < HEADER_BYTES) {
      memory.fill(at, 0, room);
      at += room;
      room = PAGE_BYTES;
    }
  } while (done < length);
  return <u32>(at - to);
}
