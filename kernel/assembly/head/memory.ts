/**
 * The head kernel's memory, laid out by hand; it is shared and grows, and nothing in it ever moves.
 *
 *     crc tables | finished: columns, entries | scratch | log: window, record <1 MiB>
 *     | staged rows | encoded and framed, here and elsewhere | pages of refs | last times <8b a slot> | refs <8b a slot>
 *     | slots <128b each> | chains <32b a slot> | free blocks <4b each> | heap: blocks, rows
 *
 * All places but the heap's are constants with room for as many slots as 4 GiB can hold: the system
 * lends only the pages that are touched.
 */
import { CRC_TABLES_END } from '../crc32c';

/** How many series a head holds; kernel/head-kernel.ts has the same numbers. */
export const SLOTS_MAX: u32 = 8 * 1024 * 1024;
/** The rows of one portion. */
export const ROWS_MAX: u32 = 16 * 1024;
/** How many chunks the buffer for finished ones takes, and how many bytes. */
export const FINISHED_MAX: u32 = 4096;
export const FINISHED_BYTES_MAX: u32 = 256 * 1024;
/** What is read of a log at a time, and the longest record that is staged. */
export const WINDOW_BYTES: u32 = 256 * 1024;
export const RECORD_BYTES_MAX: u32 = 1024 * 1024;
/** A sample of a record takes ten bytes at least. */
export const STAGED_MAX: u32 = RECORD_BYTES_MAX / 10 + 1;
/** By the upper 18 bits of a ref. */
const REF_PAGES_BYTES: usize = 4 << 18;
/** Two varints and a value, as long as they get; in front a type and two integers. */
const ENCODED_BYTES_MAX: u32 = 28 * ROWS_MAX + 17;
const SLACK: usize = 64;
const ENCODED_ROOM: usize = <usize>ENCODED_BYTES_MAX + SLACK;
/** A page of 32 KiB has up to 14 bytes that are not a record's. */
const FRAMED_ROOM: usize = ENCODED_ROOM + 14 * <usize>(ENCODED_BYTES_MAX / 32768 + 2);

/** Columns of the finished chunks. */
export const FINISHED_MIN: usize = CRC_TABLES_END;
export const FINISHED_MAX_TIME: usize = FINISHED_MIN + 8 * FINISHED_MAX;
export const FINISHED_SLOT: usize = FINISHED_MAX_TIME + 8 * FINISHED_MAX;
export const FINISHED_OFFSET: usize = FINISHED_SLOT + 4 * FINISHED_MAX;
export const FINISHED_LENGTH: usize = FINISHED_OFFSET + 4 * FINISHED_MAX;
export const FINISHED_COUNT: usize = FINISHED_LENGTH + 4 * FINISHED_MAX;
export const FINISHED: usize = FINISHED_COUNT + 4 * FINISHED_MAX;

/** Where readers get a chunk. */
export const SCRATCH: usize = FINISHED + FINISHED_BYTES_MAX + SLACK;
export const SCRATCH_BYTES: u32 = 2048;

export const WINDOW: usize = SCRATCH + SCRATCH_BYTES;
export const RECORD: usize = WINDOW + WINDOW_BYTES + SLACK;

/** Columns of rows, as kernel/sample-rows.ts lays them out. */
export const STAGED: usize = RECORD + RECORD_BYTES_MAX + SLACK;
export const STAGED_TIMES: usize = STAGED;
export const STAGED_VALUES: usize = STAGED + 8 * STAGED_MAX;
export const STAGED_SLOTS: usize = STAGED + 16 * STAGED_MAX;
const STAGED_BYTES: usize = (21 * STAGED_MAX + 7) & ~7;

export const ENCODED: usize = STAGED + STAGED_BYTES;
export const FRAMED: usize = ENCODED + ENCODED_ROOM;
/** Of the thread that writes the log, by a module of its own (encoder.ts). */
export const ENCODED_ELSEWHERE: usize = FRAMED + FRAMED_ROOM;
export const FRAMED_ELSEWHERE: usize = ENCODED_ELSEWHERE + ENCODED_ROOM;

const PAGE_BYTES: usize = 64 * 1024;

export const REF_PAGES: usize = (FRAMED_ELSEWHERE + FRAMED_ROOM + PAGE_BYTES) & ~0xffff;
export const LAST_TIMES: usize = REF_PAGES + REF_PAGES_BYTES;
export const REFS: usize = LAST_TIMES + 8 * <usize>SLOTS_MAX;
export const SLOTS: usize = REFS + 8 * <usize>SLOTS_MAX;
export const SLOT_BYTES: usize = 128;
/** Where the blocks of a slot's open chunk are. */
export const CHAINS: usize = SLOTS + SLOT_BYTES * <usize>SLOTS_MAX;
const CHAIN_BYTES: usize = 32;
/** As many blocks of 128 bytes as 4 GiB hold. */
const FREE_BYTES: usize = 4 << 25;
export const FREE: usize = CHAINS + CHAIN_BYTES * <usize>SLOTS_MAX;
const HEAP: usize = FREE + FREE_BYTES;

/** What memory.grow is asked for at least, in pages: 1 MiB. */
const GROW_PAGES_MIN: u32 = 16;

/** Where the part of the heap begins that was never used, and where the memory ends. */
let heapTop: usize = HEAP;
let heapEnd: usize = HEAP;

/** Makes the memory end where the heap begins. */
export function initMemory(): void {
  if (memory.grow(<i32>(HEAP / PAGE_BYTES) - memory.size()) == -1) unreachable();
}

/** Whether `bytes` more are there, or could be had from the system. */
export function reserveHeap(bytes: usize): bool {
  if (heapEnd - heapTop >= bytes) return true;
  // An eighth more than there is, so that growing stays rare.
  const pages = <u32>((bytes + PAGE_BYTES - 1) / PAGE_BYTES) + 1;
  const wanted = max(max(pages, GROW_PAGES_MIN), <u32>((heapEnd - HEAP) / PAGE_BYTES / 8));
  let before = memory.grow(<i32>wanted);
  if (before == -1) before = memory.grow(<i32>pages);
  if (before == -1) return false;
  // The last page stays unused: where 4 GiB end there is no address for it.
  heapEnd = <usize>(<u32>memory.size() - 1) * PAGE_BYTES;
  return true;
}

/** Takes `bytes`, a multiple of 64, that `reserveHeap` has made sure of. */
export function takeHeap(bytes: usize): usize {
  const at = heapTop;
  heapTop += bytes;
  return at;
}

/** How many bytes of the heap were ever taken. */
export function heapBytes(): u32 {
  return <u32>(heapTop - HEAP);
}
