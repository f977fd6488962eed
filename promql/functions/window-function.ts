/** Functions over range vectors: what one is, and how to make one of a formula for one window. */
import { FLOAT, HISTOGRAM, type StepColumn } from '../step-column.js';
import type { Windows } from '../window.js';

/** Fills `out`, which is clear, from all windows of one series. */
export type WindowFunction = (windows: Windows, out: StepColumn) => void;

/** What a window gives: rows `[low, high)` of the columns, which are not empty. */
export type Fold = (values: Float64Array, times: Float64Array, low: number, high: number) => number;

/** The same where more than the samples counts: the step, other arguments, the window's end. */
export type StepFold = (windows: Windows, step: number, low: number, high: number) => number;

/** A function of windows of at least `samplesMin` samples. */
export function folding(fold: Fold, samplesMin = 1): WindowFunction {
  return (windows, out) => {
    const { lows, highs, steps } = windows;
    const { values, times } = windows.samples;
    const { values: target, kinds } = out;
    let filled = 0;
    for (let step = 0; step < steps; step++) {
      const low = lows[step];
      const high = highs[step];
      if (high - low < samplesMin) continue;
      target[step] = fold(values, times, low, high);
      kinds[step] = FLOAT;
      filled++;
    }
    out.count = filled;
  };
}

export function stepFolding(fold: StepFold, samplesMin = 1): WindowFunction {
  return (windows, out) => {
    const { lows, highs, steps } = windows;
    for (let step = 0; step < steps; step++) {
      const low = lows[step];
      const high = highs[step];
      if (high - low >= samplesMin) out.setFloat(step, fold(windows, step, low, high));
    }
  };
}

/** A function that gives one of each window's samples as it is. */
export function picking(pick: (low: number, high: number) => number): WindowFunction {
  return (windows, out) => {
    const { lows, highs, steps } = windows;
    const { values, histograms } = windows.samples;
    for (let step = 0; step < steps; step++) {
      if (lows[step] === highs[step]) continue;
      const row = pick(lows[step], highs[step]);
      const histogram = histograms?.[row];
      out.count++;
      out.kinds[step] = histogram === undefined ? FLOAT : HISTOGRAM;
      if (histogram === undefined) out.values[step] = values[row];
      else (out.histograms ??= [])[step] = histogram;
    }
  };
}
