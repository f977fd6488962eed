/**
 * Appends rows to open chunks by Prometheus' rules: which samples are taken, and where chunks end
 * (chunks/chunk-cutter.ts is the definition).
 */
import { blockData, reserveBlocks, takeBlock } from './blocks';
import { finishChunk, isFinishedFull } from './finish';
import { SCRATCH } from './memory';
import { isLongDod, putFirst, putSample, putSampleLong, putSecond } from './sample';
import {
  BYTES_BEFORE_APPEND_MAX,
  chunkBytes,
  countOpenChunk,
  enterBlock,
  lastBlock,
  lastTimeAt,
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
    const delta = time - last;
    if (
      time > last &&
      time < slot.nextAt &&
      slot.count != slot.eventAt &&
      slot.at <= slot.limit &&
      !isLongDod(slot, delta)
    ) {
      slot.at = <u32>putSample(slot, slot.at, delta, value);
      slot.count += 1;
      store<f64>(lastTimeAt(index), time);
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
  if (slot.first == 0) startChunk(slot, time, value);
  else if (cutsBefore(slot, time, last)) {
    finishChunk(index);
    startChunk(slot, time, value);
  } else {
    if (slot.count == 1) {
      slot.eventAt = <u16>predictAt;
      moveIn(slot, putSecond(slot, SCRATCH, time - last, value));
    } else if (isLongDod(slot, time - last)) {
      moveIn(slot, putSampleLong(slot, SCRATCH, time - last, value));
    } else {
      moveIn(slot, putSample(slot, SCRATCH, time - last, value));
    }
    slot.count += 1;
  }
  store<f64>(lastTimeAt(index), time);
}

function startChunk(slot: Slot, time: f64, value: u64): void {
  const block = takeBlock(0);
  slot.first = <u32>block;
  slot.blocks = 0;
  enterBlock(slot, block);
  slot.at = <u32>putFirst(slot, block, time, value);
  slot.hasValue = true;
  slot.minTime = time;
  slot.nextAt = rangeEnd(time);
  slot.count = 1;
  slot.eventAt = 1;
  countOpenChunk();
}

/** Whether the chunk ends before a sample at `time`, later than its last one. */
function cutsBefore(slot: Slot, time: f64, last: f64): bool {
  if (chunkBytes(slot) > BYTES_BEFORE_APPEND_MAX) return true;
  const count = <u32>slot.count;
  if (count == predictAt && count == slot.eventAt) {
    slot.nextAt = predictEnd(slot.minTime, last, slot.nextAt);
    slot.eventAt = <u16>samplesMax;
  }
  return time >= slot.nextAt || count >= samplesMax;
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

/** Moves the bytes of a sample from SCRATCH to where they belong, up to `end`. */
function moveIn(slot: Slot, end: usize): void {
  const index = <u32>slot.blocks - 1;
  const block = lastBlock(slot);
  const bytes = end - SCRATCH;
  const room = block + blockData(index) - slot.at;
  if (bytes <= room) {
    copyBytes(SCRATCH, slot.at, bytes);
    slot.at += <u32>bytes;
    return;
  }
  copyBytes(SCRATCH, slot.at, room);
  const next = takeBlock(index + 1);
  store<u32>(block + blockData(index), <u32>next);
  enterBlock(slot, next);
  copyBytes(SCRATCH + room, next, bytes - room);
  slot.at = <u32>(next + bytes - room);
}

// @ts-ignore: decorator
@inline
function copyBytes(from: usize, to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i++) store<u8>(to + i, load<u8>(from + i));
}
