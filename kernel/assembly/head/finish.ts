/**
 * Finished chunks, as the entries of a head chunk file (chunks/head-chunk-entry.ts):
 *
 *     series ref <8b> | min time <8b> | max time <8b> | encoding <1b> | length <uvarint> | data |
 *     crc32c of all that <4b>
 */
import { crc32c } from '../crc32c';
import { blockData } from './blocks';
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
import { firstTime, storeBig, TURNED } from './sample';
import {
  chunkBytes,
  COUNT_BYTES,
  dropChunk,
  lastTimeAt,
  nextWordAt,
  sampleCount,
  Slot,
  slotAt,
  slotLimit,
} from './slot';

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
  const minTime = firstTime(slot.first);
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
  const count = sampleCount(slot);
  store<u16>(to, bswap<u16>(<u16>count));
  to += COUNT_BYTES;
  let block = <usize>slot.first;
  const blocks = <u32>slot.blocks;
  for (let index: u32 = 0; index + 1 < blocks; index++) {
    const bytes = blockData(index);
    copyBlock(block, to, bytes);
    to += bytes;
    block = load<u32>(block + bytes);
  }
  const rest = nextWordAt(slot.state) - block;
  copyBlock(block, to, rest);
  storeBig(to + rest, slot.word);
}

function copyBlock(from: usize, to: usize, bytes: usize): void {
  for (const end = from + bytes; from < end; from += 16, to += 16) {
    v128.store(to, i8x16.swizzle(v128.load(from), TURNED));
  }
}

/** Puts the open chunk at SCRATCH; returns its length, 0 where there is none. */
export function readOpen(index: u32): u32 {
  const slot = slotAt(index);
  if (slot.first == 0) return 0;
  copyChunk(slot, SCRATCH);
  return chunkBytes(slot);
}

/** Finishes the slot's open chunk if there is one; false when the buffer is full. */
export function finishSlot(index: u32): bool {
  if (slotAt(index).first == 0) return true;
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
