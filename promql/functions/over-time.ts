/**
 * `*_over_time`: what the samples of a window have in common (promql/functions.go). Sums add in
 * Prometheus' order, compensated as Prometheus compensates, so that the last digit agrees.
 */
import { KahanSum } from '../kahan.js';
import { quantileOf } from '../quantile.js';
import { FLOAT, type StepColumn } from '../step-column.js';
import type { Windows } from '../window.js';
import { folding, picking, stepFolding, type WindowFunction } from './window-function.js';

/** Sums by prefixes pay where a sample lies in more windows than this. */
const OVERLAP_MIN = 4;

const sum = new KahanSum();

function sumOf(values: Float64Array, _: Float64Array, low: number, high: number): number {
  let total = 0;
  let lost = 0;
  for (let row = low; row < high; row++) {
    const value = values[row];
    const next = total + value;
    // What rounding has taken, without a branch.
    const part = next - total;
    lost += total - (next - part) + (value - part);
    total = next;
  }
  // An infinite sum has lost nothing.
  return total === Infinity || total === -Infinity ? total : total + lost;
}

/** The mean by the sum or, where that overflows, from there on by steps of the mean itself. */
function meanOf(values: Float64Array, _: Float64Array, low: number, high: number): number {
  let total = values[low];
  let lost = 0;
  for (let row = low + 1; row < high; row++) {
    const value = values[row];
    const next = total + value;
    if (next === Infinity || next === -Infinity) {
      const count = row - low;
      sum.sum = total / count;
      sum.lost = lost / count;
      return incrementalMean(values, low, row, high);
    }
    const part = next - total;
    lost += total - (next - part) + (value - part);
    total = next;
  }
  const count = high - low;
  return total / count + lost / count;
}

function incrementalMean(values: Float64Array, low: number, from: number, high: number): number {
  for (let row = from; row < high; row++) {
    const count = row - low + 1;
    const share = (count - 1) / count;
    sum.sum *= share;
    sum.lost *= share;
    sum.add(values[row] / count);
  }
  return sum.sum + sum.lost;
}

const mean = new KahanSum();
const squares = new KahanSum();

function varianceOf(values: Float64Array, _: Float64Array, low: number, high: number): number {
  mean.reset();
  squares.reset();
  let count = 0;
  for (let row = low; row < high; row++) {
    count++;
    const value = values[row];
    const delta = value - (mean.sum + mean.lost);
    mean.add(delta / count);
    squares.add(delta * (value - (mean.sum + mean.lost)));
  }
  return (squares.sum + squares.lost) / count;
}

function timeOfMax(values: Float64Array, times: Float64Array, low: number, high: number): number {
  let found = low;
  for (let row = low; row < high; row++) {
    if (values[row] >= values[found] || values[found] !== values[found]) found = row;
  }
  return times[found] / 1000;
}

function timeOfMin(values: Float64Array, times: Float64Array, low: number, high: number): number {
  let found = low;
  for (let row = low; row < high; row++) {
    if (values[row] <= values[found] || values[found] !== values[found]) found = row;
  }
  return times[found] / 1000;
}

/** The median of the distances from the median. */
function medianDeviation(values: Float64Array, _: Float64Array, low: number, high: number): number {
  const count = high - low;
  const sorted = values.slice(low, high);
  if (sorted.some((value) => value !== value)) return NaN;
  const median = quantileOf(0.5, sorted, count);
  for (let i = 0; i < count; i++) sorted[i] = Math.abs(sorted[i] - median);
  return quantileOf(0.5, sorted, count);
}

const quantiles = stepFolding((windows, step, low, high) => {
  const quantile = windows.args[0][step];
  if (!(quantile >= 0 && quantile <= 1)) {
    windows.context.annotations.invalidQuantile(quantile, windows.position);
  }
  return quantileOf(quantile, windows.samples.values.slice(low, high), high - low);
});

/**
 * Fast path for sums of whole numbers: none is rounded, so differences of prefix sums are the same
 * to the bit. `null` where a value or a sum is not whole and exact, or windows hardly overlap.
 */
function exactPrefixes(windows: Windows): Float64Array | null {
  const { values, count } = windows.samples;
  const { lows, highs, steps } = windows;
  let inWindows = 0;
  for (let step = 0; step < steps; step++) inWindows += highs[step] - lows[step];
  if (inWindows < OVERLAP_MIN * count) return null;
  const prefixes = new Float64Array(count + 1);
  let prefix = 0;
  let size = 0;
  for (let row = 0; row < count; row++) {
    const value = values[row];
    if (!Number.isInteger(value)) return null;
    prefix += value;
    size += Math.abs(value);
    prefixes[row + 1] = prefix;
  }
  return size <= Number.MAX_SAFE_INTEGER ? prefixes : null;
}

function overPrefixes(fold: WindowFunction, isMean: boolean): WindowFunction {
  return (windows, out) => {
    const prefixes = exactPrefixes(windows);
    if (prefixes === null) return fold(windows, out);
    const { lows, highs, steps } = windows;
    for (let step = 0; step < steps; step++) {
      const low = lows[step];
      const high = highs[step];
      if (low === high) continue;
      const total = prefixes[high] - prefixes[low];
      out.setFloat(step, isMean ? total / (high - low) : total);
    }
  };
}

/**
 * The greatest (or, by `sign` -1, the least) value of each window. The first of equals wins, NaN
 * only where there is nothing else.
 *
 * A window is cut in two at a row that stays for a while: of what is before it the best of each
 * rest is known, of what is behind it the best so far. So each sample is looked at twice, however
 * windows overlap, and nothing depends on which way values go: a third of the time of a queue of
 * those that may still win (`npm run bench -- compare-query`, max over an hour).
 */
function extremes(sign: 1 | -1): WindowFunction {
  let rests = new Float64Array(16);
  return (windows, out) => {
    const { lows, highs, steps } = windows;
    const { values, count } = windows.samples;
    const { values: target, kinds } = out;
    if (rests.length < count) rests = new Float64Array(2 * count);
    let cut = 0;
    let next = 0;
    let behind = NaN;
    let filled = 0;
    for (let step = 0; step < steps; step++) {
      const low = lows[step];
      const high = highs[step];
      if (low === high) continue;
      if (low >= cut) {
        bestOfRests(values, rests, { low, high, sign });
        cut = high;
        next = high;
        behind = NaN;
      }
      for (; next < high; next++) {
        const value = values[next];
        if (sign * behind < sign * value || behind !== behind) behind = value;
      }
      const before = rests[low];
      target[step] = sign * before < sign * behind || before !== before ? behind : before;
      kinds[step] = FLOAT;
      filled++;
    }
    out.count = filled;
  };
}

/** Into `rests[row]` the best value of `[row, high)`, for each row from `low` on. */
function bestOfRests(
  values: Float64Array,
  rests: Float64Array,
  { low, high, sign }: { low: number; high: number; sign: 1 | -1 },
): void {
  let best = NaN;
  for (let row = high - 1; row >= low; row--) {
    const value = values[row];
    if (!(sign * value < sign * best) && value === value) best = value;
    rests[row] = best;
  }
}

function count(windows: Windows, out: StepColumn): void {
  const { lows, highs, steps } = windows;
  for (let step = 0; step < steps; step++) {
    if (highs[step] > lows[step]) out.setFloat(step, highs[step] - lows[step]);
  }
}

const present = folding(() => 1);

export const OVER_TIME: Readonly<Record<string, WindowFunction>> = {
  absent_over_time: present,
  avg_over_time: overPrefixes(folding(meanOf), true),
  count_over_time: count,
  first_over_time: picking((low) => low),
  last_over_time: picking((_, high) => high - 1),
  mad_over_time: folding(medianDeviation),
  max_over_time: extremes(1),
  min_over_time: extremes(-1),
  present_over_time: present,
  quantile_over_time: quantiles,
  stddev_over_time: folding((...window) => Math.sqrt(varianceOf(...window))),
  stdvar_over_time: folding(varianceOf),
  sum_over_time: overPrefixes(folding(sumOf), false),
  ts_of_first_over_time: folding((_, times, low) => times[low] / 1000),
  ts_of_last_over_time: folding((_, times, __, high) => times[high - 1] / 1000),
  ts_of_max_over_time: folding(timeOfMax),
  ts_of_min_over_time: folding(timeOfMin),
};
