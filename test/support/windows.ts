/** Windows over a column of values, one a millisecond: for functions over range vectors. */
import { Columns } from '../../model/columns.js';
import type { WindowFunction } from '../../promql/functions/window-function.js';
import { QueryContext } from '../../promql/query-context.js';
import { StepColumn } from '../../promql/step-column.js';
import { Windows } from '../../promql/window.js';

export interface WindowsOptions {
  readonly range: number;
  readonly steps?: number;
  /** The end of the only window; else one ends at each millisecond from 0. */
  readonly at?: number;
  readonly args?: readonly Float64Array[];
  /** Times of the values; 0, 1, 2… */
  readonly times?: readonly number[];
}

export function windowsOf(values: readonly number[], options: WindowsOptions): Windows {
  const { range, steps = 1, at = null, args = [] } = options;
  const samples = new Columns(values.length);
  samples.values.set(values);
  samples.times.set(options.times ?? values.map((_, i) => i));
  samples.commitFloats(values.length);
  const windows = new Windows({
    shape: {
      grid: { start: 0, interval: 1, steps, isInstant: false },
      range,
      offset: 0,
      at,
      reachBefore: 0,
      reachAfter: 0,
      isAnchored: false,
      isSmoothed: false,
    },
    context: emptyContext(),
    position: { start: 0, end: 0 },
    args,
  });
  windows.find(samples);
  return windows;
}

export function run(
  of: WindowFunction,
  values: readonly number[],
  options: WindowsOptions,
): StepColumn {
  const out = new StepColumn(options.steps ?? 1);
  of(windowsOf(values, options), out);
  return out;
}

/** A context of a query that reads nothing. */
export function emptyContext(): QueryContext {
  return new QueryContext({
    plan: {
      range: { start: 0, end: 0, interval: 0, lookbackMs: 300_000, subqueryStepMs: 60_000 },
      selectors: new Map(),
      subqueries: new Map(),
      ranges: new Map(),
      invariant: new Set(),
      reads: [],
      minTime: 0,
      maxTime: 0,
    },
    querier: {
      select: () => Promise.reject(new Error('nothing to read')),
      release: () => undefined,
    },
    limits: { samplesMax: Infinity, seriesMax: Infinity, bytesMax: Infinity },
    features: { delayedNameRemoval: false, typeAndUnitLabels: false, startTimestamps: false },
    signal: new AbortController().signal,
  });
}
