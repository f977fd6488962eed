/**
 * Appends rows to open chunks by Prometheus' rules: which samples are taken, and where chunks end
 * (chunks/chunk-cutter.ts is the definition).
 */
import { reserveBlocks } from './blocks';
import { finishChunk, isFinishedFull } from './finish';
import {
  dodOf,
  firstTime,
  isNear,
  putFirst,
  putSample,
  putSecondTime,
  putTime,
  putValue,
} from './sample';
import {
  BYTES_BEFORE_APPEND_MAX,
  chunkBytes,
  decideAt,
  firstWord,
  hasChunk,
  hasLine,
  isAtLimit,
  lastTimeAt,
  moveLine,
  openChunk,
  sampleCount,
  samplesLeft,
  Slot,
  slotAt,
} from './slot';

/** What becomes of a row; kernel/head-kernel.ts has the same numbers. */
const MARK_EQUAL: u8 = 1;
const MARK_DUPLICATE: u8 = 2;
const MARK_OUT_OF_ORDER: u8 = 3;

/** At a quarter of the samples that a chunk should have its end is predicted. */
const PREDICTION_PARTS: u32 = 4;

let chunkRange: i64 = 0;
let predictAt: u32 = 0;
let samplesMax: u32 = 0;

/** Of the rows since `clearTotals`: how many became what, and the times of those appended. */
export let appended: u32 = 0;
export let equal: u32 = 0;
export let duplicate: u32 = 0;
export let outOfOrder: u32 = 0;
export let minTime: f64 = Infinity;
export let maxTime: f64 = -Infinity;

export function configure(range: f64, samplesPerChunk: u32): void {
  chunkRange = <i64>range;
  predictAt = samplesPerChunk / PREDICTION_PARTS;
  samplesMax = 2 * samplesPerChunk;
}

export function clearTotals(): void {
  appended = 0;
  equal = 0;
  duplicate = 0;
  outOfOrder = 0;
  minTime = Infinity;
  maxTime = -Infinity;
}

/**
 * Appends the rows `[from, to)` and returns the row before which the buffer of finished chunks was
 * full, `to` where it never was; the highest u32 where there is no memory, and nothing is appended.
 */
export function appendRows(
  slots: usize,
  times: usize,
  values: usize,
  marks: usize,
  from: u32,
  to: u32,
): u32 {
  // A row takes one block at most.
  if (!reserveBlocks(to - from)) return ~0;
  memory.fill(marks + from, 0, to - from);
  const skipped = equal + duplicate + outOfOrder;
  let row = from;
  while (row < to) {
    const end = appendRun(slots, times, values, row, to);
    if (end > row) {
      row = end;
      if (settle(slotAt(load<u32>(slots + 4 * <usize>(row - 1))))) continue;
      if (row == to) break;
    }
    const index = load<u32>(slots + 4 * <usize>row);
    const time = load<f64>(times + 8 * <usize>row);
    const value = load<u64>(values + 8 * <usize>row);
    const last = load<f64>(lastTimeAt(index));
    if (time > last) {
      if (isFinishedFull()) break;
      appendSlowly(index, time, value);
    } else {
      store<u8>(marks + row, skip(slotAt(index), last, time, value));
    }
    row++;
  }
  const others = equal + duplicate + outOfOrder - skipped;
  if (others == 0) noteTimes(times, from, row);
  else noteTimesOfSome(times, marks, from, row);
  appended += row - from - others;
  return row;
}

/**
 * Appends rows as long as nothing is to be decided, and returns the row behind the last one. It
 * calls nothing: what lives across a call is kept on the stack.
 */
function appendRun(slots: usize, times: usize, values: usize, from: u32, to: u32): u32 {
  let row = from;
  for (; row < to; row++) {
    const index = load<u32>(slots + 4 * <usize>row);
    const time = load<f64>(times + 8 * <usize>row);
    const slot = slotAt(index);
    const last = load<f64>(lastTimeAt(index));
    if (!(time > last)) break;
    if (!(time < slot.nextAt)) break;
    if (samplesLeft(slot.state) == 0) break;
    const delta = time - last;
    const dod = dodOf(slot, delta);
    if (!isNear(dod)) break;
    const state = putSample(slot, delta, dod, load<u64>(values + 8 * <usize>row));
    store<f64>(lastTimeAt(index), time);
    if (isAtLimit(slot, state)) {
      if (!hasLine(state)) return row + 1;
      moveLine(slot);
    }
  }
  return row;
}

/** Widens the range of times by those of the rows `[from, to)`. */
function noteTimes(times: usize, from: u32, to: u32): void {
  let low = f64x2.splat(minTime);
  let high = f64x2.splat(maxTime);
  const end = times + 8 * <usize>to;
  let at = times + 8 * <usize>from;
  for (; at + 16 <= end; at += 16) {
    const two = v128.load(at);
    low = f64x2.pmin(low, two);
    high = f64x2.pmax(high, two);
  }
  if (at < end) {
    const last = v128.load64_splat(at);
    low = f64x2.pmin(low, last);
    high = f64x2.pmax(high, last);
  }
  minTime = min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1));
  maxTime = max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1));
}

/** The same, of those that were appended. */
function noteTimesOfSome(times: usize, marks: usize, from: u32, to: u32): void {
  for (let row = from; row < to; row++) {
    if (load<u8>(marks + row) != 0) continue;
    minTime = min(minTime, load<f64>(times + 8 * <usize>row));
    maxTime = max(maxTime, load<f64>(times + 8 * <usize>row));
  }
}

/** Says why a sample that is not newer than the last one is not appended. */
function skip(slot: Slot, last: f64, time: f64, value: u64): u8 {
  // A free slot has no last time.
  if (last != last || time != time) unreachable();
  if (time < last || !slot.hasValue) {
    outOfOrder++;
    return MARK_OUT_OF_ORDER;
  }
  if (slot.value != value) {
    duplicate++;
    return MARK_DUPLICATE;
  }
  equal++;
  return MARK_EQUAL;
}

/** Appends a sample that is newer than the last one; the buffer of finished chunks has room. */
function appendSlowly(index: u32, time: f64, value: u64): void {
  const slot = slotAt(index);
  const last = load<f64>(lastTimeAt(index));
  if (!hasChunk(slot)) {
    startChunk(slot, time, value);
  } else if (cutsBefore(slot, time, last)) {
    finishChunk(index);
    startChunk(slot, time, value);
  } else if (sampleCount(slot) == 1) {
    putSecondTime(slot, time - last);
    putValue(slot, value);
    decideAt(slot, predictAt, 2);
  } else {
    slot.state -= 1;
    putTime(slot, time - last);
    settle(slot);
    putValue(slot, value);
    settle(slot);
  }
  store<f64>(lastTimeAt(index), time);
}

function startChunk(slot: Slot, time: f64, value: u64): void {
  openChunk();
  putFirst(slot, time, value);
  slot.hasValue = true;
  slot.nextAt = rangeEnd(time);
  decideAt(slot, 1, 1);
}

/** Whether the chunk ends before a sample at `time`, later than its last one. */
function cutsBefore(slot: Slot, time: f64, last: f64): bool {
  if (chunkBytes(slot) > BYTES_BEFORE_APPEND_MAX) return true;
  const count = sampleCount(slot);
  if (count == predictAt && samplesLeft(slot.state) == 0) {
    slot.nextAt = predictEnd(firstTime(firstWord(slot)), last, slot.nextAt);
    decideAt(slot, samplesMax, count);
  }
  return time >= slot.nextAt || count >= samplesMax;
}

/**
 * If a slot's position has come to its limit: moves a line, or else has the chunk cut when it is
 * long enough.
 */
function settle(slot: Slot): bool {
  if (!isAtLimit(slot, slot.state)) return false;
  if (hasLine(slot.state)) {
    moveLine(slot);
  } else if (chunkBytes(slot) > BYTES_BEFORE_APPEND_MAX) {
    const count = sampleCount(slot);
    decideAt(slot, count, count);
  }
  return true;
}

/** Rounds toward 0, as Go divides. */
function rangeEnd(time: f64): f64 {
  const whole = <i64>time;
  return <f64>(whole - (whole % chunkRange) + chunkRange);
}

function predictEnd(min: f64, max: f64, end: f64): f64 {
  const chunks = (end - min) / ((max - min + 1) * <f64>PREDICTION_PARTS);
  if (chunks <= 1) return end;
  return trunc(min + (end - min) / floor(chunks));
}
