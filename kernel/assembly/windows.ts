/**
 * The windows of a range selector over the samples in scratch: for each step the rows `[low, high)`
 * of `(end - range, end]` (promql/window.ts is the definition).
 */
import { HIGHS, LOWS, SCRATCH, TO_VALUES } from './memory';

/** How many samples the largest window has. */
export let largestWindow: u32 = 0;

/**
 * The steps `[evenFrom, evenTo)` have windows that are all alike: each moves by `evenStride` rows,
 * and times lie at the same places of it. None where samples do not lie at even distances, or the
 * steps not at a multiple of those.
 */
export let evenFrom: i32 = 0;
export let evenTo: i32 = 0;
export let evenStride: i32 = 0;

/** Rows are fewer; and positions up to here, from which others are counted, fit into an i32. */
const FAR: f64 = 536870912;

/**
 * Finds the windows of `steps` steps over the first `count` samples: the first is `(start, end]`,
 * the next ones lie `interval` ms further each.
 */
export function findWindows(count: i32, steps: i32, start: f64, end: f64, interval: f64): void {
  evenFrom = 0;
  evenTo = 0;
  if (!findEven(count, steps, start, end, interval)) findAny(count, steps, start, end, interval);
}

function findAny(count: i32, steps: i32, start: f64, end: f64, interval: f64): void {
  let low: i32 = 0;
  let high: i32 = 0;
  let most: i32 = 0;
  // By so many rows both ends moved at the last step: mostly they do so again.
  let stride: i32 = 0;
  for (let step: i32 = 0; step < steps; step++) {
    const nextLow = low + stride;
    const nextHigh = high + stride;
    if (
      stride > 0 &&
      low > 0 &&
      nextHigh < count &&
      timeAt(nextHigh - 1) <= end &&
      timeAt(nextHigh) > end &&
      timeAt(nextLow - 1) <= start &&
      timeAt(nextLow) > start
    ) {
      high = nextHigh;
      low = nextLow;
    } else {
      const before = high;
      while (high < count && timeAt(high) <= end) high++;
      while (low < high && timeAt(low) <= start) low++;
      stride = high - before;
    }
    store<i32>(LOWS + 4 * <usize>step, low);
    store<i32>(HIGHS + 4 * <usize>step, high);
    if (high - low > most) most = high - low;
    end += interval;
    start += interval;
  }
  largestWindow = most;
}

// @ts-ignore: decorator
@inline
function timeAt(row: i32): f64 {
  return load<f64>(SCRATCH + 8 * <usize>row);
}

/**
 * Fast path: samples at even distances, as of targets that are scraped in time, and steps at a
 * multiple of them. Then both ends are known of the first step's. False where it is not so.
 */
function findEven(count: i32, steps: i32, start: f64, end: f64, interval: f64): bool {
  if (count < 2 || steps < 2) return false;
  const first = timeAt(0);
  const distance = timeAt(1) - first;
  const stride = interval / distance;
  const lowest = rowsUpTo(start - first, distance);
  const highest = rowsUpTo(end - first, distance);
  if (!(stride >= 1 && stride == floor(stride) && stride * <f64>steps < FAR)) return false;
  if (!(abs(lowest) < FAR && abs(highest) < FAR) || !areEven(count, distance)) return false;
  const low = <i32>lowest;
  const high = <i32>highest;
  const rows = <i32>stride;
  evenStride = rows;
  fillEven(LOWS, steps, low, count);
  fillEven(HIGHS, steps, high, count);
  // Where neither end was cut off: 0 <= low, high <= count.
  const from = low >= 0 ? 0 : (rows - 1 - low) / rows;
  const to = high > count ? 0 : (count - high) / rows + 1;
  evenFrom = min(from, steps);
  evenTo = max(evenFrom, min(to, steps));
  largestWindow = evenTo > evenFrom ? high - low : largestOf(steps);
  return true;
}

/** Whether the first `count` times lie `distance` apart. */
export function areEven(count: i32, distance: f64): bool {
  const wanted = f64x2.splat(distance);
  const last = SCRATCH + 8 * <usize>(count - 1);
  let at = SCRATCH;
  for (; at + 16 <= last; at += 16) {
    const gap = f64x2.sub(v128.load(at, 8), v128.load(at));
    if (!i64x2.all_true(f64x2.eq(gap, wanted))) return false;
  }
  return at == last || load<f64>(at, 8) - load<f64>(at) == distance;
}

/** How many of endless samples at 0, `distance`, … come up to `offset`; below 0 before them. */
function rowsUpTo(offset: f64, distance: f64): f64 {
  let row = floor(offset / distance);
  // The quotient is rounded.
  if (row * distance > offset) row -= 1;
  if ((row + 1) * distance <= offset) row += 1;
  return row + 1;
}

/** Stores `row`, `row + evenStride` and so on at `at`, cut off at 0 and `count`. */
function fillEven(at: usize, steps: i32, row: i32, count: i32): void {
  const stride = evenStride;
  const none = i32x4.splat(0);
  const all = i32x4.splat(count);
  const further = i32x4.splat(4 * stride);
  let rows = i32x4.add(i32x4.splat(row), i32x4.mul(i32x4.splat(stride), i32x4(0, 1, 2, 3)));
  // Up to three more than there are steps, which hurts nobody.
  for (const end = at + 4 * <usize>steps; at < end; at += 16) {
    v128.store(at, i32x4.max_s(none, i32x4.min_s(all, rows)));
    rows = i32x4.add(rows, further);
  }
}

function largestOf(steps: i32): u32 {
  let most: i32 = 0;
  for (let step: i32 = 0; step < steps; step++) {
    const at: usize = 4 * <usize>step;
    most = max(most, load<i32>(HIGHS + at) - load<i32>(LOWS + at));
  }
  return most;
}

/** How many samples from the first on are numbers. */
export function countNumbers(count: i32): i32 {
  const values = SCRATCH + TO_VALUES;
  let row: i32 = 0;
  for (; row + 4 <= count; row += 4) {
    const at = values + 8 * <usize>row;
    const a = v128.load(at);
    const b = v128.load(at, 16);
    if (!i64x2.all_true(v128.and(f64x2.eq(a, a), f64x2.eq(b, b)))) break;
  }
  for (; row < count; row++) {
    const value = load<f64>(values + 8 * <usize>row);
    if (value != value) break;
  }
  return row;
}
