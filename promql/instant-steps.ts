/**
 * An instant vector selector over one series: for each step the last sample that is not older than
 * the lookback, `(t - lookback, t]`, unless it is a stale marker.
 *
 * Goes by samples rather than by steps: each governs a run of steps, up to the next sample or its
 * own end, so that age and staleness are looked at once a sample.
 */
import type { Columns } from '../model/columns.js';
import type { Grid } from './grid.js';
import { isStaleRow } from './stale.js';
import { FLOAT, HISTOGRAM, type StepColumn } from './step-column.js';

/** Where an instant selector looks: `grid`'s moments, moved by its modifiers. */
export interface InstantView {
  /** What to look at first, in ms; later ones follow at the grid's interval. */
  readonly start: number;
  /** 0 where all steps look at the same moment. */
  readonly interval: number;
  readonly steps: number;
  readonly lookbackMs: number;
}

export function instantView(
  grid: Grid,
  { offset, at }: { offset: number; at: number | null },
  lookbackMs: number,
): InstantView {
  const start = (at ?? grid.start) - offset;
  return { start, interval: at === null ? grid.interval : 0, steps: grid.steps, lookbackMs };
}

/** Which values an instant selector gives: the samples' or, for `timestamp()`, their times. */
export type InstantValue = 'value' | 'milliseconds' | 'startMilliseconds';

/** Fills `out` from the samples of one series. */
export function fillInstant(samples: Columns, view: InstantView, out: StepColumn): void {
  out.clear();
  const isFixed = view.interval === 0;
  if (samples.histograms !== null || isFixed) fillMixed(samples, view, 'value', out);
  else if (view.steps === 1) fillOne(samples, view, out);
  else fillFloats(samples, view, out);
}

/** Fills `out` with times instead of values. */
export function fillInstantTimes(
  samples: Columns,
  view: InstantView,
  what: InstantValue,
  out: StepColumn,
): void {
  out.clear();
  fillMixed(samples, view, what, out);
}

/** Fast path: an instant query looks at one moment. */
function fillOne(samples: Columns, view: InstantView, out: StepColumn): void {
  const row = firstAfter(samples.times, samples.count, view.start) - 1;
  if (row < 0 || samples.times[row] <= view.start - view.lookbackMs) return;
  if (isStaleRow(samples, row)) return;
  out.values[0] = samples.values[row];
  out.kinds[0] = FLOAT;
  out.count = 1;
}

function fillFloats(samples: Columns, view: InstantView, out: StepColumn): void {
  const { times, values, count } = samples;
  const { interval, steps, lookbackMs } = view;
  const { values: target, kinds } = out;
  let row = firstAfter(times, count, view.start) - 1;
  let step = 0;
  let time = view.start;
  let filled = 0;
  if (row < 0) row = 0;
  while (row < count && step < steps) {
    const from = times[row];
    const next = row + 1 < count ? times[row + 1] : Infinity;
    const end = next < from + lookbackMs ? next : from + lookbackMs;
    while (time < from && step < steps) {
      time += interval;
      step++;
    }
    if (time < end && step < steps && !isStaleRow(samples, row)) {
      const value = values[row];
      const first = step;
      do {
        target[step] = value;
        kinds[step] = FLOAT;
        step++;
        time += interval;
      } while (time < end && step < steps);
      filled += step - first;
    }
    row++;
  }
  out.count = filled;
}

/** Slow path: histograms among the samples, times instead of values, or one moment for all. */
function fillMixed(samples: Columns, view: InstantView, what: InstantValue, out: StepColumn): void {
  const { times, count, histograms } = samples;
  let row = -1;
  for (let step = 0; step < view.steps; step++) {
    const time = view.start + step * view.interval;
    while (row + 1 < count && times[row + 1] <= time) row++;
    if (row < 0 || times[row] <= time - view.lookbackMs || isStaleRow(samples, row)) continue;
    out.count++;
    const histogram = histograms?.[row];
    if (what !== 'value') {
      out.kinds[step] = FLOAT;
      out.values[step] = what === 'milliseconds' ? times[row] : (samples.startTimes?.[row] ?? 0);
    } else if (histogram === undefined) {
      out.kinds[step] = FLOAT;
      out.values[step] = samples.values[row];
    } else {
      out.kinds[step] = HISTOGRAM;
      out.histograms ??= [];
      out.histograms[step] = histogram;
    }
  }
}

/** How many of the first `count` times are not after `time`. */
export function firstAfter(times: Float64Array, count: number, time: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
