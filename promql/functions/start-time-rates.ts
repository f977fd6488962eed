/**
 * Functions of counters whose samples say when counting began (`use-start-timestamps`): a start
 * behind the sample before is a reset, and one within the window stands for a zero there
 * (`extrapolatedRate`, `isStartTimestampReset` in promql/functions.go).
 */
import type { Windows } from '../window.js';
import { REACH, type RateKind, secondsOfRange } from './rates.js';
import type { WindowFunction } from './window-function.js';

/** A window's rows and start times, and where the range begins and ends. */
interface Window {
  readonly windows: Windows;
  readonly startTimes: Float64Array;
  readonly low: number;
  readonly high: number;
  readonly start: number;
  readonly end: number;
}

type StartTimeFold = (window: Window) => number | null;

/** `plain`, but `fold` where the samples of a series have start times, and they are to count. */
export function orByStartTimes(plain: WindowFunction, fold: StartTimeFold): WindowFunction {
  return (windows, out) => {
    const { startTimes } = windows.samples;
    if (startTimes === null || !windows.context.features.startTimestamps) {
      return plain(windows, out);
    }
    const { lows, highs, steps, interval, shape } = windows;
    let end = windows.firstEnd;
    for (let step = 0; step < steps; step++, end += interval) {
      const low = lows[step];
      const high = highs[step];
      if (low === high) continue;
      const value = fold({ windows, startTimes, low, high, start: end - shape.range, end });
      if (value !== null) out.setFloat(step, value);
    }
  };
}

/** Whether a counter began again between a row and the one before. */
function isReset({ windows, startTimes }: Window, row: number): boolean {
  const { times, values } = windows.samples;
  if (values[row] < values[row - 1]) return true;
  const start = startTimes[row];
  const timeBefore = times[row - 1];
  // Unknown (0, or the sample's own time), or no time that can be.
  if (start === 0 || start >= times[row] || start < timeBefore) return false;
  if (start > timeBefore) return true;
  // Deltas begin where the sample before ended. So do counters of unknown start, in OpenTelemetry.
  const startBefore = startTimes[row - 1];
  return startBefore !== 0 && startBefore < timeBefore;
}

function overlaps({ windows, startTimes }: Window, row: number): boolean {
  const start = startTimes[row];
  return start !== 0 && start < windows.samples.times[row - 1] && start !== startTimes[row - 1];
}

/** `resets`. */
export function countResets(window: Window): number {
  let found = 0;
  for (let row = window.low + 1; row < window.high; row++) if (isReset(window, row)) found++;
  return found;
}

/** `irate`. */
export function lastRate(window: Window): number | null {
  const { windows, low, high } = window;
  if (high - low < 2) return null;
  const { times, values } = windows.samples;
  const last = high - 1;
  const change = isReset(window, last) ? values[last] : values[last] - values[last - 1];
  return change / ((times[last] - times[last - 1]) / 1000);
}

/** `rate` and `increase`. */
export function rateByStartTimes(kind: RateKind): StartTimeFold {
  return (window) => {
    const { windows, startTimes, low, high, start, end } = window;
    const { times, values } = windows.samples;
    const last = high - 1;
    let result = values[last] - values[low];
    let hasOverlap = false;
    for (let row = low + 1; row < high; row++) {
      hasOverlap ||= overlaps(window, row);
      if (isReset(window, row)) result += values[row - 1];
    }
    if (hasOverlap) windows.overlaps++;
    let toStart = (times[low] - start) / 1000;
    let toEnd = (end - times[last]) / 1000;
    let sampled = (times[last] - times[low]) / 1000;
    const average = last > low ? sampled / (last - low) : 0;
    const threshold = average * REACH;
    const began = startTimes[low];
    if (began !== 0 && began > start && began < times[low]) {
      toStart = 0;
      sampled = (times[last] - began) / 1000;
      result += values[low];
    } else if (last === low) {
      return null;
    } else {
      if (toStart >= threshold) toStart = average / 2;
      const toZero = result > 0 && values[low] >= 0 ? sampled * (values[low] / result) : toStart;
      if (toZero < toStart) toStart = toZero;
    }
    if (toEnd >= threshold) toEnd = average / 2;
    let factor = sampled === 0 ? 1 : (sampled + toStart + toEnd) / sampled;
    if (kind.isRate) factor /= secondsOfRange(windows.shape.range);
    return result * factor;
  };
}
