/** What the head kernel exports; kernel/head-kernel.ts is its typed face. */
import { initCrcTables } from '../crc32c';
import { putFrames } from './frames';
import {
  ENCODED,
  FINISHED,
  FINISHED_COUNT,
  FINISHED_LENGTH,
  FINISHED_MAX_TIME,
  FINISHED_MIN,
  FINISHED_OFFSET,
  FINISHED_SLOT,
  FRAMED,
  initMemory,
  LAST_TIMES,
  RECORD,
  REFS,
  SCRATCH,
  SLOTS,
  STAGED,
  WINDOW,
} from './memory';
import { putRows } from './records';
import { firstTime } from './sample';
import { firstWord, sampleCount, slotAt } from './slot';

export {
  appended,
  appendRows,
  clearTotals,
  configure,
  duplicate,
  equal,
  maxTime,
  minTime,
  outOfOrder,
} from './append';
export {
  clearFinished,
  finishBefore,
  finishedBytes,
  finishedCount,
  finishSlot,
  readOpen,
} from './finish';
export { gatheredAt, gatheredLengthsAt, gatheredMinTimesAt, gatherOpen } from './gather';
export { heapBytes, reserveHeap, takeHeap } from './memory';
export { dropEntries, setEntry } from './ref-slots';
export { addSlot, chunksOpen, freeSlot, setLastTime, slotLimit, slotsUsed } from './slot';
export { copyBytes, stageRecord, unknownSamples } from './stage';

export const encodedAt: u32 = <u32>ENCODED;
export const finishedAt: u32 = <u32>FINISHED;
export const finishedCountAt: u32 = <u32>FINISHED_COUNT;
export const finishedLengthAt: u32 = <u32>FINISHED_LENGTH;
export const finishedMaxAt: u32 = <u32>FINISHED_MAX_TIME;
export const finishedMinAt: u32 = <u32>FINISHED_MIN;
export const finishedOffsetAt: u32 = <u32>FINISHED_OFFSET;
export const finishedSlotAt: u32 = <u32>FINISHED_SLOT;
export const framedAt: u32 = <u32>FRAMED;
export const lastTimesAt: u32 = <u32>LAST_TIMES;
export const recordAt: u32 = <u32>RECORD;
export const refsAt: u32 = <u32>REFS;
export const scratchAt: u32 = <u32>SCRATCH;
export const slotsAt: u32 = <u32>SLOTS;
export const stagedAt: u32 = <u32>STAGED;
export const windowAt: u32 = <u32>WINDOW;

/** Encodes rows of columns to `encodedAt`; returns how many bytes the record has. */
export function encodeRows(columns: usize, capacity: u32, count: u32): u32 {
  return putRows(ENCODED, columns, capacity, count);
}

/** Frames the `length` bytes at `encodedAt` to `framedAt`; returns how many bytes they become. */
export function frameRows(length: u32, pageOffset: u32): u32 {
  return putFrames(FRAMED, ENCODED, length, pageOffset);
}

/** How many samples the slot's open chunk has. */
export function openCount(index: u32): u32 {
  return sampleCount(slotAt(index));
}

/** Whether the value of the slot's last time is known. */
export function hasValue(index: u32): bool {
  return slotAt(index).hasValue;
}

/** The time of the open chunk's first sample, where there is one. */
export function openMinTime(index: u32): f64 {
  return firstTime(firstWord(slotAt(index)));
}

initMemory();
initCrcTables();
