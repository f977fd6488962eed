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
  /** The bits that wait for the rest of their word, from the top on, and zeros. */
  word: u64;
  /**
   * All that each sample changes by adding to it: which bit of the memory is the next one (where
   * the next word goes, and how many bits wait, up to 63), and how many samples are missing until
   * the chunk has `eventAt` (the low sixteen bits).
   */
  state: u64;
  /** The chunk's first block; 0 where none is open. Of a slot that is free: the next one. */
  first: u32;
  /**
   * Which word of the memory; it is somewhere in the last block. Once the next word would go there,
   * something is to be decided: see `settle`.
   */
  limit: u32;
  /** At this count something is to be decided too. */
  eventAt: u16;
  /** The window's leading zeros and its bits. */
  leading: u8;
  size: u8;
  blocks: u8;
  /** Whether `value` is the value of the last time. */
  hasValue: bool;
}

/** Of a slot's state, where the next bit is, and in it the next word. */
const STATE_BIT: u64 = 16;
const STATE_WORD: u64 = STATE_BIT + 6;
const LEFT_MAX: u64 = 0xffff;

/** A state whose next word goes to `at`, where `left` samples are missing. */
export function stateAt(at: usize, left: u64): u64 {
  return (<u64>at << (3 + STATE_BIT)) | left;
}

/** How many samples are missing until something is to be decided. */
// @ts-ignore: decorator
@inline
export function samplesLeft(state: u64): u64 {
  return state & LEFT_MAX;
}

/** How many bits wait; with more bits above them, as shifts do not mind. */
// @ts-ignore: decorator
@inline
export function waitingBits(state: u64): u64 {
  return state >> STATE_BIT;
}

/** Which word of the memory is the next one. */
// @ts-ignore: decorator
@inline
export function wordOf(state: u64): u32 {
  return <u32>(state >> STATE_WORD);
}

/** Where it goes. */
// @ts-ignore: decorator
@inline
export function nextWordAt(state: u64): usize {
  return <usize>wordOf(state) << 3;
}

/** Whether the state has come to the limit. */
// @ts-ignore: decorator
@inline
export function isAtLimit(slot: Slot, state: u64): bool {
  return wordOf(state) >= slot.limit;
}

/** The state with `bits` more in the chunk. */
// @ts-ignore: decorator
@inline
export function withBits(state: u64, bits: u64): u64 {
  return state + (bits << STATE_BIT);
}

/** The state with one sample more, of `bits`. */
// @ts-ignore: decorator
@inline
export function withSample(state: u64, bits: u64): u64 {
  return state + ((bits << STATE_BIT) - 1);
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
  slot.limit = 0;
  slot.blocks = 0;
  slot.word = 0;
  slot.state = 0;
  slot.eventAt = 0;
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
  return <u32>slot.eventAt - <u32>samplesLeft(slot.state);
}

/** Has something decided when the chunk, of `count` samples now, has `eventAt`. */
export function decideAt(slot: Slot, eventAt: u32, count: u32): void {
  slot.eventAt = <u16>eventAt;
  slot.state = (slot.state & ~LEFT_MAX) | (eventAt - count);
}

/** Where the slot's last block is. */
// @ts-ignore: decorator
@inline
export function lastBlock(slot: Slot): usize {
  return (<usize>slot.limit << 3) & ~(blockSize(slot.blocks - 1) - 1);
}

/** How many bytes the bits take that wait. */
export function waitingBytes(state: u64): u32 {
  return ((<u32>waitingBits(state) & 63) + 7) >> 3;
}

/** How many bytes the open chunk has as it stands in a file. */
export function chunkBytes(slot: Slot): u32 {
  const state = slot.state;
  const words = dataBefore(slot.blocks - 1) + <u32>(nextWordAt(state) - lastBlock(slot));
  return COUNT_BYTES + words + waitingBytes(state);
}

/** Makes `block` the slot's last one, where the next word goes. */
export function enterBlock(slot: Slot, block: usize): void {
  const index = <u32>slot.blocks;
  // Before the word that might take the chunk over the limit of bytes.
  const before = COUNT_BYTES + dataBefore(index) + WORD_BYTES;
  const left = BYTES_BEFORE_APPEND_MAX > before ? BYTES_BEFORE_APPEND_MAX - before : 0;
  const words = min(blockData(index), <usize>left + WORD_BYTES - 1) >> 3;
  slot.blocks = <u8>(index + 1);
  slot.limit = <u32>((block >> 3) + words);
  const waiting = waitingBits(slot.state) & 63;
  slot.state = withBits(stateAt(block, samplesLeft(slot.state)), waiting);
}
