/**
 * What a vector expression gives for one series: a value, or none, for each step of a query.
 *
 * `kinds[step]` tells which: ABSENT, FLOAT (in `values`) or HISTOGRAM (in `histograms`). Rows of
 * other kinds are garbage. Sample values live only in the typed array (the stale marker's bits).
 */
import type { Histogram } from '../model/histogram.js';
import type { MadeColumn } from '../model/queryable.js';

export const ABSENT = 0;
export const FLOAT = 1;
export const HISTOGRAM = 2;

export class StepColumn {
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
  /** Null while no step has one. */
  histograms: (Histogram | undefined)[] | null = null;
  /** How many steps are not ABSENT. */
  count = 0;

  constructor(
    steps: number,
    values: Float64Array = new Float64Array(steps),
    kinds: Uint8Array = new Uint8Array(steps),
  ) {
    this.values = values;
    this.kinds = kinds;
  }

  /** A column over memory that is there. */
  static over(values: Float64Array, kinds: Uint8Array): StepColumn {
    return new StepColumn(kinds.length, values, kinds);
  }

  /** What another thread has made of a series: floats. */
  static of({ values, kinds, count }: MadeColumn): StepColumn {
    const column = StepColumn.over(values, kinds);
    column.count = count;
    return column;
  }

  get steps(): number {
    return this.kinds.length;
  }

  /** Makes all steps ABSENT. */
  clear(): void {
    this.kinds.fill(ABSENT);
    this.histograms = null;
    this.count = 0;
  }

  /** Makes us equal to `other`. */
  copyFrom(other: StepColumn): void {
    this.values.set(other.values);
    this.kinds.set(other.kinds);
    this.histograms = other.histograms === null ? null : [...other.histograms];
    this.count = other.count;
  }

  /** Takes over the value of one step of `other`. */
  copyStep(other: StepColumn, step: number): void {
    if (this.kinds[step] === ABSENT) this.count++;
    this.kinds[step] = other.kinds[step];
    this.values[step] = other.values[step];
    if (other.histograms !== null) {
      this.histograms ??= [];
      this.histograms[step] = other.histograms[step];
    }
  }

  /** Sets one step's float. Not for the stale marker. */
  setFloat(step: number, value: number): void {
    if (this.kinds[step] === ABSENT) this.count++;
    this.kinds[step] = FLOAT;
    this.values[step] = value;
  }

  /** Makes one step ABSENT. */
  drop(step: number): void {
    if (this.kinds[step] !== ABSENT) this.count--;
    this.kinds[step] = ABSENT;
  }

  /** Makes the steps with histograms ABSENT: for what takes floats only. */
  dropHistograms(): void {
    if (this.histograms === null) return;
    for (let step = 0; step < this.kinds.length; step++) {
      if (this.kinds[step] === HISTOGRAM) this.drop(step);
    }
    this.histograms = null;
  }
}
