/**
 * Series entries of an index (index/series-entry.ts), in and out:
 *
 *     len <uvarint> | body | crc32c(body) <4b>
 *     body    labels <uvarint> | labels × (name <uvarint> | value <uvarint>)
 *             chunks <uvarint> | first chunk | further chunks
 *     first   min time <varint> | max - min time <uvarint> | ref <uvarint>
 *     further min time - previous max time <uvarint> | max - min time <uvarint>
 *             ref - previous ref <varint>
 */
import { crc32c } from '../crc32c';
import { CRC_BYTES } from '../entry-place';
import {
  CHUNK_COUNT,
  CHUNKS_MAX,
  INDEX_WINDOW,
  IS_IN_TURN,
  MAX_TIMES,
  MIN_TIMES,
  ORDER,
  RECORD,
  REFS,
  SHIFTS,
  slotAt,
  SYMBOL_COUNT,
  SYMBOLS,
  SYMBOLS_MAX,
} from './memory';

/** Times and references beyond are no doubles. */
const SAFE_MAX: i64 = 0x1f_ffff_ffff_ffff;
/** A uvarint of 63 bits. */
const UVARINT_BYTES_MAX: u32 = 9;
/** The length in front of the largest record. */
const LENGTH_BYTES_MAX: usize = 3;

/** What is read next, and where that ends. */
let cursor: usize = 0;
let limit: usize = 0;
let isBad: bool = false;

function uvarint(): u64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 7 * UVARINT_BYTES_MAX && cursor < limit; shift += 7) {
    const byte = <u64>load<u8>(cursor++);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  isBad = true;
  return 0;
}

function varint(): i64 {
  const value = uvarint();
  return <i64>(value >> 1) ^ -(<i64>(value & 1));
}

/**
 * Decodes the entry at `at` in the first `length` bytes of a slot's index window into its columns.
 * 0 where it is not whole, damaged, or has more or larger numbers than go into them.
 */
export function decodeSeries(slot: u32, at: u32, length: u32): u32 {
  const base = slotAt(slot);
  const window = base + INDEX_WINDOW;
  cursor = window + at;
  limit = window + length;
  isBad = false;
  const bytes = uvarint();
  if (isBad || bytes + CRC_BYTES > <u64>(limit - cursor)) return 0;
  limit = cursor + <usize>bytes;
  if (crc32c(cursor, <u32>bytes) != bswap(load<u32>(limit))) return 0;
  if (!decodeSymbols(base)) return 0;
  return decodeChunks(base) && cursor == limit ? 1 : 0;
}

function decodeSymbols(base: usize): bool {
  const labels = uvarint();
  if (isBad || labels > SYMBOLS_MAX / 2) return false;
  const count: u32 = 2 * <u32>labels;
  for (let i: u32 = 0; i < count; i++) {
    const symbol = uvarint();
    if (symbol > <u64>u32.MAX_VALUE) return false;
    store<u32>(base + 4 * i, <u32>symbol, SYMBOLS);
  }
  store<u32>(base, count, SYMBOL_COUNT);
  return !isBad;
}

function decodeChunks(base: usize): bool {
  const chunks = uvarint();
  if (isBad || chunks > CHUNKS_MAX) return false;
  const count = <u32>chunks;
  let maxTime: i64 = 0;
  let ref: i64 = 0;
  let isInTurn = true;
  for (let i: u32 = 0; i < count; i++) {
    const difference = i == 0 ? varint() : <i64>uvarint();
    // The sum of two safe numbers, or of a safe and a positive one, wraps to an unsafe one.
    const minTime = maxTime + difference;
    if (i > 0 && difference <= 0) isInTurn = false;
    if (!isSafe(minTime)) return false;
    maxTime = minTime + <i64>uvarint();
    ref = i == 0 ? <i64>uvarint() : ref + varint();
    if (isBad || !isSafe(maxTime) || !isSafe(ref) || ref < 0) return false;
    const at = base + 8 * i;
    store<f64>(at, <f64>minTime, MIN_TIMES);
    store<f64>(at, <f64>maxTime, MAX_TIMES);
    store<f64>(at, <f64>ref, REFS);
  }
  store<u32>(base, count, CHUNK_COUNT);
  store<u32>(base, isInTurn ? 1 : 0, IS_IN_TURN);
  return true;
}

// @ts-ignore: decorator
@inline
function isSafe(value: i64): bool {
  return value >= -SAFE_MAX && value <= SAFE_MAX;
}

/**
 * Makes one entry of the series that `slots` slots have in hand, in the order of ORDER: the labels
 * of the first, the chunks of all, to whose references SHIFTS are added. Returns how long it is:
 * who calls has seen that it fits. The chunks follow one another.
 */
export function encodeSeries(slots: u32): u32 {
  return encodeSeriesAt(slots, RECORD);
}

/** The same with the record at `record`. */
export function encodeSeriesAt(slots: u32, record: usize): u32 {
  const first = slotAt(load<u32>(ORDER));
  const symbols = load<u32>(first, SYMBOL_COUNT);
  let chunks: u32 = 0;
  for (let i: u32 = 0; i < slots; i++) {
    chunks += load<u32>(slotAt(load<u32>(ORDER + 4 * i)), CHUNK_COUNT);
  }
  const body = record + LENGTH_BYTES_MAX;
  cursor = body;
  putUvarint(symbols / 2);
  for (let i: u32 = 0; i < symbols; i++) putUvarint(load<u32>(first + 4 * i, SYMBOLS));
  putUvarint(chunks);
  putChunks(slots);
  const length = <u32>(cursor - body);
  store<u32>(cursor, bswap(crc32c(body, length)));
  const end = cursor + CRC_BYTES;
  cursor = record;
  putUvarint(length);
  const lengthBytes = cursor - record;
  if (lengthBytes < LENGTH_BYTES_MAX) memory.copy(cursor, body, end - body);
  return <u32>(lengthBytes + (end - body));
}

function putChunks(slots: u32): void {
  let previousMaxTime: i64 = 0;
  let previousRef: i64 = 0;
  let isFirst = true;
  for (let i: u32 = 0; i < slots; i++) {
    const base = slotAt(load<u32>(ORDER + 4 * i));
    const shift = <i64>load<f64>(SHIFTS + 8 * i);
    const count = load<u32>(base, CHUNK_COUNT);
    for (let chunk: u32 = 0; chunk < count; chunk++) {
      const at = base + 8 * chunk;
      const minTime = <i64>load<f64>(at, MIN_TIMES);
      const maxTime = <i64>load<f64>(at, MAX_TIMES);
      const ref = <i64>load<f64>(at, REFS) + shift;
      if (isFirst) putVarint(minTime);
      else putUvarint(minTime - previousMaxTime);
      putUvarint(maxTime - minTime);
      if (isFirst) putUvarint(ref);
      else putVarint(ref - previousRef);
      isFirst = false;
      previousMaxTime = maxTime;
      previousRef = ref;
    }
  }
}

function putUvarint(value: u64): void {
  for (; value >= 0x80; value >>= 7) store<u8>(cursor++, <u8>(value | 0x80));
  store<u8>(cursor++, <u8>value);
}

function putVarint(value: i64): void {
  putUvarint(<u64>((value << 1) ^ (value >> 63)));
}
