/**
 * A slot: what appending to the open chunk of one series needs, in two cache lines.
 *
 *     fields <48b> | tail: eight words, and two more
 *
 * The chunk's last bits are in the tail; a whole line of 64 bytes goes into a block (blocks.ts). So
 * what each sample writes lies in the order of slots, not somewhere in memory. Words have the
 * machine's order of bytes here, and are turned when they go into a block. The chunk's count field
 * is not among these bytes.
 */
import { freeBlocks, takeBlock } from './blocks';
import { CHAINS, LAST_TIMES, REFS, SLOT_BYTES, SLOTS, SLOTS_MAX } from './memory';
import { copyTurned, loadBig } from './turned';

/** A chunk of more bytes takes no further sample (chunks/chunk-cutter.ts), its count among them. */
export const BYTES_BEFORE_APPEND_MAX: u32 = 1024 - 19;
export const COUNT_BYTES: u32 = 2;
const WORD_BYTES: u32 = 8;
export const LINE_BYTES: u32 = 64;
const LINE_WORDS: u32 = LINE_BYTES / WORD_BYTES;
/** Behind the fields. */
const TAIL: usize = 48;

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
  /**
   * All that each sample changes by adding to it: which bit of the tail is the next one (the upper
   * sixteen bits), and how many samples are missing until the chunk has `eventAt`.
   */
  state: u32;
  /** Of a slot that is free: the next one. */
  nextFree: u32;
  /** At this count something is to be decided; 0 where no chunk is open. */
  eventAt: u16;
  /** The window's leading zeros and its bits. */
  leading: u8;
  size: u8;
  /** How many lines are in blocks. */
  lines: u8;
  /** The word of the tail at which something is to be decided too: see `settle` in append.ts. */
  limit: u8;
  /** Whether `value` is the value of the last time. */
  hasValue: bool;
}

/** Of a slot's state, where the next bit is, and in it the next word. */
const STATE_BIT: u32 = 16;
const STATE_WORD: u32 = STATE_BIT + 6;
const LEFT_MAX: u32 = 0xffff;

/** How many samples are missing until something is to be decided. */
// @ts-ignore: decorator
@inline
export function samplesLeft(state: u32): u32 {
  return state & LEFT_MAX;
}

/** How many bits of the next word are taken; with more bits above them, as shifts do not mind. */
// @ts-ignore: decorator
@inline
export function waitingBits(state: u32): u64 {
  return <u64>(state >> STATE_BIT);
}

/** Which word of the tail is the next one. */
// @ts-ignore: decorator
@inline
export function wordOf(state: u32): u32 {
  return state >> STATE_WORD;
}

/** Where the slot's tail is. */
// @ts-ignore: decorator
@inline
export function tailOf(slot: Slot): usize {
  return changetype<usize>(slot) + TAIL;
}

/** Where the next word is. */
// @ts-ignore: decorator
@inline
export function nextWordAt(slot: Slot, state: u32): usize {
  return tailOf(slot) + (<usize>wordOf(state) << 3);
}

/** Whether the state has come to the limit. */
// @ts-ignore: decorator
@inline
export function isAtLimit(slot: Slot, state: u32): bool {
  return wordOf(state) >= <u32>slot.limit;
}

/** Whether it has a whole line. */
// @ts-ignore: decorator
@inline
export function hasLine(state: u32): bool {
  return wordOf(state) >= LINE_WORDS;
}

/** The state with `bits` more in the chunk. */
// @ts-ignore: decorator
@inline
export function withBits(state: u32, bits: u64): u32 {
  return state + (<u32>bits << STATE_BIT);
}

/** The state with one sample more, of `bits`. */
// @ts-ignore: decorator
@inline
export function withSample(state: u32, bits: u64): u32 {
  return state + ((<u32>bits << STATE_BIT) - 1);
}

/** One above the highest slot that was ever in use. */
export let slotLimit: u32 = 0;
/** How many slots are in use, and how many of them have an open chunk. */
export let slotsUsed: u32 = 0;
export let chunksOpen: u32 = 0;
/** The first free slot below the limit and one more; they are chained by `nextFree`. */
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
    freeSlots = slotAt(index).nextFree;
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
  if (hasChunk(slot)) dropChunk(slot);
  slot.nextFree = freeSlots;
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

/** Whether a chunk is open. */
// @ts-ignore: decorator
@inline
export function hasChunk(slot: Slot): bool {
  return slot.eventAt != 0;
}

/** Forgets the open chunk and frees its blocks. */
export function dropChunk(slot: Slot): void {
  freeBlocks(chainOf(slot), (<u32>slot.lines + 1) >> 1);
  clearChunk(slot);
  chunksOpen--;
}

function clearChunk(slot: Slot): void {
  slot.lines = 0;
  slot.limit = <u8>LINE_WORDS;
  slot.state = 0;
  slot.eventAt = 0;
  slot.nextAt = -Infinity;
  slot.outside = ~0;
  store<u64>(tailOf(slot), 0);
}

/** Counts a chunk that is begun. */
export function openChunk(): void {
  chunksOpen++;
}

/** How many samples the open chunk has. */
// @ts-ignore: decorator
@inline
export function sampleCount(slot: Slot): u32 {
  return <u32>slot.eventAt - samplesLeft(slot.state);
}

/** Has something decided when the chunk, of `count` samples now, has `eventAt`. */
export function decideAt(slot: Slot, eventAt: u32, count: u32): void {
  slot.eventAt = <u16>eventAt;
  slot.state = (slot.state & ~LEFT_MAX) | (eventAt - count);
}

/** Where the places of the slot's blocks stand. */
// @ts-ignore: decorator
@inline
export function chainOf(slot: Slot): usize {
  return CHAINS + ((changetype<usize>(slot) - SLOTS) >> 2);
}

/** Where the open chunk's `index`th block is. */
// @ts-ignore: decorator
@inline
export function blockAt(slot: Slot, index: u32): usize {
  return load<u32>(chainOf(slot) + 4 * <usize>index);
}

/** The open chunk's first eight bytes, in the machine's order. */
// @ts-ignore: decorator
@inline
export function firstWord(slot: Slot): u64 {
  return slot.lines == 0 ? load<u64>(tailOf(slot)) : loadBig(blockAt(slot, 0));
}

/** How many bytes of the tail have bits. */
// @ts-ignore: decorator
@inline
export function tailBytes(slot: Slot): u32 {
  return ((slot.state >> STATE_BIT) + 7) >> 3;
}

/** How many bytes the open chunk has as it stands in a file. */
export function chunkBytes(slot: Slot): u32 {
  return COUNT_BYTES + LINE_BYTES * <u32>slot.lines + tailBytes(slot);
}

/** Moves the tail's first line into a block; `reserveBlocks` has made sure of it. */
// @ts-ignore: decorator
@inline
export function moveLine(slot: Slot): void {
  const lines = <u32>slot.lines;
  const place = chainOf(slot) + 4 * <usize>(lines >> 1);
  if ((lines & 1) == 0) store<u32>(place, <u32>takeBlock());
  takeLine(slot, load<u32>(place) + LINE_BYTES * <usize>(lines & 1));
  slot.lines = <u8>(lines + 1);
  slot.limit = <u8>limitOf(lines + 1);
}

/** Moves it to `to`. */
// @ts-ignore: decorator
@inline
export function takeLine(slot: Slot, to: usize): void {
  const tail = tailOf(slot);
  copyTurned(tail, to, LINE_BYTES);
  v128.store(tail, v128.load(tail + LINE_BYTES));
  slot.state -= (8 * LINE_BYTES) << STATE_BIT;
}

/** The first word of a tail behind `lines` with which the chunk may have too many bytes. */
// @ts-ignore: decorator
@inline
function limitOf(lines: u32): u32 {
  const left = BYTES_BEFORE_APPEND_MAX - COUNT_BYTES - LINE_BYTES * lines;
  return min(LINE_WORDS, left / WORD_BYTES);
}
