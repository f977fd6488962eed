/**
 * Decodes series entries of a block's index (index/series-entry.ts is the definition):
 *
 *     len <uvarint> | body | crc32c(body) <4b>
 *     body    labels <uvarint> | labels × (name <uvarint> | value <uvarint>)
 *             chunks <uvarint> | first chunk | further chunks
 *     first   min time <varint> | max - min time <uvarint> | ref <uvarint>
 *     further min time - previous max time <uvarint> | max - min time <uvarint>
 *             ref - previous ref <varint>
 *
 * Of the chunks those are kept that meet a range. It ends before the first entry that is not whole,
 * sound and as usual; TypeScript says what that is.
 */
import { crc32c } from './crc32c';
import { INPUT, OFFSETS, SERIES_BYTES_MAX, SERIES_MAX, TIMES } from './memory';

const CRC_BYTES: usize = 4;
/** Varints take at most so many bytes. */
const VARINT_BYTES_MAX: u32 = 10;
/** The largest integer that a double holds with all below it. */
const SAFE_MAX: i64 = 9007199254740991;
/** The top bits of eight bytes: a varint's last byte has none. */
const TOPS: u64 = 0x8080808080808080;

/** A chunk takes three bytes at least, a label's two symbols two. */
const CHUNKS_MAX: usize = SERIES_BYTES_MAX / 3;
/** Columns of the chunks of all series, one behind another. */
const MIN_TIMES: usize = TIMES;
const MAX_TIMES: usize = MIN_TIMES + 8 * CHUNKS_MAX;
const REFS: usize = MAX_TIMES + 8 * CHUNKS_MAX;
/** What labels refer to, name and value in turn, likewise. */
const SYMBOLS: usize = REFS + 8 * CHUNKS_MAX;
/** Where the chunks and the symbols of each series end. */
const CHUNK_ENDS: usize = SYMBOLS + 8 * SERIES_BYTES_MAX;
const SYMBOL_ENDS: usize = CHUNK_ENDS + 4 * SERIES_MAX;

/** Where the next byte is, and whether one was missing or a number was too long. */
let next: usize = 0;
let isBad: bool = false;
/** The rows that are filled. */
let chunkRows: usize = 0;
let symbolRows: usize = 0;

/**
 * Decodes the entries that begin at `count` OFFSETS in the `length` bytes at INPUT, up to the first
 * that is unusual, and returns how many. Chunks are kept that meet `[from, to]`.
 */
export function decodeSeriesEntries(length: u32, count: u32, from: f64, to: f64): u32 {
  const end = INPUT + length;
  chunkRows = 0;
  symbolRows = 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    const chunksBefore = chunkRows;
    const symbolsBefore = symbolRows;
    if (!decodeEntry(INPUT + load<u32>(OFFSETS + 4 * i), end, from, to)) {
      chunkRows = chunksBefore;
      symbolRows = symbolsBefore;
      return <u32>i;
    }
    store<u32>(CHUNK_ENDS + 4 * i, <u32>chunkRows);
    store<u32>(SYMBOL_ENDS + 4 * i, <u32>symbolRows);
  }
  return count;
}

function decodeEntry(at: usize, end: usize, from: f64, to: f64): bool {
  next = at;
  isBad = false;
  const bytes = uvarint(end);
  if (isBad || bytes > SERIES_BYTES_MAX || next + <usize>bytes + CRC_BYTES > end) return false;
  const bodyEnd = next + <usize>bytes;
  if (crc32c(next, <u32>bytes) != bswap(load<u32>(bodyEnd))) return false;
  return decodeSymbols(bodyEnd) && decodeChunks(bodyEnd, from, to);
}

function decodeSymbols(end: usize): bool {
  const labels = uvarint(end);
  if (isBad || 2 * labels > SERIES_BYTES_MAX - <u32>symbolRows) return false;
  for (let left = 2 * labels; left > 0; left--) {
    const symbol = uvarint(end);
    if (isBad || symbol > <u64>SAFE_MAX) return false;
    store<f64>(SYMBOLS + 8 * symbolRows, <f64>symbol);
    symbolRows++;
  }
  return true;
}

function decodeChunks(end: usize, from: f64, to: f64): bool {
  const count = uvarint(end);
  if (isBad || count > CHUNKS_MAX - chunkRows) return false;
  if (count == 0) return next == end;
  let min = unzigzag(uvarint(end));
  let max = min + small(uvarint(end));
  let ref = <i64>uvarint(end);
  let row = chunkRows;
  for (let left = count - 1; ; left--) {
    if (isBad || !isSafe(min) || !isSafe(max) || !isSafe(ref) || ref < 0) return false;
    const begins = <f64>min;
    const ends = <f64>max;
    // Whether it is kept is a matter of a row more, not of a jump.
    store<f64>(MIN_TIMES + 8 * row, begins);
    store<f64>(MAX_TIMES + 8 * row, ends);
    store<f64>(REFS + 8 * row, <f64>ref);
    row += <usize>(<u32>(begins <= to) & <u32>(ends >= from));
    if (left == 0) break;
    // Fast path: three numbers of together up to eight bytes, as nearly all are.
    const word = load<u64>(next);
    const first = ~word & TOPS;
    const second = first & (first - 1);
    const third = second & (second - 1);
    if (third != 0) {
      const packed = packedBits(word);
      const a = ctz(first) >> 3;
      const b = ctz(second) >> 3;
      const c = ctz(third) >> 3;
      next += <usize>c + 1;
      min = max + <i64>(packed & ones(7 * (a + 1)));
      max = min + <i64>((packed >> (7 * (a + 1))) & ones(7 * (b - a)));
      ref += unzigzag((packed >> (7 * (b + 1))) & ones(7 * (c - b)));
      isBad = next > end;
    } else {
      // Prometheus once wrote overlapping chunks, whose distance is negative and wraps.
      min = max + <i64>uvarint(end);
      max = min + small(uvarint(end));
      ref += unzigzag(uvarint(end));
    }
  }
  chunkRows = row;
  return next == end;
}

/** A length of time; one that TypeScript refuses could wrap to one that it takes. */
// @ts-ignore: decorator
@inline
function small(value: u64): i64 {
  if (value > <u64>SAFE_MAX) isBad = true;
  return <i64>value;
}

/** The low seven bits of eight bytes, side by side. */
// @ts-ignore: decorator
@inline
function packedBits(word: u64): u64 {
  const bytes = word & ~TOPS;
  const pairs = (bytes & 0x007f007f007f007f) | ((bytes & 0x7f007f007f007f00) >> 1);
  const fours = (pairs & 0x00003fff00003fff) | ((pairs & 0x3fff00003fff0000) >> 2);
  return (fours & 0xfffffff) | ((fours & 0x0fffffff00000000) >> 4);
}

// @ts-ignore: decorator
@inline
function ones(bits: u64): u64 {
  return (<u64>1 << bits) - 1;
}

// @ts-ignore: decorator
@inline
function isSafe(value: i64): bool {
  return value >= -SAFE_MAX && value <= SAFE_MAX;
}

// @ts-ignore: decorator
@inline
function unzigzag(value: u64): i64 {
  return <i64>(value >> 1) ^ -(<i64>(value & 1));
}

/** The varint at `next`, all of whose bytes are before `end`, with all of its 64 bits. */
function uvarint(end: usize): u64 {
  let value: u64 = 0;
  for (let i: u32 = 0; i < VARINT_BYTES_MAX && next < end; i++) {
    const byte = <u64>load<u8>(next++);
    // What a tenth byte has beyond 64 bits is refused, not lost.
    if (i == VARINT_BYTES_MAX - 1 && byte > 1) break;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return value;
  }
  isBad = true;
  return 0;
}
