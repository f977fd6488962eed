/**
 * `rate`, `increase` and `delta` of the windows that were found last (promql/functions/rates.ts is
 * the definition). Two steps at a time: each lane does what the definition does, in its order, so
 * that results agree to the bit.
 */
import { HIGHS, KINDS, LOWS, RESETS, RESULTS, SCRATCH, TO_VALUES } from './memory';
import { evenFrom, evenStride, evenTo } from './windows';

const VALUES: usize = SCRATCH + TO_VALUES;
const FLOAT: u8 = 1;
/** Samples closer to a bound than so many average distances count as reaching it. */
const REACH: f64 = 1.1;
/** Whose so many average distances are less than what was sampled certainly does not reach it. */
const SHORT_OF_REACH: f64 = 1.0999;

/**
 * A thousandth in three parts, the first two of 27 bits: products of them and whole numbers below
 * 2^26 are exact, so that their sum is rounded once, as a quotient is, in a third of the time.
 */
const PART_A: f64 = 0.0010000000038417056;
const PART_B: f64 = -3.841705599472167e-12;
const PART_C: f64 = -2.0816681711721686e-20;
const WHOLE_MAX: f64 = 67108864;

// Of the query: the end of the first window and so on, in ms.
let firstEnd: f64 = 0;
let interval: f64 = 0;
let range: f64 = 0;
let perSecond: f64 = 1;
let isCounter: bool = false;
// Where the counter was reset.
let resetCount: i32 = 0;
/** The first reset behind the window that was looked at last: the next one's is near. */
let nextReset: i32 = 0;
/** How many steps have a result. */
let filled: i32 = 0;

// What follows from where the samples lie in two windows, a lane each, until those lie elsewhere.
let sampledMs: v128 = f64x2.splat(0);
let beforeEnd: v128 = f64x2.splat(0);
let distances: v128 = f64x2.splat(0);
let sampled: v128 = f64x2.splat(0);
let toStart: v128 = f64x2.splat(0);
let toEnd: v128 = f64x2.splat(0);
let factor: v128 = f64x2.splat(0);

/**
 * Fills RESULTS and KINDS for `steps` steps over the first `count` samples; returns how many have a
 * result. `second` is what increases are divided by.
 */
export function fillRates(
  count: i32,
  steps: i32,
  end: f64,
  between: f64,
  rangeMs: f64,
  second: f64,
  counter: bool,
): i32 {
  firstEnd = end;
  interval = between;
  range = rangeMs;
  perSecond = second;
  isCounter = counter;
  filled = 0;
  sampledMs = f64x2.splat(0);
  beforeEnd = f64x2.splat(0);
  distances = f64x2.splat(0);
  memory.fill(KINDS, 0, steps);
  resetCount = counter ? findResets(count) : 0;
  nextReset = 0;
  if (resetCount > steps >> 3) {
    fillSome(0, steps);
    return filled;
  }
  const from = evenFrom;
  const to = hasTwo(from) ? evenTo : from;
  fillPairs(0, from);
  fillEven(from, to);
  fillPairs(to, steps);
  fillResets(steps);
  return filled;
}

/** Finds the rows of samples below the one before. */
function findResets(count: i32): i32 {
  let found: i32 = 0;
  let row: i32 = 1;
  for (; row + 4 <= count; row += 4) {
    const at = VALUES + 8 * <usize>row;
    const a = f64x2.lt(v128.load(at), v128.load(at - 8));
    const b = f64x2.lt(v128.load(at, 16), v128.load(at, 8));
    if (!v128.any_true(v128.or(a, b))) continue;
    found = noteResets(row, row + 4, found);
  }
  return noteResets(row, count, found);
}

function noteResets(from: i32, to: i32, found: i32): i32 {
  for (let row = from; row < to; row++) {
    const at = VALUES + 8 * <usize>row;
    if (!(load<f64>(at) < load<f64>(at - 8))) continue;
    store<i32>(RESETS + 4 * <usize>found, row);
    found++;
  }
  return found;
}

// @ts-ignore: decorator
@inline
function lowOf(step: i32): i32 {
  return load<i32>(LOWS + 4 * <usize>step);
}

// @ts-ignore: decorator
@inline
function lastOf(step: i32): i32 {
  return load<i32>(HIGHS + 4 * <usize>step) - 1;
}

// @ts-ignore: decorator
@inline
function hasTwo(step: i32): bool {
  return lastOf(step) > lowOf(step);
}

// @ts-ignore: decorator
@inline
function two(at: usize, a: i32, b: i32): v128 {
  return v128.load64_lane(at + 8 * <usize>b, v128.load64_zero(at + 8 * <usize>a), 1);
}

/** Looks where the samples of two windows lie: rows `low` to `last`, two times, and two ends. */
// @ts-ignore: decorator
@inline
function look(rows: v128, firstTime: v128, lastTime: v128, end: v128): void {
  const ms = f64x2.sub(lastTime, firstTime);
  const before = f64x2.sub(end, lastTime);
  const same = v128.and(
    v128.and(f64x2.eq(ms, sampledMs), f64x2.eq(before, beforeEnd)),
    f64x2.eq(rows, distances),
  );
  if (!i64x2.all_true(same)) measure(rows, firstTime, ms, before, end);
}

function measure(rows: v128, firstTime: v128, ms: v128, before: v128, end: v128): void {
  sampledMs = ms;
  beforeEnd = before;
  distances = rows;
  sampled = seconds(ms);
  toStart = seconds(f64x2.sub(firstTime, f64x2.sub(end, f64x2.splat(range))));
  toEnd = seconds(before);
  const short = f64x2.mul(sampled, f64x2.splat(SHORT_OF_REACH));
  const far = f64x2.mul(f64x2.max(toStart, toEnd), rows);
  if (!i64x2.all_true(f64x2.lt(far, short))) reach(rows);
  const stretched = f64x2.add(f64x2.add(sampled, toStart), toEnd);
  factor = f64x2.div(f64x2.div(stretched, sampled), f64x2.splat(perSecond));
}

/** Milliseconds, of no more than the range, as seconds. */
// @ts-ignore: decorator
@inline
function seconds(ms: v128): v128 {
  if (range >= WHOLE_MAX) return f64x2.div(ms, f64x2.splat(1000));
  const rest = f64x2.add(
    f64x2.mul(ms, f64x2.splat(PART_B)),
    f64x2.mul(ms, f64x2.splat(PART_C)),
  );
  return f64x2.add(f64x2.mul(ms, f64x2.splat(PART_A)), rest);
}

/** Bounds that samples do not reach are half an average distance away. */
function reach(rows: v128): void {
  const average = f64x2.div(sampled, rows);
  const half = f64x2.div(average, f64x2.splat(2));
  const threshold = f64x2.mul(average, f64x2.splat(REACH));
  toStart = v128.bitselect(half, toStart, f64x2.ge(toStart, threshold));
  toEnd = v128.bitselect(half, toEnd, f64x2.ge(toEnd, threshold));
}

/** Changes as rates: stretched, counters not below zero. */
// @ts-ignore: decorator
@inline
function stretch(change: v128, first: v128): v128 {
  const plain = f64x2.mul(change, factor);
  const zero = f64x2.splat(0);
  // Far from zero there is nothing to divide.
  const near = v128.and(
    v128.and(f64x2.gt(change, zero), f64x2.ge(first, zero)),
    f64x2.lt(first, f64x2.add(change, change)),
  );
  if (!isCounter || !v128.any_true(near)) return plain;
  const toZero = f64x2.mul(sampled, f64x2.div(first, change));
  const stretched = f64x2.add(f64x2.add(sampled, toZero), toEnd);
  const less = f64x2.mul(
    change,
    f64x2.div(f64x2.div(stretched, sampled), f64x2.splat(perSecond)),
  );
  return v128.bitselect(less, plain, v128.and(near, f64x2.lt(toZero, toStart)));
}

/** Windows that are all alike, as windows.ts found; the first has two samples. */
function fillEven(from: i32, to: i32): void {
  if (from >= to) return;
  const low = lowOf(from);
  const last = lastOf(from);
  const end = firstEnd + <f64>from * interval;
  look(
    f64x2.splat(<f64>(last - low)),
    f64x2.splat(load<f64>(SCRATCH + 8 * <usize>low)),
    f64x2.splat(load<f64>(SCRATCH + 8 * <usize>last)),
    f64x2.splat(end),
  );
  const stride: usize = 8 * <usize>evenStride;
  let firstAt = VALUES + 8 * <usize>low;
  let lastAt = VALUES + 8 * <usize>last;
  let step = from;
  if (evenStride == 1) {
    for (; step + 2 <= to; step += 2, firstAt += 16, lastAt += 16) {
      const first = v128.load(firstAt);
      const change = f64x2.sub(v128.load(lastAt), first);
      v128.store(RESULTS + 8 * <usize>step, stretch(change, first));
    }
  } else {
    for (; step + 2 <= to; step += 2, firstAt += 2 * stride, lastAt += 2 * stride) {
      const first = v128.load64_lane(firstAt + stride, v128.load64_zero(firstAt), 1);
      const end = v128.load64_lane(lastAt + stride, v128.load64_zero(lastAt), 1);
      v128.store(RESULTS + 8 * <usize>step, stretch(f64x2.sub(end, first), first));
    }
  }
  memory.fill(KINDS + from, FLOAT, step - from);
  filled += step - from;
  if (step < to) fillOne(step);
}

/** Windows in pairs, wherever their samples lie; resets come later. */
function fillPairs(from: i32, to: i32): void {
  let step = from;
  for (; step + 2 <= to; step += 2) {
    const lowA = lowOf(step);
    const lowB = lowOf(step + 1);
    const lastA = lastOf(step);
    const lastB = lastOf(step + 1);
    if (lastA <= lowA || lastB <= lowB) {
      fillSome(step, step + 2);
      continue;
    }
    const end = firstEnd + <f64>step * interval;
    const rows = f64x2(<f64>(lastA - lowA), <f64>(lastB - lowB));
    look(rows, two(SCRATCH, lowA, lowB), two(SCRATCH, lastA, lastB), f64x2(end, end + interval));
    const first = two(VALUES, lowA, lowB);
    const change = f64x2.sub(two(VALUES, lastA, lastB), first);
    v128.store(RESULTS + 8 * <usize>step, stretch(change, first));
    store<u8>(KINDS + step, FLOAT);
    store<u8>(KINDS + step, FLOAT, 1);
    filled += 2;
  }
  fillSome(step, to);
}

/** Steps one by one, with the resets in their windows. */
function fillSome(from: i32, to: i32): void {
  for (let step = from; step < to; step++) if (hasTwo(step)) fillOne(step);
}

// @ts-ignore: decorator
@inline
function resetAt(index: i32): i32 {
  return load<i32>(RESETS + 4 * <usize>index);
}

/** The index of the first reset behind `row`: of rows that go forward, mostly. */
function resetBehind(row: i32): i32 {
  let index = nextReset;
  while (index > 0 && resetAt(index - 1) > row) index--;
  while (index < resetCount && resetAt(index) <= row) index++;
  nextReset = index;
  return index;
}

function fillOne(step: i32): void {
  const low = lowOf(step);
  const last = lastOf(step);
  const first = load<f64>(VALUES + 8 * <usize>low);
  let change = load<f64>(VALUES + 8 * <usize>last) - first;
  for (let i = resetBehind(low); i < resetCount && resetAt(i) <= last; i++) {
    change += load<f64>(VALUES + 8 * <usize>(resetAt(i) - 1));
  }
  look(
    f64x2.splat(<f64>(last - low)),
    f64x2.splat(load<f64>(SCRATCH + 8 * <usize>low)),
    f64x2.splat(load<f64>(SCRATCH + 8 * <usize>last)),
    f64x2.splat(firstEnd + <f64>step * interval),
  );
  const result = stretch(f64x2.splat(change), f64x2.splat(first));
  store<f64>(RESULTS + 8 * <usize>step, f64x2.extract_lane(result, 0));
  if (load<u8>(KINDS + step) == FLOAT) return;
  store<u8>(KINDS + step, FLOAT);
  filled++;
}

/** Does the steps again whose windows have a reset: few of them. */
function fillResets(steps: i32): void {
  let next: i32 = 0;
  let step: i32 = 0;
  while (next < resetCount && step < steps) {
    const row = resetAt(next);
    step = stepReaching(row, step, steps);
    for (; step < steps && lowOf(step) < row; step++) if (hasTwo(step)) fillOne(step);
    next++;
  }
}

/** The first step from `from` on whose window goes up to `row`. */
function stepReaching(row: i32, from: i32, steps: i32): i32 {
  let low = from;
  let high = steps;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lastOf(middle) < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
