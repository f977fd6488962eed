/**
 * A slot: what appending to the open chunk of one series needs, in one cache line.
 *
 * The chunk's count field is not among the bytes of its blocks, and the bits of a word that is not
 * full yet wait in the slot.
 */
import { blockData, blockSize, dataBefore, freeBlocks } from './blocks';
import { LAST_TIMES, REFS, SLOT_BYTES, SLOTS, SLOTS_MAX } from './memory';

/** A chunk of more bytes takes no further sample (chunks/chunk-cutter.ts), its count among them. */
export const BYTES_BEFORE_APPEND_MAX: u32 = 1024 - 19;
export const COUNT_BYTES: u32 = 2;
const WORD_BYTES: u32 = 8;

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
  /** The bits that wait, from the top on, and zeros. */
  word: u64;
  /** The chunk's first block; 0 where none is open. Of a slot that is free: the next one. */
  first: u32;
  /** Where the next word goes. */
  at: u32;
  /** Somewhere in the last block. Once `at` is there, something is to be decided: see `settle`. */
  limit: u32;
  /** At this count something is to be decided too, and so many samples are missing until then. */
  eventAt: u16;
  left: u16;
  /** How many bits wait, up to 63. */
  bits: u8;
  /** The window's leading zeros and its bits. */
  leading: u8;
  size: u8;
  blocks: u8;
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
  slot.word = 0;
  slot.bits = 0;
  slot.eventAt = 0;
  slot.left = 0;
  slot.nextAt = -Infinity;
  slot.outside = ~0;
}

/** Begins a chunk in `block`. */
export function openChunk(slot: Slot, block: usize): void {
  slot.first = <u32>block;
  enterBlock(slot, block);
  chunksOpen++;
}

/** How many samples the open chunk has. */
// @ts-ignore: decorator
@inline
export function sampleCount(slot: Slot): u32 {
  return <u32>slot.eventAt - slot.left;
}

/** Has something decided when the chunk, of `count` samples now, has `eventAt`. */
export function decideAt(slot: Slot, eventAt: u32, count: u32): void {
  slot.eventAt = <u16>eventAt;
  slot.left = <u16>(eventAt - count);
}

/** Where the slot's last block is. */
// @ts-ignore: decorator
@inline
export function lastBlock(slot: Slot): usize {
  return <usize>slot.limit & ~(blockSize(slot.blocks - 1) - 1);
}

/** How many bytes the open chunk has as it stands in a file. */
export function chunkBytes(slot: Slot): u32 {
  const words = dataBefore(slot.blocks - 1) + slot.at - <u32>lastBlock(slot);
  return COUNT_BYTES + words + ((<u32>slot.bits + 7) >> 3);
}

/** Makes `block` the slot's last one, where the next word goes. */
export function enterBlock(slot: Slot, block: usize): void {
  const index = <u32>slot.blocks;
  // Before the word that might take the chunk over the limit of bytes.
  const before = COUNT_BYTES + dataBefore(index) + WORD_BYTES;
  const left = BYTES_BEFORE_APPEND_MAX > before ? BYTES_BEFORE_APPEND_MAX - before : 0;
  slot.blocks = <u8>(index + 1);
  slot.at = <u32>block;
  slot.limit = <u32>(block + min(blockData(index), <usize>left));
}
