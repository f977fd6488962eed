/**
 * The memory of the merge kernel: what all share, then a slot for each block that is read.
 *
 *     crc tables <16 KiB> | folding | order | record <64 KiB> | slots
 *     slot    head <64b> | symbols <4b each> | min times, max times, refs, places <8b each>
 *             | index window <64 KiB> | chunk window <64 KiB> | slack
 */
import { CRC_TABLES_END, initCrcTables } from '../crc32c';
import { FOLD_BYTES } from '../entries/fold';

/** kernel/merge-kernel.ts has the same numbers. */
export const WINDOW_BYTES: u32 = 64 * 1024;
export const CHUNKS_MAX: u32 = 1024;
export const SYMBOLS_MAX: u32 = 512;
export const RECORD_BYTES: u32 = 64 * 1024;
const ORDER_MAX: u32 = 64;
const PAGE_BYTES: usize = 64 * 1024;
/** So much may be read behind the end of a chunk. */
const SLACK: usize = 256;

export const FOLD: usize = CRC_TABLES_END;
/** Which slots make a series, in order: their numbers, and what is added to their references. */
export const ORDER: usize = FOLD + ((FOLD_BYTES + 15) & ~15);
export const SHIFTS: usize = ORDER + 4 * ORDER_MAX;
export const RECORD: usize = SHIFTS + 8 * ORDER_MAX;
const SLOTS: usize = RECORD + RECORD_BYTES;

/** Parts of a slot, from its beginning on. */
export const SYMBOLS: usize = 64;
export const MIN_TIMES: usize = SYMBOLS + 4 * SYMBOLS_MAX;
export const MAX_TIMES: usize = MIN_TIMES + 8 * CHUNKS_MAX;
export const REFS: usize = MAX_TIMES + 8 * CHUNKS_MAX;
/** Of each chunk: where in the window its encoding byte is, and how many bytes of data it has. */
export const PLACES: usize = REFS + 8 * CHUNKS_MAX;
export const INDEX_WINDOW: usize = PLACES + 8 * CHUNKS_MAX;
export const CHUNK_WINDOW: usize = INDEX_WINDOW + WINDOW_BYTES;
const SLOT_BYTES: usize = CHUNK_WINDOW + WINDOW_BYTES + SLACK;

/** Words of the head: of the series in hand, and of the chunks that were checked last. */
export const SYMBOL_COUNT: usize = 0;
export const CHUNK_COUNT: usize = 4;
export const IS_IN_TURN: usize = 8;
export const IS_RUN: usize = 12;
export const RUN_START: usize = 16;
export const RUN_END: usize = 20;
export const FLOATS: usize = 24;
export const HISTOGRAMS: usize = 28;

export const orderAt: u32 = <u32>ORDER;
export const shiftsAt: u32 = <u32>SHIFTS;
export const recordAt: u32 = <u32>RECORD;
export const slotsAt: u32 = <u32>SLOTS;
export const slotBytes: u32 = <u32>SLOT_BYTES;
export const symbolsAt: u32 = <u32>SYMBOLS;
export const minTimesAt: u32 = <u32>MIN_TIMES;
export const maxTimesAt: u32 = <u32>MAX_TIMES;
export const refsAt: u32 = <u32>REFS;
export const placesAt: u32 = <u32>PLACES;
export const indexWindowAt: u32 = <u32>INDEX_WINDOW;
export const chunkWindowAt: u32 = <u32>CHUNK_WINDOW;

// @ts-ignore: decorator
@inline
export function slotAt(slot: u32): usize {
  return SLOTS + SLOT_BYTES * slot;
}

/** Makes room for `slots` slots; once, before anything else. */
export function reserve(slots: u32): void {
  const end = slotAt(slots);
  memory.grow(<i32>((end + PAGE_BYTES - 1) / PAGE_BYTES) - memory.size());
  initCrcTables();
}
