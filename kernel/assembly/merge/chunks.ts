/** Checks chunk entries where they lie in a window of a segment (chunks/segment-format.ts). */
import { foldedCrc32c } from '../entries/fold';
import { CRC_BYTES, placeOf } from '../entry-place';
import {
  CHUNK_WINDOW,
  FLOATS,
  FOLD,
  HISTOGRAMS,
  IS_RUN,
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

/**
 * Checks the chunks `[from, to)` of a slot's REFS in the first `length` bytes of its chunk window,
 * which begins at the reference `start`. Returns how many from the first on are whole and have
 * their checksum, tells their PLACES, and whether they are a run: one behind the other, with
 * numbers of samples that are known.
 */
export function checkChunks(slot: u32, from: u32, to: u32, start: f64, length: u32): u32 {
  const base = slotAt(slot);
  const window = base + CHUNK_WINDOW;
  let isRun = true;
  let runStart: u32 = 0;
  let runEnd: u32 = 0;
  let floats: u32 = 0;
  let histograms: u32 = 0;
  let i = from;
  for (; i < to; i++) {
    const offset = load<f64>(base + 8 * i, REFS) - start;
    if (!(offset >= 0 && offset < <f64>length)) break;
    const place = placeOf(window, <u32>offset, length);
    if (place == 0) break;
    const at = <u32>(place >> 32);
    const bytes = <u32>place;
    const encoding = window + at;
    const stored = bswap(load<u32>(encoding + 1 + bytes));
    if (foldedCrc32c(encoding, 1 + bytes, FOLD) != stored) break;
    store<u32>(base + 8 * i, at, PLACES);
    store<u32>(base + 8 * i, bytes, PLACES + 4);
    if (i == from) runStart = <u32>offset;
    else if (<u32>offset != runEnd) isRun = false;
    runEnd = at + 1 + bytes + CRC_BYTES;
    const samples = <u32>bswap<u16>(load<u16>(encoding, 1));
    const kind = load<u8>(encoding);
    if (kind == XOR || kind == XOR2) floats += samples;
    else if (kind == HISTOGRAM || kind == FLOAT_HISTOGRAM) histograms += samples;
    else isRun = false;
  }
  store<u32>(base, isRun ? 1 : 0, IS_RUN);
  store<u32>(base, runStart, RUN_START);
  store<u32>(base, runEnd, RUN_END);
  store<u32>(base, floats, FLOATS);
  store<u32>(base, histograms, HISTOGRAMS);
  return i - from;
}
