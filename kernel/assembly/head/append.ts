/**
 * Appends rows to open chunks by Prometheus' rules: which samples are taken, and where chunks end
 * (chunks/chunk-cutter.ts is the definition).
 */
import { blockData, reserveBlocks, takeBlock } from './blocks';
import { finishChunk, isFinishedFull } from './finish';
import {
  firstTime,
  putFirst,
  putLongTime,
  putSample,
  putSecondTime,
  putValue,
} from './sample';
import {
  BYTES_BEFORE_APPEND_MAX,
  chunkBytes,
  decideAt,
  enterBlock,
  lastBlock,
  lastTimeAt,
  openChunk,
  sampleCount,
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
  let low = minTime;
  let high = maxTime;
  let skipped = equal + duplicate + outOfOrder;
  let row = from;
  for (; row < to; row++) {
    const index = load<u32>(slots + 4 * <usize>row);
    const time = load<f64>(times + 8 * <usize>row);
    const value = load<u64>(values + 8 * <usize>row);
    const slot = slotAt(index);
    const last = load<f64>(lastTimeAt(index));
    if (
      time > last &&
      time < slot.nextAt &&
      slot.left != 0 &&
      putSample(slot, time - last, value)
    ) {
      slot.left -= 1;
      store<f64>(lastTimeAt(index), time);
      if (slot.at >= slot.limit) settle(slot);
    } else if (time > last) {
      if (isFinishedFull()) break;
      appendSlowly(index, time, value);
    } else {
      store<u8>(marks + row, skip(slot, last, time, value));
      continue;
    }
    if (time < low) low = time;
    if (time > high) high = time;
  }
  minTime = low;
  maxTime = high;
  appended += row - from - (equal + duplicate + outOfOrder - skipped);
  return row;
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
  if (slot.first == 0) {
    startChunk(slot, time, value);
  } else if (cutsBefore(slot, time, last)) {
    finishChunk(index);
    startChunk(slot, time, value);
  } else if (sampleCount(slot) == 1) {
    putSecondTime(slot, time - last);
    putValue(slot, value);
    decideAt(slot, predictAt, 2);
  } else {
    slot.left -= 1;
    if (!putSample(slot, time - last, value)) {
      putLongTime(slot, time - last);
      if (slot.at >= slot.limit) settle(slot);
      putValue(slot, value);
    }
    if (slot.at >= slot.limit) settle(slot);
  }
  store<f64>(lastTimeAt(index), time);
}

function startChunk(slot: Slot, time: f64, value: u64): void {
  openChunk(slot, takeBlock(0));
  putFirst(slot, time, value);
  slot.hasValue = true;
  slot.nextAt = rangeEnd(time);
  decideAt(slot, 1, 1);
}

/** Whether the chunk ends before a sample at `time`, later than its last one. */
function cutsBefore(slot: Slot, time: f64, last: f64): bool {
  if (chunkBytes(slot) > BYTES_BEFORE_APPEND_MAX) return true;
  const count = sampleCount(slot);
  if (count == predictAt && slot.left == 0) {
    slot.nextAt = predictEnd(firstTime(slot.first), last, slot.nextAt);
    decideAt(slot, samplesMax, count);
  }
  return time >= slot.nextAt || count >= samplesMax;
}

/**
 * When a slot's position has come to its limit: enters a block when the last one is full, and has
 * the chunk cut when it is long enough.
 */
function settle(slot: Slot): void {
  const index = <u32>slot.blocks - 1;
  const end = lastBlock(slot) + blockData(index);
  if (<usize>slot.at >= end) {
    const extra = <usize>slot.at - end;
    const next = takeBlock(index + 1);
    // The word that stands where the link belongs, if there is one.
    store<u64>(next, load<u64>(end));
    store<u32>(end, <u32>next);
    enterBlock(slot, next);
    slot.at += <u32>extra;
  }
  if (chunkBytes(slot) > BYTES_BEFORE_APPEND_MAX) {
    const count = sampleCount(slot);
    decideAt(slot, count, count);
  }
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
