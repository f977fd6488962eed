/**
 * What the leaves of a query make of the samples of one series, as plain data that goes to other
 * threads (`LeafPlan`), and there: a selector's values, or a function over its range, at all steps.
 *
 * Floats only: what has histograms or start times, or would be told in annotations, which come in
 * the order of series, is left to the query's own thread.
 */
import type { Columns } from '../model/columns.js';
import { Annotations } from './annotations.js';
import { windowFunction } from './functions/windowed.js';
import { fillClear, type InstantView } from './instant-steps.js';
import type { QueryFeatures } from './query-context.js';
import { dropStale } from './stale.js';
import type { StepColumn } from './step-column.js';
import { type WindowShape, Windows } from './window.js';

export type LeafPlan =
  | { readonly kind: 'instant'; readonly view: InstantView }
  | {
      readonly kind: 'windows';
      /** The function's name. */
      readonly name: string;
      readonly shape: WindowShape;
      readonly args: readonly Float64Array[];
      readonly features: QueryFeatures;
    };

export interface Leaf {
  readonly steps: number;
  /**
   * Fills `out`, which is clear, from the samples of one series, which it may change. Returns how
   * many samples it looks at at a time; null, and `out` is garbage, where it is left to others.
   */
  fill(samples: Columns, out: StepColumn): number | null;
}

export function leafOf(plan: LeafPlan): Leaf {
  if (plan.kind === 'windows') return windowsLeaf(plan);
  const { view } = plan;
  return {
    steps: view.steps,
    fill: (samples, out) => {
      if (samples.histograms !== null) return null;
      fillClear(samples, view, out);
      return 0;
    },
  };
}

function windowsLeaf(plan: LeafPlan & { readonly kind: 'windows' }): Leaf {
  const { name, shape, args, features } = plan;
  const annotations = new Annotations();
  const context = { annotations, features };
  const windows = new Windows({ shape, context, args, position: { start: 0, end: 0 } });
  const run = windowFunction(name, shape);
  return {
    steps: shape.grid.steps,
    fill: (samples, out) => {
      if (samples.histograms !== null || samples.startTimes !== null) return null;
      dropStale(samples);
      const most = windows.find(samples);
      run(windows, out);
      return annotations.isEmpty ? most : null;
    },
  };
}
