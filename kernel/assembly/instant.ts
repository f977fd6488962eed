/**
 * An instant selector over the samples in scratch: for each step the last sample that is not older
 * than the lookback, unless it is a stale marker (promql/instant-steps.ts is the definition). And
 * what `sum` adds of such a column (promql/aggregations/accumulators.ts).
 */
import { KINDS, RESULTS, SCRATCH, TO_VALUES } from './memory';
import { areEven, countNumbers } from './windows';

const VALUES: usize = SCRATCH + TO_VALUES;
const FLOAT: u8 = 1;
const STALE: u64 = 0x7ff0000000000002;
/** So many samples come to a step at least where each step is looked for by itself. */
const SPARSE: f64 = 1.75;

/** Steps before the first one and from the second one on have no value. */
export let filledFrom: i32 = 0;
export let filledTo: i32 = 0;

/**
 * Fills RESULTS and KINDS for `steps` steps from `start` on, `interval` ms apart, of the first
 * `count` samples; returns how many have a value.
 */
export function fillInstant(
  count: i32,
  steps: i32,
  start: f64,
  interval: f64,
  lookback: f64,
): i32 {
  filledFrom = 0;
  filledTo = 0;
  memory.fill(KINDS, 0, steps);
  if (count == 0) return 0;
  if (count > 1) {
    const distance = timeAt(1) - timeAt(0);
    const isEven =
      distance <= lookback &&
      isMultiple(distance, interval) &&
      areEven(count, distance) &&
      countNumbers(count) == count;
    if (isEven) return fillEven(count, steps, start, interval, lookback, distance);
  }
  const isSparse = interval * <f64>(count - 1) >= SPARSE * (timeAt(count - 1) - timeAt(0));
  return count > 2 && isSparse
    ? fillSparse(count, steps, start, interval, lookback)
    : fillDense(count, steps, start, interval, lookback);
}

// @ts-ignore: decorator
@inline
function timeAt(row: i32): f64 {
  return load<f64>(SCRATCH + 8 * <usize>row);
}

/** Whether one of them is a multiple of the other, and few steps come to a sample. */
function isMultiple(distance: f64, interval: f64): bool {
  const perSample = distance / interval;
  const perStep = interval / distance;
  if (perSample > 1e6 || perStep > 1e6) return false;
  return perSample == floor(perSample) || perStep == floor(perStep);
}

/** The first step that is not before `time`. */
function stepFrom(time: f64, start: f64, interval: f64): f64 {
  let step = ceil((time - start) / interval);
  // The quotient is rounded.
  if (start + (step - 1) * interval >= time) step -= 1;
  if (start + step * interval < time) step += 1;
  return step;
}

/** Fast path: samples at even distances, so that each governs as many steps, or each so-manieth. */
function fillEven(
  count: i32,
  steps: i32,
  start: f64,
  interval: f64,
  lookback: f64,
  distance: f64,
): i32 {
  const first = timeAt(0);
  const beyond = timeAt(count - 1) + lookback;
  const from = <i32>max(0, min(<f64>steps, stepFrom(first, start, interval)));
  const to = <i32>max(0, min(<f64>steps, stepFrom(beyond, start, interval)));
  if (from >= to) return 0;
  const passed = start + <f64>from * interval - first;
  let behind = floor(passed / distance);
  if (behind * distance > passed) behind -= 1;
  if ((behind + 1) * distance <= passed) behind += 1;
  const row = <i32>min(<f64>(count - 1), behind);
  if (interval > distance) {
    fillFurther(row, count, from, to, <i32>(interval / distance));
  } else {
    const next = first + (behind + 1) * distance;
    const until = <i32>min(<f64>to, stepFrom(next, start, interval));
    fillRuns(row, count, from, to, until, <i32>(distance / interval));
  }
  memory.fill(KINDS + from, FLOAT, to - from);
  filledFrom = from;
  filledTo = to;
  return to - from;
}

/** Each step has the sample `stride` rows behind the last one's, or the last of all. */
function fillFurther(row: i32, count: i32, from: i32, to: i32, stride: i32): void {
  const within = min(to, from + (count - 1 - row) / stride + 1);
  let at = VALUES + 8 * <usize>row;
  const further: usize = 8 * <usize>stride;
  for (let step = from; step < within; step++, at += further) {
    store<f64>(RESULTS + 8 * <usize>step, load<f64>(at));
  }
  fillRun(within, to, VALUES + 8 * <usize>(count - 1));
}

/** The sample `row` governs steps up to `until`, each further one `many`, the last one the rest. */
function fillRuns(row: i32, count: i32, from: i32, to: i32, until: i32, many: i32): void {
  const last = count - 1;
  let step = from;
  if (row < last) {
    fillRun(step, until, VALUES + 8 * <usize>row);
    step = until;
    row++;
    const rows = min(last - row, (to - step) / many);
    const end = row + rows;
    if (many == 1) {
      memory.copy(RESULTS + 8 * <usize>step, VALUES + 8 * <usize>row, 8 * <usize>rows);
    } else {
      let at = RESULTS + 8 * <usize>step;
      const further: usize = 8 * <usize>many;
      for (; row < end; row++, at += further) {
        const value = v128.load64_splat(VALUES + 8 * <usize>row);
        // One value too many where they are odd: the next ones come over it.
        for (let to = at; to < at + further; to += 16) v128.store(to, value);
      }
    }
    step += rows * many;
    row = end;
  }
  fillRun(step, row < last ? min(to, step + many) : to, VALUES + 8 * <usize>row);
}

function fillRun(from: i32, to: i32, valueAt: usize): void {
  const value = v128.load64_splat(valueAt);
  let step = from;
  for (; step + 2 <= to; step += 2) v128.store(RESULTS + 8 * <usize>step, value);
  if (step < to) store<f64>(RESULTS + 8 * <usize>step, load<f64>(valueAt));
}

// @ts-ignore: decorator
@inline
function isStale(row: i32): bool {
  return load<u64>(VALUES + 8 * <usize>row) == STALE;
}

/** How many of the first `count` times are not after `time`. */
function rowsUpTo(count: i32, time: f64): i32 {
  let low: i32 = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeAt(middle) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A step with a value, behind all others that have one. */
// @ts-ignore: decorator
@inline
function put(step: i32, value: f64): void {
  store<f64>(RESULTS + 8 * <usize>step, value);
  store<u8>(KINDS + step, FLOAT);
}

/** Goes by samples: each governs the steps up to the next one, or to its own end. */
function fillDense(count: i32, steps: i32, start: f64, interval: f64, lookback: f64): i32 {
  let step: i32 = 0;
  let time = start;
  let filled: i32 = 0;
  for (let row = max(0, rowsUpTo(count, start) - 1); row < count && step < steps; row++) {
    const next = row + 1 < count ? timeAt(row + 1) : Infinity;
    // A later sample governs the step.
    if (next <= time || isStale(row)) continue;
    const value = load<f64>(VALUES + 8 * <usize>row);
    const from = timeAt(row);
    while (time < from && step < steps) {
      step++;
      time += interval;
    }
    const beyond = min(from + lookback, next);
    const first = step;
    for (; time < beyond && step < steps; step++, time += interval) put(step, value);
    if (step == first) continue;
    if (filled == 0) filledFrom = first;
    filledTo = step;
    filled += step - first;
  }
  return filled;
}

/** Goes by steps: mostly as many samples lie between two as between the two before. */
function fillSparse(count: i32, steps: i32, start: f64, interval: f64, lookback: f64): i32 {
  const last = count - 1;
  let row = rowsUpTo(count, start) - 1;
  let stride: i32 = 1;
  let time = start;
  let filled: i32 = 0;
  for (let step: i32 = 0; step < steps; step++, time += interval) {
    const guess = row + stride;
    if (row >= 0 && guess < last && timeAt(guess) <= time && timeAt(guess + 1) > time) {
      row = guess;
    } else {
      const before = row;
      while (row < last && timeAt(row + 1) <= time) row++;
      stride = row - before;
    }
    if (row < 0 || timeAt(row) <= time - lookback || isStale(row)) continue;
    put(step, load<f64>(VALUES + 8 * <usize>row));
    if (filled == 0) filledFrom = step;
    filledTo = step + 1;
    filled++;
  }
  return filled;
}

/**
 * Adds the results of the steps `[from, to)`, which all have one, to compensated sums: what an
 * addition loses is kept by itself.
 */
export function addResults(sums: usize, lost: usize, from: i32, to: i32): void {
  let at: usize = 8 * <usize>from;
  const end: usize = 8 * <usize>to;
  for (; at + 16 <= end; at += 16) {
    const value = v128.load(RESULTS + at);
    const sum = v128.load(sums + at);
    const next = f64x2.add(sum, value);
    const part = f64x2.sub(next, sum);
    const loss = f64x2.add(f64x2.sub(sum, f64x2.sub(next, part)), f64x2.sub(value, part));
    v128.store(lost + at, f64x2.add(v128.load(lost + at), loss));
    v128.store(sums + at, next);
  }
  if (at == end) return;
  const value = load<f64>(RESULTS + at);
  const sum = load<f64>(sums + at);
  const next = sum + value;
  const part = next - sum;
  store<f64>(lost + at, load<f64>(lost + at) + (sum - (next - part) + (value - part)));
  store<f64>(sums + at, next);
}
