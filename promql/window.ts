/**
 * Range vectors over one series: for each step the window `(end - range, end]` of its samples, as
 * rows `[low, high)`. Both ends only move forward, so that finding all windows takes one pass.
 */
import { STEPS_MAX } from '../kernel/kernel-module.js';
import { findWindows, isInScratch, windowsOf } from '../kernel/step-kernel.js';
import { Columns } from '../model/columns.js';
import type { Annotations } from './annotations.js';
import type { Position } from './ast.js';
import type { Grid } from './grid.js';
import type { QueryFeatures } from './query-context.js';

/** What a range selector looks at. */
export interface WindowShape {
  readonly grid: Grid;
  /** In ms. */
  readonly range: number;
  readonly offset: number;
  /** `@`: all windows are the one that ends there (less the offset). */
  readonly at: number | null;
  /** How much further windows reach: of `anchored` and `smoothed`. */
  readonly reachBefore: number;
  readonly reachAfter: number;
  readonly isAnchored: boolean;
  readonly isSmoothed: boolean;
}

/** What functions need of a query beside their windows. */
export interface WindowContext {
  readonly annotations: Annotations;
  readonly features: QueryFeatures;
}

/**
 * The windows of one series at a time, in buffers that all share whose steps have room in the
 * kernel: nobody may wait between finding and using them.
 */
export class Windows {
  readonly shape: WindowShape;
  readonly context: WindowContext;
  /** Where annotations point. */
  readonly position: Position;
  /** What the function's other arguments give, step by step. */
  readonly args: readonly Float64Array[];
  readonly steps: number;
  /** The end of the first window, and how far it is to the next. */
  readonly firstEnd: number;
  readonly interval: number;
  readonly lows: Int32Array;
  readonly highs: Int32Array;
  samples = new Columns(0);
  /** Whether the kernel has the samples and their windows. */
  isInKernel = false;
  /** In how many windows of the series start times contradict the samples. */
  overlaps = 0;

  constructor(options: {
    shape: WindowShape;
    context: WindowContext;
    position: Position;
    args: readonly Float64Array[];
  }) {
    const { shape } = options;
    this.shape = shape;
    this.context = options.context;
    this.position = options.position;
    this.args = options.args;
    this.steps = shape.grid.steps;
    this.firstEnd = (shape.at ?? shape.grid.start) - shape.offset;
    this.interval = shape.at === null ? shape.grid.interval : 0;
    if (this.steps <= STEPS_MAX) {
      const { lows, highs } = windowsOf(this.steps);
      this.lows = lows;
      this.highs = highs;
    } else {
      this.lows = new Int32Array(this.steps);
      this.highs = new Int32Array(this.steps);
    }
  }

  /** Finds all windows of a series; returns how many samples the largest holds. */
  find(samples: Columns): number {
    this.samples = samples;
    this.overlaps = 0;
    const { steps, interval, shape } = this;
    const end = this.firstEnd + shape.reachAfter;
    const start = this.firstEnd - shape.range - shape.reachBefore;
    this.isInKernel = steps <= STEPS_MAX && isInScratch(samples);
    if (this.isInKernel) return findWindows(samples, { steps, start, end, interval });
    return this.findHere(start, end);
  }

  /** The definition of what the kernel does. */
  private findHere(start: number, end: number): number {
    const { times, count } = this.samples;
    const { lows, highs, steps, interval } = this;
    let low = 0;
    let high = 0;
    let most = 0;
    // By so many rows both ends moved at the last step: mostly they do so again.
    let stride = 0;
    for (let step = 0; step < steps; step++) {
      const nextHigh = high + stride;
      const nextLow = low + stride;
      if (
        stride > 0 &&
        low > 0 &&
        nextHigh < count &&
        times[nextHigh - 1] <= end &&
        times[nextHigh] > end &&
        times[nextLow - 1] <= start &&
        times[nextLow] > start
      ) {
        high = nextHigh;
        low = nextLow;
      } else {
        const before = high;
        while (high < count && times[high] <= end) high++;
        while (low < high && times[low] <= start) low++;
        stride = high - before;
      }
      lows[step] = low;
      highs[step] = high;
      if (high - low > most) most = high - low;
      end += interval;
      start += interval;
    }
    return most;
  }
}
