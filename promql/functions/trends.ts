/**
 * What the course of a window's samples says: the last change (`irate`, `idelta`), a line through
 * them (`deriv`, `predict_linear`), a smoothed value, and how often they changed or were reset.
 */
import { QueryError } from '../../model/errors.js';
import { KahanSum } from '../kahan.js';
import type { StepColumn } from '../step-column.js';
import type { Windows } from '../window.js';
import { firstAfter } from '../instant-steps.js';
import { type Fold, folding, stepFolding, type WindowFunction } from './window-function.js';

function lastChange(isRate: boolean): Fold {
  return (values, times, low, high) => {
    const last = values[high - 1];
    const before = values[high - 2];
    if (!isRate) return last - before;
    // A counter that fell began again at 0.
    const change = last < before ? last : last - before;
    return change / ((times[high - 1] - times[high - 2]) / 1000);
  };
}

const sumX = new KahanSum();
const sumY = new KahanSum();
const sumXY = new KahanSum();
const sumXX = new KahanSum();

/** The least-squares line through the samples of a window; times count from `origin`. */
class Line {
  slope = 0;
  intercept = 0;

  fit(windows: Windows, low: number, high: number, origin: number): void {
    const { times, values } = windows.samples;
    const initial = values[low];
    let isConstant = true;
    sumX.reset();
    sumY.reset();
    sumXY.reset();
    sumXX.reset();
    for (let row = low; row < high; row++) {
      const y = values[row];
      if (row > low && y !== initial) isConstant = false;
      const x = (times[row] - origin) / 1e3;
      sumX.add(x);
      sumY.add(y);
      sumXY.add(x * y);
      sumXX.add(x * x);
    }
    if (isConstant) {
      const infinite = initial === Infinity || initial === -Infinity;
      this.slope = infinite ? NaN : 0;
      this.intercept = infinite ? NaN : initial;
      return;
    }
    const count = high - low;
    const x = sumX.sum + sumX.lost;
    const y = sumY.sum + sumY.lost;
    const covariance = sumXY.sum + sumXY.lost - (x * y) / count;
    const variance = sumXX.sum + sumXX.lost - (x * x) / count;
    this.slope = covariance / variance;
    this.intercept = y / count - (this.slope * x) / count;
  }
}

const line = new Line();

const slope = stepFolding((windows, _, low, high) => {
  line.fit(windows, low, high, windows.samples.times[low]);
  return line.slope;
}, 2);

const prediction = stepFolding((windows, step, low, high) => {
  const { grid } = windows.shape;
  line.fit(windows, low, high, grid.start + step * grid.interval);
  return line.slope * windows.args[0][step] + line.intercept;
}, 2);

/** Factors are wrong even where there is nothing to smooth, but not where there is no sample. */
function smoothed(windows: Windows, out: StepColumn): void {
  const { lows, highs, steps, args } = windows;
  const { values } = windows.samples;
  for (let step = 0; step < steps; step++) {
    const low = lows[step];
    const high = highs[step];
    if (low === high) continue;
    const factors = { smoothing: args[0][step], trend: args[1][step] };
    checkFactor('smoothing', 'sf', factors.smoothing);
    checkFactor('trend', 'tf', factors.trend);
    if (high - low > 1) out.setFloat(step, smooth(values, low, high, factors));
  }
}

function checkFactor(name: string, symbol: string, factor: number): void {
  // NaN passes, as in Prometheus.
  if (!(factor <= 0 || factor >= 1)) return;
  const expected = `invalid ${name} factor. Expected: 0 < ${symbol} < 1, got: `;
  throw new QueryError('execution', expected + fixed(factor));
}

/** As Go's `%f`. */
function fixed(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  if (Math.abs(value) < 1e21) return value.toFixed(6);
  return `${BigInt(value)}.000000`;
}

function smooth(
  values: Float64Array,
  low: number,
  high: number,
  { smoothing, trend }: { smoothing: number; trend: number },
): number {
  let before = 0;
  let current = values[low];
  let slopeNow = values[low + 1] - values[low];
  for (let row = low + 1; row < high; row++) {
    const raw = smoothing * values[row];
    if (row > low + 1) slopeNow = trend * (current - before) + (1 - trend) * slopeNow;
    const expected = (1 - smoothing) * (current + slopeNow);
    before = current;
    current = raw + expected;
  }
  return current;
}

/** Of an anchored selector the last sample up to the window's start counts as its first. */
function anchoring(fold: Fold): WindowFunction {
  const plain = folding(fold);
  return (windows, out) => {
    if (!windows.shape.isAnchored) return plain(windows, out);
    const { lows, highs, steps, interval, shape } = windows;
    const { times, values } = windows.samples;
    let start = windows.firstEnd - shape.range;
    for (let step = 0; step < steps; step++, start += interval) {
      const low = lows[step];
      const high = highs[step];
      const inside = Math.max(low, firstAfter(times, high, start));
      if (inside === high) continue;
      out.setFloat(step, fold(values, times, Math.max(low, inside - 1), high));
    }
  };
}

function changes(values: Float64Array, _: Float64Array, low: number, high: number): number {
  let found = 0;
  for (let row = low + 1; row < high; row++) {
    const value = values[row];
    const before = values[row - 1];
    if (value !== before && !(value !== value && before !== before)) found++;
  }
  return found;
}

function resets(values: Float64Array, _: Float64Array, low: number, high: number): number {
  let found = 0;
  for (let row = low + 1; row < high; row++) if (values[row] < values[row - 1]) found++;
  return found;
}

export const TRENDS: Readonly<Record<string, WindowFunction>> = {
  changes: anchoring(changes),
  deriv: slope,
  double_exponential_smoothing: smoothed,
  idelta: folding(lastChange(false), 2),
  irate: folding(lastChange(true), 2),
  predict_linear: prediction,
  resets: anchoring(resets),
};
