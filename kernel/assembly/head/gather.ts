/**
 * Copies of the open chunks of many slots, one behind the other. What lies in memory was written
 * long ago and is in no cache: so first all slots are looked at and their tails copied, then all
 * first blocks, then all second ones; what is waited for at each then overlaps (three times as
 * fast).
 *
 * The copies and what is told of them lie in the place of a log record:
 *
 *     lengths <4b each> | places <4b each> | min times <8b each> | copies
 */
import { BLOCK_BYTES } from './blocks';
import { copyLines } from './finish';
import { RECORD, REFS } from './memory';
import { firstTime } from './sample';
import {
  blockAt,
  chunkBytes,
  COUNT_BYTES,
  firstWord,
  lastTimeAt,
  LINE_BYTES,
  sampleCount,
  slotAt,
  tailBytes,
  tailOf,
} from './slot';
import { copyTurned } from './turned';

/** As many as fit whatever they hold; kernel/open-chunks.ts has the same number. */
const GATHERED_MAX: u32 = 512;

const LENGTHS: usize = RECORD;
const PLACES: usize = LENGTHS + 4 * GATHERED_MAX;
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
  let linesMax: u32 = 0;
  for (let index = from; index < to; index++) {
    const row = 4 * (index - from);
    const slot = slotAt(index);
    const ref = load<f64>(REFS + 8 * <usize>index);
    store<u32>(LENGTHS + row, 0);
    if (!(ref > 0) || ref > refMax || sampleCount(slot) == 0) continue;
    if (load<f64>(lastTimeAt(index)) < minTime) continue;
    const first = firstTime(firstWord(slot));
    if (first > maxTime) continue;
    const length = chunkBytes(slot);
    store<u32>(LENGTHS + row, length);
    store<f64>(MIN_TIMES + 2 * row, first);
    store<u16>(end, bswap<u16>(<u16>sampleCount(slot)));
    store<u32>(PLACES + row, <u32>end + COUNT_BYTES);
    // What it writes behind the chunk is the next one's, which comes later.
    copyTurned(tailOf(slot), end + COUNT_BYTES + LINE_BYTES * <u32>slot.lines, tailBytes(slot));
    end += length;
    linesMax = max(linesMax, <u32>slot.lines);
  }
  for (let block: u32 = 0; block < (linesMax + 1) >> 1; block++) {
    for (let index = from; index < to; index++) copyBlockOf(index, index - from, block);
  }
  return <u32>(end - COPIES);
}

/** Copies the lines in the slot's `block`th block, if it has one. */
function copyBlockOf(index: u32, place: u32, block: u32): void {
  const slot = slotAt(index);
  const lines = <u32>slot.lines;
  if (load<u32>(LENGTHS + 4 * place) == 0 || block >= (lines + 1) >> 1) return;
  const to = <usize>load<u32>(PLACES + 4 * place) + BLOCK_BYTES * <usize>block;
  copyLines(blockAt(slot, block), to, LINE_BYTES * min<u32>(2, lines - 2 * block));
}
