/**
 * Copies of the open chunks of many slots, one behind the other. What lies in memory was written
 * long ago and is in no cache: so first all slots are looked at, then all first blocks are copied,
 * then all second ones; what is waited for at each then overlaps (three times as fast).
 *
 * The copies and what is told of them lie in the place of a log record:
 *
 *     lengths <4b each> | next blocks <4b each> | places <4b each> | min times <8b each> | copies
 */
import { blockData } from './blocks';
import { RECORD, REFS } from './memory';
import { firstTime, storeBig } from './sample';
import {
  chunkBytes,
  COUNT_BYTES,
  lastTimeAt,
  nextWordAt,
  sampleCount,
  slotAt,
  waitingBytes,
} from './slot';

/** As many as fit whatever they hold; kernel/open-chunks.ts has the same number. */
const GATHERED_MAX: u32 = 512;

const LENGTHS: usize = RECORD;
const BLOCKS: usize = LENGTHS + 4 * GATHERED_MAX;
const PLACES: usize = BLOCKS + 4 * GATHERED_MAX;
const MIN_TIMES: usize = PLACES + 4 * GATHERED_MAX;
const COPIES: usize = MIN_TIMES + 8 * GATHERED_MAX;

export const gatheredLengthsAt: u32 = <u32>LENGTHS;
export const gatheredMinTimesAt: u32 = <u32>MIN_TIMES;
export const gatheredAt: u32 = <u32>COPIES;

/**
 * Copies the open chunks of the slots `[from, to)` that have samples in the closed range, but for
 * series behind `refMax`, and returns how many bytes they take together.
 */
export function gatherOpen(from: u32, to: u32, minTime: f64, maxTime: f64, refMax: f64): u32 {
  let end = COPIES;
  let blocksMax: u32 = 0;
  for (let index = from; index < to; index++) {
    const row = 4 * (index - from);
    const slot = slotAt(index);
    const ref = load<f64>(REFS + 8 * <usize>index);
    store<u32>(LENGTHS + row, 0);
    if (!(ref > 0) || ref > refMax || sampleCount(slot) == 0) continue;
    if (load<f64>(lastTimeAt(index)) < minTime) continue;
    const first = firstTime(slot.first);
    if (first > maxTime) continue;
    const length = chunkBytes(slot);
    store<u32>(LENGTHS + row, length);
    store<f64>(MIN_TIMES + 2 * row, first);
    store<u32>(BLOCKS + row, slot.first);
    store<u16>(end, bswap<u16>(<u16>sampleCount(slot)));
    store<u32>(PLACES + row, <u32>end + COUNT_BYTES);
    end += length;
    blocksMax = max(blocksMax, <u32>slot.blocks);
  }
  for (let block: u32 = 0; block < blocksMax; block++) {
    for (let index = from; index < to; index++) copyBlockOf(index, index - from, block);
  }
  return <u32>(end - COPIES);
}

/** Copies the slot's `block`th block, if it has one. */
function copyBlockOf(index: u32, place: u32, block: u32): void {
  const row = 4 * place;
  const slot = slotAt(index);
  if (load<u32>(LENGTHS + row) == 0 || block >= <u32>slot.blocks) return;
  const at = <usize>load<u32>(BLOCKS + row);
  const to = <usize>load<u32>(PLACES + row);
  if (block + 1 < <u32>slot.blocks) {
    const bytes = blockData(block);
    for (let i: usize = 0; i < bytes; i += 8) storeBig(to + i, load<u64>(at + i));
    store<u32>(BLOCKS + row, load<u32>(at + bytes));
    store<u32>(PLACES + row, <u32>(to + bytes));
    return;
  }
  const rest = nextWordAt(slot.state) - at;
  for (let i: usize = 0; i < rest; i += 8) storeBig(to + i, load<u64>(at + i));
  // Byte by byte: what is behind may be another's already.
  let word = slot.word;
  for (let i: u32 = 0; i < waitingBytes(slot.state); i++, word <<= 8) {
    store<u8>(to + rest + i, <u8>(word >> 56));
  }
}
