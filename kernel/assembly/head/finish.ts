/**
 * Finished chunks, as the entries of a head chunk file (chunks/head-chunk-entry.ts):
 *
 *     series ref <8b> | min time <8b> | max time <8b> | encoding <1b> | length <uvarint> | data |
 *     crc32c of all that <4b>
 */
import { crc32c } from '../crc32c';
import { BLOCK_BYTES } from './blocks';
import {
  FINISHED,
  FINISHED_BYTES_MAX,
  FINISHED_COUNT,
  FINISHED_LENGTH,
  FINISHED_MAX,
  FINISHED_MAX_TIME,
  FINISHED_MIN,
  FINISHED_OFFSET,
  FINISHED_SLOT,
  REFS,
  SCRATCH,
} from './memory';
import { firstTime } from './sample';
import {
  blockAt,
  chunkBytes,
  COUNT_BYTES,
  dropChunk,
  firstWord,
  hasChunk,
  lastTimeAt,
  LINE_BYTES,
  sampleCount,
  Slot,
  slotAt,
  slotLimit,
  tailBytes,
  tailOf,
} from './slot';
import { copyTurned, storeBig } from './turned';

const ENCODING_XOR: u8 = 1;
/** What the largest chunk takes as an entry, with what is written behind it before its checksum. */
const ENTRY_BYTES_MAX: u32 = 1024 + 34 + 32;

/** How many chunks are in the buffer, and their bytes. */
export let finishedCount: u32 = 0;
export let finishedBytes: u32 = 0;

export function clearFinished(): void {
  finishedCount = 0;
  finishedBytes = 0;
}

// @ts-ignore: decorator
@inline
export function isFinishedFull(): bool {
  return (
    finishedCount == FINISHED_MAX || finishedBytes + ENTRY_BYTES_MAX > FINISHED_BYTES_MAX
  );
}

/** Finishes the slot's open chunk; there is one, and room in the buffer. */
export function finishChunk(index: u32): void {
  const slot = slotAt(index);
  const start = FINISHED + finishedBytes;
  const minTime = firstTime(firstWord(slot));
  const maxTime = load<f64>(lastTimeAt(index));
  storeBig(start, <u64>load<f64>(REFS + 8 * <usize>index));
  storeBig(start + 8, <u64>(<i64>minTime));
  storeBig(start + 16, <u64>(<i64>maxTime));
  store<u8>(start + 24, ENCODING_XOR);
  const length = chunkBytes(slot);
  let at = start + 25;
  if (length >= 0x80) store<u8>(at++, <u8>(length | 0x80));
  store<u8>(at++, <u8>(length >= 0x80 ? length >> 7 : length));
  copyChunk(slot, at);
  at += length;
  store<u32>(at, bswap(crc32c(start, <u32>(at - start))));
  const row = finishedCount;
  store<f64>(FINISHED_MIN + 8 * row, minTime);
  store<f64>(FINISHED_MAX_TIME + 8 * row, maxTime);
  store<u32>(FINISHED_SLOT + 4 * row, index);
  store<u32>(FINISHED_OFFSET + 4 * row, finishedBytes);
  store<u32>(FINISHED_LENGTH + 4 * row, length);
  store<u32>(FINISHED_COUNT + 4 * row, sampleCount(slot));
  finishedCount = row + 1;
  finishedBytes = <u32>(at + 4 - FINISHED);
  dropChunk(slot);
}

/** Writes the open chunk to `to` as it stands in a file, and up to 16 bytes behind it. */
function copyChunk(slot: Slot, to: usize): void {
  store<u16>(to, bswap<u16>(<u16>sampleCount(slot)));
  to += COUNT_BYTES;
  let bytes = LINE_BYTES * <u32>slot.lines;
  for (let index: u32 = 0; bytes > 0; index++) {
    const part = min(bytes, <u32>BLOCK_BYTES);
    copyLines(blockAt(slot, index), to, part);
    to += part;
    bytes -= part;
  }
  copyTurned(tailOf(slot), to, tailBytes(slot));
}

// @ts-ignore: decorator
@inline
export function copyLines(from: usize, to: usize, bytes: u32): void {
  for (const end = from + bytes; from < end; from += 64, to += 64) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    v128.store(to, v128.load(from, 32), 32);
    v128.store(to, v128.load(from, 48), 48);
  }
}

/** Puts the open chunk at SCRATCH; returns its length, 0 where there is none. */
export function readOpen(index: u32): u32 {
  const slot = slotAt(index);
  if (!hasChunk(slot)) return 0;
  copyChunk(slot, SCRATCH);
  return chunkBytes(slot);
}

/** Finishes the slot's open chunk if there is one; false when the buffer is full. */
export function finishSlot(index: u32): bool {
  if (!hasChunk(slotAt(index))) return true;
  if (isFinishedFull()) return false;
  finishChunk(index);
  return true;
}

/**
 * Finishes the open chunks of the slots from `from` on whose last time is before `time`; returns
 * the slot before which the buffer was full, or the limit of slots.
 */
export function finishBefore(time: f64, from: u32): u32 {
  for (let index = from; index < slotLimit; index++) {
    if (load<f64>(lastTimeAt(index)) < time && !finishSlot(index)) return index;
  }
  return slotLimit;
}
