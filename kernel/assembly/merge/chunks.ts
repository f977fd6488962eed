/**
 * Checks chunk entries where they lie in a window of a segment (chunks/segment-format.ts):
 *
 *     length <uvarint> | encoding <1b> | data <length> | crc32c(encoding, data) <4b>
 *
 * What lies in one piece is checked in one, which takes half the time of one by one. As polynomials
 * the bytes from the encoding to the checksum, its first four inverted and the last four turned
 * round and inverted, are a multiple of CRC-32C's, and so are several one behind the other with
 * zeros between them. So they are made that for a moment, in place, and their remainder has to be
 * zero. As with one chunk, that finds any damage of one for certain that its own checksum finds for
 * certain, and of several all but one in 2^32.
 */
import { crc32c, crc32cFrom } from '../crc32c';
import { CRC_BYTES, placeOf } from '../entry-place';
import {
  CHUNK_WINDOW,
  FLOATS,
  HISTOGRAMS,
  IS_RUN,
  LENGTHS,
  PLACES,
  REFS,
  RUN_END,
  RUN_START,
  slotAt,
} from './memory';

/** Encodings whose data begin with the number of samples (chunks/chunk.ts). */
const XOR: u8 = 1;
const HISTOGRAM: u8 = 2;
const FLOAT_HISTOGRAM: u8 = 3;
const XOR2: u8 = 4;

/** Shorter ones are checked one by one. */
const RUN_BYTES_MIN: u32 = 1024;

/**
 * Checks the chunks `[from, to)` of a slot's REFS in the first `length` bytes of its chunk window,
 * which begins at the reference `start`. Returns how many from the first on are whole and have
 * their checksum, tells their PLACES, and whether they are a run: one behind the other, with
 * numbers of samples that are known.
 */
export function checkChunks(slot: u32, from: u32, to: u32, start: f64, length: u32): u32 {
  const base = slotAt(slot);
  const end = findChunks(base, from, to, start, length);
  const isLong = isWhole && runEnd - runStart >= RUN_BYTES_MIN;
  if (isLong && isRunGood(base, from, end)) return end - from;
  for (let i = from; i < end; i++) if (!isChunkGood(base, i)) return i - from;
  return end - from;
}

/** Whether the chunks that were found last are one behind the other, and where they are. */
let isWhole: bool = false;
let runStart: u32 = 0;
let runEnd: u32 = 0;

/** Finds where chunks are; returns the first that is not whole in the window. */
function findChunks(base: usize, from: u32, to: u32, start: f64, length: u32): u32 {
  let isCounted = true;
  let floats: u32 = 0;
  let histograms: u32 = 0;
  isWhole = true;
  runStart = 0;
  runEnd = 0;
  let i = from;
  for (; i < to; i++) {
    const offset = load<f64>(base + 8 * i, REFS) - start;
    if (!(offset >= 0 && offset < <f64>length)) break;
    const place = placeOf(base + CHUNK_WINDOW, <u32>offset, length);
    if (place == 0) break;
    const at = <u32>(place >> 32);
    const bytes = <u32>place;
    store<u32>(base + 8 * i, at, PLACES);
    store<u32>(base + 8 * i, bytes, PLACES + 4);
    if (i == from) runStart = <u32>offset;
    else if (<u32>offset != runEnd) isWhole = false;
    runEnd = at + 1 + bytes + CRC_BYTES;
    const encoding = base + CHUNK_WINDOW + at;
    const samples = <u32>bswap<u16>(load<u16>(encoding, 1));
    const kind = load<u8>(encoding);
    if (kind == XOR || kind == XOR2) floats += samples;
    else if (kind == HISTOGRAM || kind == FLOAT_HISTOGRAM) histograms += samples;
    else isCounted = false;
  }
  store<u32>(base, isWhole && isCounted ? 1 : 0, IS_RUN);
  store<u32>(base, runStart, RUN_START);
  store<u32>(base, runEnd, RUN_END);
  store<u32>(base, floats, FLOATS);
  store<u32>(base, histograms, HISTOGRAMS);
  return i;
}

function isChunkGood(base: usize, i: u32): bool {
  const encoding = base + CHUNK_WINDOW + load<u32>(base + 8 * i, PLACES);
  const bytes = 1 + load<u32>(base + 8 * i, PLACES + 4);
  return crc32c(encoding, bytes) == bswap(load<u32>(encoding + bytes));
}

/** Whether the chunks `[from, to)`, which are one behind the other, have their checksums. */
function isRunGood(base: usize, from: u32, to: u32): bool {
  const window = base + CHUNK_WINDOW;
  let offset = window + runStart;
  for (let i = from; i < to; i++) {
    const encoding = window + load<u32>(base + 8 * i, PLACES);
    const crc = encoding + 1 + load<u32>(base + 8 * i, PLACES + 4);
    const field = load<u64>(offset) & ((<u64>1 << (8 * <u64>(encoding - offset))) - 1);
    store<u64>(LENGTHS + 8 * i, field);
    store<u64>(offset, load<u64>(offset) ^ field);
    store<u32>(crc, ~bswap(load<u32>(crc)));
    store<u32>(encoding, ~load<u32>(encoding));
    offset = crc + CRC_BYTES;
  }
  const remainder = crc32cFrom(0, window + runStart, runEnd - runStart);
  offset = window + runStart;
  for (let i = from; i < to; i++) {
    const encoding = window + load<u32>(base + 8 * i, PLACES);
    const crc = encoding + 1 + load<u32>(base + 8 * i, PLACES + 4);
    store<u32>(encoding, ~load<u32>(encoding));
    store<u32>(crc, ~bswap(load<u32>(crc)));
    store<u64>(offset, load<u64>(offset) ^ load<u64>(LENGTHS + 8 * i));
    offset = crc + CRC_BYTES;
  }
  return remainder == 0;
}
