/**
 * The hot loops over the steps of a query, compiled to WebAssembly (kernel/assembly): their typed
 * face. They work on the samples of one series where the decoder has left them, in the scratch of
 * the thread's module, and take no others: who has some elsewhere uses the loops in TypeScript,
 * which define what these do.
 */
import { assert } from '../model/assert.js';
import type { Columns } from '../model/columns.js';
import { kernelModule, STEPS_MAX } from './kernel-module.js';

/**
 * Columns that lie in the scratch, for the series in hand. All of a thread share the place: what
 * is in them is gone when others of them are filled, so nobody may wait between filling and
 * reading them.
 */
export function scratchColumns(): Columns {
  return kernelModule().scratchColumns();
}

/** Whether the loops here take these samples: floats in the scratch. */
export function isInScratch(samples: Columns): boolean {
  return samples.histograms === null && kernelModule().holds(samples);
}

/** How many samples from the first on are numbers; of samples in the scratch. */
export function countNumbers(samples: Columns): number {
  return kernelModule().exports.countNumbers(samples.count);
}

/** The windows of a series: for step i the rows `[lows[i], highs[i])`. Void at the next `find`. */
export interface FoundWindows {
  readonly lows: Int32Array;
  readonly highs: Int32Array;
}

/** The place of the windows of a query of so many steps, STEPS_MAX at most. */
export function windowsOf(steps: number): FoundWindows {
  assert(steps <= STEPS_MAX, 'the steps have room in the kernel');
  const { lows, highs } = kernelModule();
  return { lows: lows.subarray(0, steps), highs: highs.subarray(0, steps) };
}

/** Which windows to find: the first is `(start, end]`, the others are `interval` ms apart. */
export interface WindowsWanted {
  readonly steps: number;
  readonly start: number;
  readonly end: number;
  readonly interval: number;
}

/** Finds all windows of samples in the scratch; returns how many samples the largest has. */
export function findWindows(samples: Columns, wanted: WindowsWanted): number {
  const { exports } = kernelModule();
  const { steps, start, end, interval } = wanted;
  exports.findWindows(samples.count, steps, start, end, interval);
  return exports.largestWindow.value;
}

/** What rates are of. */
export interface RatesWanted {
  readonly steps: number;
  /** The end of the first window. */
  readonly end: number;
  readonly interval: number;
  readonly rangeMs: number;
  /** What increases are divided by. */
  readonly seconds: number;
  readonly isCounter: boolean;
}

/** Where results go: a value and its kind for each step. */
export interface StepResults {
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
}

/** Rates of the windows that were found last, into `out`; returns how many steps have one. */
export function fillRates(samples: Columns, wanted: RatesWanted, out: StepResults): number {
  const { exports: loops, results, kinds } = kernelModule();
  const { steps, end, interval, rangeMs, seconds, isCounter } = wanted;
  const { count } = samples;
  const only = isCounter ? 1 : 0;
  const filled = loops.fillRates(count, steps, end, interval, rangeMs, seconds, only);
  out.values.set(results.subarray(0, steps));
  out.kinds.set(kinds.subarray(0, steps));
  return filled;
}

/** Where an instant selector looks: steps `interval` ms apart, and how far back from each. */
export interface InstantWanted {
  readonly steps: number;
  readonly start: number;
  readonly interval: number;
  readonly lookbackMs: number;
}

/**
 * The values of an instant selector; returns how many steps have one. They are where `results`
 * and `filledSteps` tell until the next call, whatever it is.
 */
export function findInstant(samples: Columns, wanted: InstantWanted): number {
  const { steps, start, interval, lookbackMs } = wanted;
  return kernelModule().exports.fillInstant(samples.count, steps, start, interval, lookbackMs);
}

/** The same into `out`. */
export function fillInstant(samples: Columns, wanted: InstantWanted, out: StepResults): number {
  const filled = findInstant(samples, wanted);
  const { results, kinds } = kernelModule();
  out.values.set(results.subarray(0, wanted.steps));
  out.kinds.set(kinds.subarray(0, wanted.steps));
  return filled;
}
