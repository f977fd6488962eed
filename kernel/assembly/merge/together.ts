/**
 * Moves several slots from series to series together, so long as all have the same ones and their
 * chunks go on as they are: then a batch of series is made without anybody else.
 *
 * `advance` returns what it needs, which whoever called it provides before calling again; a slot
 * that has taken its series keeps it meanwhile. What does not go on as it is, is left in the slots.
 */
import { CRC_BYTES } from '../entry-place';
import { checkChunks } from './chunks';
import {
  BATCH_CHUNK_BYTES,
  BATCH_CHUNKS,
  BATCH_PLACES,
  BATCH_SERIES_MAX,
  BATCH_SYMBOL_ENDS,
  BATCH_SYMBOLS,
  BATCH_SYMBOLS_MAX,
  CHUNK_COUNT,
  CHUNK_LENGTH,
  CHUNK_START,
  CHUNK_WINDOW,
  FLOATS,
  HISTOGRAMS,
  ID_COUNT,
  IDS,
  INDEX_LENGTH,
  INDEX_START,
  IS_IN_TURN,
  IS_RUN,
  MAX_TIMES,
  MEMBERS,
  MIN_TIMES,
  NEXT_ID,
  ORDER,
  RANK_COUNT,
  RANKS_AT,
  RECORD,
  RECORD_BYTES,
  REFS,
  RUN_END,
  RUN_START,
  SERIES_ALIGN,
  SHIFTS,
  slotAt,
  STATE,
  SYMBOL_COUNT,
  SYMBOLS,
} from './memory';
import { decodeSeries, encodeSeriesAt } from './series';

/** What is needed; the slot's number stands in the bits from the fourth on. */
const NOTHING: u32 = 0;
const IDS_OF: u32 = 1;
const INDEX_OF: u32 = 2;
const CHUNKS_OF: u32 = 3;
const ROOM: u32 = 4;
const OTHERS: u32 = 5;
const SLOT_SHIFT: u32 = 3;

/** How far a slot is with its next series. */
const IN_FILE: u32 = 0;
const TAKEN: u32 = 1;
const CHECKED: u32 = 2;

const LENGTH_BYTES_MAX: u32 = 5;
/** The most that a symbol, a chunk, and all else take in the entry of a series. */
const SYMBOL_BYTES_MAX: u32 = 5;
const CHUNK_BYTES_MAX: u32 = 27;
const FIXED_BYTES_MAX: u32 = 11 + CRC_BYTES;

/** Of the batch: how many series, symbols, bytes of chunks, chunks and samples. */
export let batchSeries: u32 = 0;
let batchSymbols: u32 = 0;
export let batchChunkBytes: u32 = 0;
export let batchChunks: u32 = 0;
export let batchFloats: u32 = 0;
export let batchHistograms: u32 = 0;
/** Where in RECORD its entries end. */
export let batchEntriesEnd: u32 = 0;
export let batchFirstRef: f64 = 0;
export let batchLastRef: f64 = 0;

/** The reference of what is written next, and how much more the segment takes. */
let place: f64 = 0;
let room: f64 = 0;

/**
 * Begins a batch whose chunks are written at the reference `at` of a segment with that room, and
 * whose entries so many bytes behind a multiple of 16.
 */
export function beginBatch(at: f64, bytes: f64, entriesStart: u32): void {
  place = at;
  room = bytes;
  batchSeries = 0;
  batchSymbols = 0;
  batchChunkBytes = 0;
  batchChunks = 0;
  batchFloats = 0;
  batchHistograms = 0;
  batchEntriesEnd = entriesStart;
}

/**
 * Adds series of the first `members` of MEMBERS to the batch, whose chunks lie in the closed range,
 * until something is needed: OTHERS have to deal with the next one.
 */
export function advance(members: u32, minTime: f64, maxTime: f64): u32 {
  let needed = NOTHING;
  while (needed == NOTHING) needed = addNext(members, minTime, maxTime);
  return needed;
}

/** Adds one series. */
function addNext(members: u32, minTime: f64, maxTime: f64): u32 {
  for (let i: u32 = 0; i < members; i++) {
    const needed = take(load<u32>(MEMBERS + 4 * i));
    if (needed != NOTHING) return needed;
  }
  if (!areAlike(members) || !isAscending() || !lineUp(members, minTime, maxTime)) return OTHERS;
  for (let i: u32 = 0; i < members; i++) {
    const needed = check(load<u32>(MEMBERS + 4 * i));
    if (needed != NOTHING) return needed;
  }
  if (!hasRoom(members)) return batchSeries == 0 ? OTHERS : ROOM;
  add(members);
  for (let i: u32 = 0; i < members; i++) {
    store<u32>(slotAt(load<u32>(MEMBERS + 4 * i)), IN_FILE, STATE);
  }
  return NOTHING;
}

/** Takes the next series of a slot in hand, unless it has it, its symbols as ranks. */
function take(slot: u32): u32 {
  const base = slotAt(slot);
  if (load<u32>(base, STATE) != IN_FILE) return NOTHING;
  const next = load<u32>(base, NEXT_ID);
  if (next == load<u32>(base, ID_COUNT)) return (slot << SLOT_SHIFT) | IDS_OF;
  const offset = <f64>SERIES_ALIGN * <f64>load<u32>(base + 4 * next, IDS);
  const start = load<f64>(base, INDEX_START);
  const length = load<u32>(base, INDEX_LENGTH);
  const at = offset - start;
  if (!(at >= 0 && at < <f64>length) || decodeSeries(slot, <u32>at, length) == 0) {
    return at == 0 && length > 0 ? OTHERS : (slot << SLOT_SHIFT) | INDEX_OF;
  }
  const ranks = <usize>load<u32>(base, RANKS_AT);
  const rankCount = load<u32>(base, RANK_COUNT);
  const symbols = load<u32>(base, SYMBOL_COUNT);
  for (let i: u32 = 0; i < symbols; i++) {
    const symbol = load<u32>(base + 4 * i, SYMBOLS);
    if (symbol >= rankCount) return OTHERS;
    store<u32>(base + 4 * i, load<u32>(ranks + 4 * <usize>symbol), SYMBOLS);
  }
  store<u32>(base, next + 1, NEXT_ID);
  store<u32>(base, TAKEN, STATE);
  return NOTHING;
}

/** Whether all have the same series in hand. */
function areAlike(members: u32): bool {
  const first = slotAt(load<u32>(MEMBERS));
  const count = load<u32>(first, SYMBOL_COUNT);
  for (let i: u32 = 1; i < members; i++) {
    const base = slotAt(load<u32>(MEMBERS + 4 * i));
    if (load<u32>(base, SYMBOL_COUNT) != count) return false;
    for (let s: u32 = 0; s < count; s++) {
      if (load<u32>(base + 4 * s, SYMBOLS) != load<u32>(first + 4 * s, SYMBOLS)) return false;
    }
  }
  return true;
}

/** Whether the series in hand comes behind the one that was added last. */
function isAscending(): bool {
  if (batchSeries == 0) return true;
  const first = slotAt(load<u32>(MEMBERS));
  const count = load<u32>(first, SYMBOL_COUNT);
  const before = batchSeries == 1 ? 0 : load<u32>(BATCH_SYMBOL_ENDS + 4 * (batchSeries - 2));
  const symbols = BATCH_SYMBOLS + 4 * before;
  const countBefore = batchSymbols - before;
  for (let i: u32 = 0; i < count && i < countBefore; i++) {
    const symbol = load<u32>(first + 4 * i, SYMBOLS);
    const symbolBefore = load<u32>(symbols + 4 * i);
    if (symbol != symbolBefore) return symbol > symbolBefore;
  }
  return count > countBefore;
}

/** Puts the members into ORDER by time; whether all is in turn, and within the range. */
function lineUp(members: u32, minTime: f64, maxTime: f64): bool {
  for (let i: u32 = 0; i < members; i++) {
    const slot = load<u32>(MEMBERS + 4 * i);
    const base = slotAt(slot);
    if (load<u32>(base, IS_IN_TURN) == 0 || load<u32>(base, CHUNK_COUNT) == 0) return false;
    const from = load<f64>(base, MIN_TIMES);
    if (from < minTime || lastOf(base, MAX_TIMES) > maxTime) return false;
    let at = i;
    for (; at > 0; at--) {
      const before = load<u32>(ORDER + 4 * (at - 1));
      if (load<f64>(slotAt(before), MIN_TIMES) <= from) break;
      store<u32>(ORDER + 4 * at, before);
    }
    store<u32>(ORDER + 4 * at, slot);
  }
  for (let i: u32 = 1; i < members; i++) {
    const before = slotAt(load<u32>(ORDER + 4 * (i - 1)));
    const base = slotAt(load<u32>(ORDER + 4 * i));
    if (load<f64>(base, MIN_TIMES) <= lastOf(before, MAX_TIMES)) return false;
  }
  return true;
}

/** The last number of a column of the chunks in hand, which are some. */
// @ts-ignore: decorator
@inline
function lastOf(base: usize, column: usize): f64 {
  return load<f64>(base + 8 * (load<u32>(base, CHUNK_COUNT) - 1) + column);
}

/** Has the chunks in hand checked in the window, as a run, unless they are. */
function check(slot: u32): u32 {
  const base = slotAt(slot);
  if (load<u32>(base, STATE) == CHECKED) return NOTHING;
  const count = load<u32>(base, CHUNK_COUNT);
  const start = load<f64>(base, CHUNK_START);
  const length = load<u32>(base, CHUNK_LENGTH);
  const at = load<f64>(base, REFS) - start;
  if (at >= 0 && at < <f64>length && checkChunks(slot, 0, count, start, length) == count) {
    if (load<u32>(base, IS_RUN) == 0) return OTHERS;
    store<u32>(base, CHECKED, STATE);
    return NOTHING;
  }
  return at == 0 && length > 0 ? OTHERS : (slot << SLOT_SHIFT) | CHUNKS_OF;
}

/** Whether the batch and the segment take the series in hand too. */
function hasRoom(members: u32): bool {
  let bytes: u32 = 0;
  let chunks: u32 = 0;
  for (let i: u32 = 0; i < members; i++) {
    const base = slotAt(load<u32>(MEMBERS + 4 * i));
    bytes += load<u32>(base, RUN_END) - load<u32>(base, RUN_START);
    chunks += load<u32>(base, CHUNK_COUNT);
  }
  const symbols = load<u32>(slotAt(load<u32>(MEMBERS)), SYMBOL_COUNT);
  const record = FIXED_BYTES_MAX + SYMBOL_BYTES_MAX * symbols + CHUNK_BYTES_MAX * chunks;
  if (<f64>(bytes + LENGTH_BYTES_MAX * chunks) > room) return false;
  return (
    batchSeries < BATCH_SERIES_MAX &&
    batchSymbols + symbols <= BATCH_SYMBOLS_MAX &&
    batchEntriesEnd + SERIES_ALIGN + record <= RECORD_BYTES &&
    batchChunkBytes + bytes <= BATCH_CHUNK_BYTES
  );
}

/** Adds the series in hand to the batch. */
function add(members: u32): void {
  for (let i: u32 = 0; i < members; i++) {
    const base = slotAt(load<u32>(ORDER + 4 * i));
    const from = load<u32>(base, RUN_START);
    const bytes = load<u32>(base, RUN_END) - from;
    store<f64>(SHIFTS + 8 * i, place - load<f64>(base, REFS));
    memory.copy(BATCH_CHUNKS + batchChunkBytes, base + CHUNK_WINDOW + from, bytes);
    batchChunkBytes += bytes;
    batchChunks += load<u32>(base, CHUNK_COUNT);
    batchFloats += load<u32>(base, FLOATS);
    batchHistograms += load<u32>(base, HISTOGRAMS);
    place += <f64>bytes;
    room -= <f64>bytes;
  }
  const first = slotAt(load<u32>(ORDER));
  const last = slotAt(load<u32>(ORDER + 4 * (members - 1)));
  const symbols = load<u32>(first, SYMBOL_COUNT);
  const start = (batchEntriesEnd + SERIES_ALIGN - 1) & ~(SERIES_ALIGN - 1);
  memory.fill(RECORD + batchEntriesEnd, 0, start - batchEntriesEnd);
  batchEntriesEnd = start + encodeSeriesAt(members, RECORD + start);
  memory.copy(BATCH_SYMBOLS + 4 * batchSymbols, first + SYMBOLS, 4 * symbols);
  batchSymbols += symbols;
  store<u32>(BATCH_PLACES + 4 * batchSeries, start / SERIES_ALIGN);
  store<u32>(BATCH_SYMBOL_ENDS + 4 * batchSeries, batchSymbols);
  if (batchSeries == 0) batchFirstRef = load<f64>(first, REFS) + load<f64>(SHIFTS);
  batchLastRef = lastOf(last, REFS) + load<f64>(SHIFTS + 8 * (members - 1));
  batchSeries++;
}
