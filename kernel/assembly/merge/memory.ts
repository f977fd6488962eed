/**
 * The memory of the merge kernel: what all share, then a slot for each block that is read, then the
 * ranks of the blocks' symbols.
 *
 *     crc tables <16 KiB> | lengths | order | members | record <64 KiB>
 *     | batch: places, symbol ends <4b each>, symbols <64 KiB>, chunks <512 KiB> | slots | ranks
 *     slot    head <128b> | symbols <4b each> | min times, max times, refs, places <8b each>
 *             | ids <4b each> | index window <64 KiB> | chunk window <64 KiB> | slack
 */
import { CRC_TABLES_END, initCrcTables } from '../crc32c';

/** kernel/merge-kernel.ts has the same numbers. */
export const WINDOW_BYTES: u32 = 64 * 1024;
export const CHUNKS_MAX: u32 = 1024;
export const SYMBOLS_MAX: u32 = 512;
export const RECORD_BYTES: u32 = 64 * 1024;
const ORDER_MAX: u32 = 64;
const IDS_MAX: u32 = 1024;
export const BATCH_SERIES_MAX: u32 = 256;
export const BATCH_SYMBOLS_MAX: u32 = 16 * 1024;
export const BATCH_CHUNK_BYTES: u32 = 512 * 1024;
export const SERIES_ALIGN: u32 = 16;
const PAGE_BYTES: usize = 64 * 1024;
/** So much may be read behind the end of a chunk. */
const SLACK: usize = 256;

/** The length fields of the chunks that are checked, as 8 bytes each, the rest zeros. */
export const LENGTHS: usize = CRC_TABLES_END;
/** Which slots make a series, in order: their numbers, and what is added to their references. */
export const ORDER: usize = LENGTHS + 8 * CHUNKS_MAX;
export const SHIFTS: usize = ORDER + 4 * ORDER_MAX;
/** The slots that move together (together.ts). */
export const MEMBERS: usize = SHIFTS + 8 * ORDER_MAX;
/** One entry; of a batch all, as they lie in the file. */
export const RECORD: usize = (MEMBERS + 4 * ORDER_MAX + 15) & ~15;
/** Of each series of a batch: where in RECORD it is, in 16 bytes, and where its symbols end. */
export const BATCH_PLACES: usize = RECORD + RECORD_BYTES;
export const BATCH_SYMBOL_ENDS: usize = BATCH_PLACES + 4 * BATCH_SERIES_MAX;
export const BATCH_SYMBOLS: usize = BATCH_SYMBOL_ENDS + 4 * BATCH_SERIES_MAX;
export const BATCH_CHUNKS: usize = BATCH_SYMBOLS + 4 * BATCH_SYMBOLS_MAX;
const SLOTS: usize = BATCH_CHUNKS + BATCH_CHUNK_BYTES;

/** Parts of a slot, from its beginning on. */
export const SYMBOLS: usize = 128;
export const MIN_TIMES: usize = SYMBOLS + 4 * SYMBOLS_MAX;
export const MAX_TIMES: usize = MIN_TIMES + 8 * CHUNKS_MAX;
export const REFS: usize = MAX_TIMES + 8 * CHUNKS_MAX;
/** Of each chunk: where in the window its encoding byte is, and how many bytes of data it has. */
export const PLACES: usize = REFS + 8 * CHUNKS_MAX;
export const IDS: usize = PLACES + 8 * CHUNKS_MAX;
export const INDEX_WINDOW: usize = IDS + 4 * IDS_MAX;
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
/** Of those that move together: how far each is with its next series (together.ts). */
export const STATE: usize = 32;
/** Which of IDS comes next, and how many there are. */
export const NEXT_ID: usize = 36;
export const ID_COUNT: usize = 40;
/** The ranks of the block's symbols, and how many they are. */
export const RANKS_AT: usize = 44;
export const RANK_COUNT: usize = 48;
/** How much the windows hold, and, as floats, what their first byte is in the files. */
export const INDEX_LENGTH: usize = 52;
export const CHUNK_LENGTH: usize = 56;
export const INDEX_START: usize = 64;
export const CHUNK_START: usize = 72;

export const orderAt: u32 = <u32>ORDER;
export const shiftsAt: u32 = <u32>SHIFTS;
export const membersAt: u32 = <u32>MEMBERS;
export const recordAt: u32 = <u32>RECORD;
export const batchPlacesAt: u32 = <u32>BATCH_PLACES;
export const batchSymbolEndsAt: u32 = <u32>BATCH_SYMBOL_ENDS;
export const batchSymbolsAt: u32 = <u32>BATCH_SYMBOLS;
export const batchChunksAt: u32 = <u32>BATCH_CHUNKS;
export const slotsAt: u32 = <u32>SLOTS;
export const slotBytes: u32 = <u32>SLOT_BYTES;
export const symbolsAt: u32 = <u32>SYMBOLS;
export const minTimesAt: u32 = <u32>MIN_TIMES;
export const maxTimesAt: u32 = <u32>MAX_TIMES;
export const refsAt: u32 = <u32>REFS;
export const placesAt: u32 = <u32>PLACES;
export const idsAt: u32 = <u32>IDS;
export const indexWindowAt: u32 = <u32>INDEX_WINDOW;
export const chunkWindowAt: u32 = <u32>CHUNK_WINDOW;

// @ts-ignore: decorator
@inline
export function slotAt(slot: u32): usize {
  return SLOTS + SLOT_BYTES * slot;
}

/** Makes room for `slots` slots and `ranks` ranks, whose place it returns; once, first. */
export function reserve(slots: u32, ranks: u32): u32 {
  const start = slotAt(slots);
  const end = start + 4 * <usize>ranks;
  memory.grow(<i32>((end + PAGE_BYTES - 1) / PAGE_BYTES) - memory.size());
  initCrcTables();
  return <u32>start;
}
