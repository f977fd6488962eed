/**
 * `rate`, `increase`, `delta`: the change over a window, stretched to its bounds where samples lie
 * close to them (`extrapolatedRate` in promql/functions.go).
 *
 * Where counters were reset is found once a series, so that windows without a reset cost two
 * samples each, however long they are.
 */
import * as kernel from '../../kernel/step-kernel.js';
import type { Columns } from '../../model/columns.js';
import { FLOAT, type StepColumn } from '../step-column.js';
import type { Windows } from '../window.js';
import type { WindowFunction } from './window-function.js';

/** Samples closer to a bound than so many average distances count as reaching it. */
export const REACH = 1.1;

export interface RateKind {
  readonly isCounter: boolean;
  /** Per second, rather than over the window. */
  readonly isRate: boolean;
}

export const RATE: RateKind = { isCounter: true, isRate: true };
export const INCREASE: RateKind = { isCounter: true, isRate: false };
export const DELTA: RateKind = { isCounter: false, isRate: false };

export function extrapolatedRate(kind: RateKind): WindowFunction {
  let resets = new Int32Array(16);
  return (windows, out) => {
    const { samples, steps, firstEnd: end, interval } = windows;
    if (windows.isInKernel) {
      const { range: rangeMs } = windows.shape;
      const seconds = kind.isRate ? secondsOfRange(rangeMs) : 1;
      const wanted = { steps, end, interval, rangeMs, seconds, isCounter: kind.isCounter };
      out.count = kernel.fillRates(samples, wanted, out);
      return;
    }
    if (resets.length < samples.count) resets = new Int32Array(2 * samples.count);
    const resetCount = kind.isCounter ? findResets(samples, resets) : 0;
    fillRates(windows, kind, { rows: resets, count: resetCount }, out);
  };
}

/** Rows of samples below the one before. */
interface Resets {
  readonly rows: Int32Array;
  readonly count: number;
}

function findResets({ values, count }: Columns, rows: Int32Array): number {
  let found = 0;
  let before = count > 0 ? values[0] : 0;
  for (let row = 1; row < count; row++) {
    const value = values[row];
    if (value < before) rows[found++] = row;
    before = value;
  }
  return found;
}

/** A Go duration's `Seconds()`. */
export function secondsOfRange(rangeMs: number): number {
  return Math.trunc(rangeMs / 1000) + ((rangeMs % 1000) * 1e6) / 1e9;
}

/**
 * How far a window is stretched depends on where its first and last samples lie in it. Series that
 * are scraped at regular times have windows that are all alike: then nothing is divided (a fifth of
 * the time, `npm run bench -- query`, sum of all rates).
 */
function fillRates(windows: Windows, kind: RateKind, resets: Resets, out: StepColumn): void {
  const { lows, highs, steps, interval, shape } = windows;
  const { times, values } = windows.samples;
  const { values: target, kinds } = out;
  const { isCounter } = kind;
  const { rows: resetRows, count: resetCount } = resets;
  const { range } = shape;
  const perSecond = kind.isRate ? secondsOfRange(range) : 1;
  let nextReset = 0;
  let filled = 0;
  let end = windows.firstEnd;
  // Of the last window: how many distances, where its samples lie, and what follows of that.
  let distances = 0;
  let beforeEnd = 0;
  let sampledMs = 0;
  let sampled = 0;
  let toStart = 0;
  let toEnd = 0;
  let factor = 0;
  for (let step = 0; step < steps; step++, end += interval) {
    const low = lows[step];
    const last = highs[step] - 1;
    if (last <= low) continue;
    const first = values[low];
    let result = values[last] - first;
    if (resetCount > 0) {
      while (nextReset < resetCount && resetRows[nextReset] <= low) nextReset++;
      for (let i = nextReset; i < resetCount && resetRows[i] <= last; i++) {
        result += values[resetRows[i] - 1];
      }
    }
    const firstTime = times[low];
    const lastTime = times[last];
    if (
      lastTime - firstTime !== sampledMs ||
      end - lastTime !== beforeEnd ||
      last - low !== distances
    ) {
      distances = last - low;
      beforeEnd = end - lastTime;
      sampledMs = lastTime - firstTime;
      sampled = sampledMs / 1000;
      const average = sampled / distances;
      const threshold = average * REACH;
      toStart = (firstTime - (end - range)) / 1000;
      if (toStart >= threshold) toStart = average / 2;
      toEnd = beforeEnd / 1000;
      if (toEnd >= threshold) toEnd = average / 2;
      factor = (sampled + toStart + toEnd) / sampled / perSecond;
    }
    // A counter is not extrapolated below zero. Far from it there is nothing to divide.
    if (isCounter && result > 0 && first >= 0 && first < 2 * result) {
      const toZero = sampled * (first / result);
      if (toZero < toStart) {
        target[step] = result * ((sampled + toZero + toEnd) / sampled / perSecond);
        kinds[step] = FLOAT;
        filled++;
        continue;
      }
    }
    target[step] = result * factor;
    kinds[step] = FLOAT;
    filled++;
  }
  out.count = filled;
}
