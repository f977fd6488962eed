/**
 * A slot: what appending to the open chunk of one series needs, in one cache line.
 *
 * The chunk's count field is not among the bytes of its blocks, and the bits of a byte that is not
 * full yet wait in the slot: of the words that are stored into blocks only whole bytes count.
 */
import { blockData, blockSize, dataBefore, freeBlocks } from './blocks';
import { LAST_TIMES, REFS, SLOT_BYTES, SLOTS, SLOTS_MAX } from './memory';

/** The words that the fast path stores for a sample, wherever its bits end. */
const SAMPLE_BYTES: usize = 16;
/** A chunk of more bytes takes no further sample (chunks/chunk-cutter.ts), its count among them. */
export const BYTES_BEFORE_APPEND_MAX: u32 = 1024 - 19;
export const COUNT_BYTES: u32 = 2;

// @ts-ignore: decorator
@unmanaged
export class Slot {
  /** The last value's bits. */
  value: u64;
  /** The bits outside the window; all ones while there is no window. */
  outside: u64;
  /** The last difference of times. */
  delta: f64;
  /** The first time that the open chunk may not hold; -Infinity where none is open. */
  nextAt: f64;
  minTime: f64;
  /** The chunk's first block; 0 where none is open. Of a slot that is free: the next one. */
  first: u32;
  /** Where the next byte goes, which may be the end of the last block's data. */
  at: u32;
  /** Up to here the fast path may begin: the block has room, and the chunk may take a sample. */
  limit: u32;
  count: u16;
  /** At this count something is to be decided. */
  eventAt: u16;
  blocks: u8;
  /** How many bits wait, up to seven, and they, from the top on. */
  bits: u8;
  waiting: u8;
  /** The window's leading zeros and its bits. */
  leading: u8;
  size: u8;
  /** Whether `value` is the value of the last time. */
  hasValue: bool;
}

/** One above the highest slot that was ever in use. */
export let slotLimit: u32 = 0;
/** How many slots are in use, and how many of them have an open chunk. */
export let slotsUsed: u32 = 0;
export let chunksOpen: u32 = 0;
/** The first free slot below the limit and one more; they are chained by `first`. */
let freeSlots: u32 = 0;

// @ts-ignore: decorator
@inline
export function slotAt(index: u32): Slot {
  return changetype<Slot>(SLOTS + SLOT_BYTES * <usize>index);
}

// @ts-ignore: decorator
@inline
export function lastTimeAt(index: u32): usize {
  return LAST_TIMES + 8 * <usize>index;
}

/** A slot for the series `ref`, without samples; the highest u32 where all are in use. */
export function addSlot(ref: f64): u32 {
  let index = slotLimit;
  if (freeSlots != 0) {
    index = freeSlots - 1;
    freeSlots = slotAt(index).first;
  } else {
    if (slotLimit == SLOTS_MAX) return ~0;
    slotLimit++;
  }
  slotsUsed++;
  const slot = slotAt(index);
  slot.hasValue = false;
  slot.value = 0;
  clearChunk(slot);
  store<f64>(lastTimeAt(index), -Infinity);
  store<f64>(REFS + 8 * <usize>index, ref);
  return index;
}

/** Makes the slot free, and what its open chunk took. */
export function freeSlot(index: u32): void {
  const slot = slotAt(index);
  if (slot.first != 0) dropChunk(slot);
  slot.first = freeSlots;
  freeSlots = index + 1;
  slotsUsed--;
  store<f64>(lastTimeAt(index), NaN);
  store<f64>(REFS + 8 * <usize>index, 0);
}

/** Says that the series has samples up to `time`, of a value that is not known. */
export function setLastTime(index: u32, time: f64): void {
  slotAt(index).hasValue = false;
  store<f64>(lastTimeAt(index), time);
}

/** Forgets the open chunk and frees its blocks. */
export function dropChunk(slot: Slot): void {
  freeBlocks(slot.first, slot.blocks);
  clearChunk(slot);
  chunksOpen--;
}

function clearChunk(slot: Slot): void {
  slot.first = 0;
  slot.at = 0;
  slot.limit = 0;
  slot.blocks = 0;
  slot.bits = 0;
  slot.waiting = 0;
  slot.count = 0;
  slot.eventAt = 0;
  slot.nextAt = -Infinity;
  slot.outside = ~0;
}

export function countOpenChunk(): void {
  chunksOpen++;
}

/** Where the slot's last block is. */
// @ts-ignore: decorator
@inline
export function lastBlock(slot: Slot): usize {
  return <usize>slot.at & ~(blockSize(slot.blocks - 1) - 1);
}

/** How many bytes the open chunk has as it stands in a file. */
export function chunkBytes(slot: Slot): u32 {
  const whole = dataBefore(slot.blocks - 1) + slot.at - <u32>lastBlock(slot);
  return COUNT_BYTES + whole + (slot.bits != 0 ? 1 : 0);
}

/** Makes `block` the slot's last one, at whose beginning the next byte goes. */
export function enterBlock(slot: Slot, block: usize): void {
  const index = <u32>slot.blocks;
  const before = dataBefore(index) + COUNT_BYTES + 1;
  slot.blocks = <u8>(index + 1);
  slot.at = <u32>block;
  const room = blockData(index) - SAMPLE_BYTES;
  const left = BYTES_BEFORE_APPEND_MAX > before ? BYTES_BEFORE_APPEND_MAX - before : 0;
  // A limit of the block's beginning lets one sample too many pass, so none is below it.
  slot.limit = left == 0 ? <u32>block - 1 : <u32>(block + min(room, <usize>left));
}
