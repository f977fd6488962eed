/**
 * `rate`, `increase`, `delta` of `anchored` and `smoothed` selectors: the change between the exact
 * bounds of a window, whose values are taken from the sample before (anchored) or from the line
 * between the samples around (smoothed); `extendedRate` in promql/functions.go.
 */
import { Columns } from '../../model/columns.js';
import { firstAfter } from '../instant-steps.js';
import type { StepColumn } from '../step-column.js';
import type { Windows } from '../window.js';
import { type RateKind, secondsOfRange } from './rates.js';
import type { WindowFunction } from './window-function.js';

export function extendedRate(kind: RateKind): WindowFunction {
  return (windows: Windows, out: StepColumn) => {
    const { lows, highs, steps, interval, shape } = windows;
    const { range, isSmoothed } = shape;
    let end = windows.firstEnd;
    for (let step = 0; step < steps; step++, end += interval) {
      // Nothing is known before the first sample.
      if (isSmoothed && windows.samples.times[lows[step]] > end) continue;
      const bounds = boundsOf(windows.samples, lows[step], highs[step], {
        start: end - range,
        end,
        isSmoothed,
        isCounter: kind.isCounter,
      });
      if (bounds === null) continue;
      let result = bounds.right - bounds.left;
      if (kind.isCounter) result += resetsBetween(windows.samples.values, bounds);
      if (kind.isRate) result /= secondsOfRange(range);
      out.setFloat(step, result);
    }
  };
}

interface Wanted {
  readonly start: number;
  readonly end: number;
  readonly isSmoothed: boolean;
  readonly isCounter: boolean;
}

interface Bounds {
  readonly left: number;
  readonly right: number;
  /** The samples that lie strictly inside: rows `[from, to)`. */
  readonly from: number;
  readonly to: number;
}

/** The values at a window's bounds; null where it has none. */
function boundsOf(samples: Columns, low: number, high: number, wanted: Wanted): Bounds | null {
  if (low === high) return null;
  const { times, values } = samples;
  const { start, end, isSmoothed } = wanted;
  let last = high - 1;
  // As Prometheus' binary searches, which leave out the last sample.
  let first = Math.max(low, firstAfter(times, last, start, low) - 1);
  if (isSmoothed) last = searchAtLeast(times, low, last, end);
  if (times[last] <= start) return null;
  const left =
    isSmoothed && times[first] < start ? between(samples, first, start, wanted) : values[first];
  const right =
    isSmoothed && last > low && times[last] > end
      ? between(samples, last - 1, end, wanted)
      : values[last];
  if (times[first] <= start) first++;
  if (times[last] >= end) last--;
  return { left, right, from: first, to: last + 1 };
}

/** The first of rows `[low, high)` not before `time`, or `high`; times are whole. */
function searchAtLeast(times: Float64Array, low: number, high: number, time: number): number {
  return firstAfter(times, high, time - 1, low);
}

/** The value at `time` of the line from row `row` to the next. */
function between(samples: Columns, row: number, time: number, { isCounter }: Wanted): number {
  const { times, values } = samples;
  const isReset = isCounter && values[row + 1] < values[row];
  const from = isReset ? 0 : values[row];
  const to = values[row + 1];
  return from + ((to - from) * (time - times[row])) / (times[row + 1] - times[row]);
}

/** What counter resets have taken away between the bounds. */
function resetsBetween(values: Float64Array, { left, right, from, to }: Bounds): number {
  let correction = 0;
  let before = left;
  for (let row = from; row < to; row++) {
    if (values[row] < before) correction += before;
    before = values[row];
  }
  if (right < before) correction += before;
  return correction;
}

/**
 * The samples of an extended range selector by itself: those inside, and the values at the bounds
 * (`extendFloats` in promql/engine.go). Empty where nothing lies in the window.
 */
export function extendSamples(
  samples: Columns,
  window: { readonly start: number; readonly end: number; readonly isSmoothed: boolean },
): Columns {
  const extended = new Columns(samples.count + 2);
  if (samples.count === 0 || samples.times[samples.count - 1] <= window.start) return extended;
  const bounds = boundsOf(samples, 0, samples.count, { ...window, isCounter: false });
  if (bounds === null) return extended;
  pushFloat(extended, window.start, bounds.left);
  if (bounds.to > bounds.from) extended.pushRows(samples, bounds.from, bounds.to);
  pushFloat(extended, window.end, bounds.right);
  return extended;
}

function pushFloat(columns: Columns, time: number, value: number): void {
  columns.reserve(1);
  columns.times[columns.count] = time;
  columns.values[columns.count] = value;
  columns.commitFloats(1);
}
