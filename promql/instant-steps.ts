/**
 * An instant vector selector over one series: for each step the last sample that is not older than
 * the lookback, `(t - lookback, t]`, unless it is a stale marker.
 *
 * Goes by samples rather than by steps: each governs a run of steps, up to the next sample or its
 * own end, so that age and staleness are looked at once a sample.
 */
import { STEPS_MAX } from '../kernel/kernel-module.js';
import * as kernel from '../kernel/step-kernel.js';
import type { Columns } from '../model/columns.js';
import type { Grid } from './grid.js';
import { isStaleAt, isStaleRow } from './stale.js';
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
  fillClear(samples, view, out);
}

/** The same where `out` is clear. */
export function fillClear(samples: Columns, view: InstantView, out: StepColumn): void {
  const isFixed = view.interval === 0;
  const isRange = view.steps > 1 && view.steps <= STEPS_MAX && !isFixed;
  if (isRange && kernel.isInScratch(samples)) out.count = kernel.fillInstant(samples, view, out);
  else if (samples.histograms !== null || isFixed) fillMixed(samples, view, 'value', out);
  else if (view.steps === 1) fillOne(samples, view, out);
  else if (isSparse(samples, view)) fillSparse(samples, view, out);
  else fillFloats(samples, view, out);
}

/** Whether steps lie so far apart that most samples are passed over; `view` has an interval. */
export function isSparse({ times, count }: Columns, { interval }: InstantView): boolean {
  return count > 2 && interval * (count - 1) >= SPARSE * (times[count - 1] - times[0]);
}

/** How many samples come to a step at least, where each step is looked for by itself. */
const SPARSE = 1.75;

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

/**
 * Fast path: as many samples as there were between the last two steps lie, mostly, before the next
 * step too. Half the time of looking at each sample, where four come to a step.
 */
function fillSparse({ times, values, count }: Columns, view: InstantView, out: StepColumn): void {
  const { interval, steps, lookbackMs } = view;
  const { values: target, kinds } = out;
  const last = count - 1;
  let row = firstAfter(times, count, view.start) - 1;
  let stride = 1;
  let time = view.start;
  let filled = 0;
  for (let step = 0; step < steps; step++, time += interval) {
    const guess = row + stride;
    if (row >= 0 && guess < last && times[guess] <= time && times[guess + 1] > time) {
      row = guess;
    } else {
      const before = row;
      while (row < last && times[row + 1] <= time) row++;
      stride = row - before;
    }
    if (row < 0 || times[row] <= time - lookbackMs || isStaleAt(values, row)) continue;
    target[step] = values[row];
    kinds[step] = FLOAT;
    filled++;
  }
  out.count = filled;
}

function fillFloats(samples: Columns, view: InstantView, out: StepColumn): void {
  const runs = scratch.of(samples.count, view.steps);
  findRuns(samples, view, runs);
  const { starts, ends, values } = runs;
  const { values: target, kinds } = out;
  for (let run = 0; run < runs.count; run++) {
    const value = values[run];
    for (let step = starts[run]; step < ends[run]; step++) {
      target[step] = value;
      kinds[step] = FLOAT;
    }
  }
  out.count = runs.steps;
}

/**
 * The floats of an instant selector as runs: steps `[starts[i], ends[i])` have the value
 * `values[i]`. There are at most as many as samples, and as steps.
 */
export class Runs {
  starts = new Int32Array(0);
  ends = new Int32Array(0);
  values = new Float64Array(0);
  count = 0;
  /** Of all runs together. */
  steps = 0;

  /** Makes room for the runs of so many samples, or steps if those are fewer. */
  of(samples: number, steps: number): this {
    const capacity = Math.min(samples, steps);
    if (this.starts.length >= capacity) return this;
    this.starts = new Int32Array(2 * capacity);
    this.ends = new Int32Array(2 * capacity);
    this.values = new Float64Array(2 * capacity);
    return this;
  }
}

const scratch = new Runs();

/** The runs of a series of floats, into `runs`, which has room; `view` has an interval. */
export function findRuns(samples: Columns, view: InstantView, runs: Runs): void {
  const { times, values, count } = samples;
  const { start, interval, steps, lookbackMs } = view;
  const { starts, ends, values: found } = runs;
  // So that cutting off rounds up: the first step that is not before a time.
  const up = interval - 1 - start;
  const beyond = start + steps * interval;
  let row = firstAfter(times, count, start) - 1;
  let step = 0;
  if (row < 0) {
    row = 0;
    step = count > 0 && times[0] < beyond ? ((times[0] + up) / interval) | 0 : steps;
  }
  let time = start + step * interval;
  let runCount = 0;
  let filled = 0;
  for (; row < count && step < steps; row++) {
    const next = row + 1 < count ? times[row + 1] : Infinity;
    // A later sample governs the step.
    if (next <= time) continue;
    const end = next < beyond ? ((next + up) / interval) | 0 : steps;
    const limit = times[row] + lookbackMs;
    let visible = end;
    if (limit < next) {
      const last = limit < beyond ? ((limit + up) / interval) | 0 : steps;
      if (last < visible) visible = last;
    }
    if (visible > step && !isStaleAt(values, row)) {
      starts[runCount] = step;
      ends[runCount] = visible;
      found[runCount++] = values[row];
      filled += visible - step;
    }
    step = end;
    time = start + step * interval;
  }
  runs.count = runCount;
  runs.steps = filled;
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

/** How many of the first `count` times are not after `time`; the first `from` are not. */
export function firstAfter(times: Float64Array, count: number, time: number, from = 0): number {
  let low = from;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
