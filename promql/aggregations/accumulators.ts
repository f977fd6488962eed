/**
 * One group of an aggregation over all steps: series are added one after another, each as a whole
 * column, so that no more than the groups is held. The order of additions is the series' order, as
 * in Prometheus (`aggregation` in promql/engine.go), so that sums agree to the last digit.
 */
import type { Columns } from '../../model/columns.js';
import { fillInstant, findRuns, type InstantView, isSparse, type Runs } from '../instant-steps.js';
import { quantileOf } from '../quantile.js';
import { ABSENT, FLOAT, StepColumn } from '../step-column.js';

export interface Accumulator {
  add(column: StepColumn): void;
  /**
   * The same of the samples of an instant selector, all floats, without a column in between;
   * returns how many steps have a value. `runs` is a buffer.
   */
  addSamples(samples: Columns, view: InstantView, runs: Runs): number;
  /** Fills the steps `[from, to)` of `out`, which is clear. */
  finish(out: StepColumn, from: number, to: number): void;
  /** What finishing a step costs, in the pacer's units. */
  readonly stepUnits: number;
  /** Lets go of what it holds beside garbage; nothing else may follow. */
  release(): void;
}

/** Steps that have a value: all that simple accumulators share. */
export abstract class StepAccumulator {
  readonly stepUnits = 1;
  readonly seen: Uint8Array;
  private column: StepColumn | null = null;

  constructor(steps: number) {
    this.seen = new Uint8Array(steps);
  }

  protected abstract valueAt(step: number): number;

  abstract add(column: StepColumn): void;

  addSamples(samples: Columns, view: InstantView, runs: Runs): number {
    if (view.steps > 1 && isSparse(samples, view)) {
      const column = (this.column ??= new StepColumn(this.seen.length));
      fillInstant(samples, view, column);
      if (column.count > 0) this.add(column);
      return column.count;
    }
    findRuns(samples, view, runs.of(samples.count, view.steps));
    this.addRuns(runs);
    return runs.steps;
  }

  protected addRuns(runs: Runs): void {
    this.add(columnOf(runs, (this.column ??= new StepColumn(this.seen.length))));
  }

  release(): void {
    this.column = null;
  }

  finish(out: StepColumn, from: number, to: number): void {
    for (let step = from; step < to; step++) {
      if (this.seen[step] !== 0) out.setFloat(step, this.valueAt(step));
    }
  }
}

/** Runs as a column. */
function columnOf({ starts, ends, values, count, steps }: Runs, column: StepColumn): StepColumn {
  column.clear();
  for (let run = 0; run < count; run++) {
    column.values.fill(values[run], starts[run], ends[run]);
    column.kinds.fill(FLOAT, starts[run], ends[run]);
  }
  column.count = steps;
  return column;
}

/** `avg`: by the sum or, where that overflows, from there on by steps of the mean itself. */
export class Average extends StepAccumulator implements Accumulator {
  private readonly sums: Float64Array;
  private readonly lost: Float64Array;
  private readonly counts: Float64Array;
  /** Steps whose `sums` hold a mean by now; null while there is none. */
  private means: Uint8Array | null = null;

  constructor(steps: number) {
    super(steps);
    this.sums = new Float64Array(steps);
    this.lost = new Float64Array(steps);
    this.counts = new Float64Array(steps);
  }

  add({ values, kinds }: StepColumn): void {
    const { sums, lost, counts, seen } = this;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] !== FLOAT) continue;
      const value = values[step];
      counts[step]++;
      if (seen[step] === 0) {
        seen[step] = 1;
        sums[step] = value;
        continue;
      }
      const sum = sums[step];
      const next = sum + value;
      if (next === Infinity || next === -Infinity || this.means !== null) {
        this.addSlowly(step, value);
        continue;
      }
      if (Math.abs(sum) >= Math.abs(value)) lost[step] += sum - next + value;
      else lost[step] += value - next + sum;
      sums[step] = next;
    }
  }

  protected override addRuns(runs: Runs): void {
    const { starts, ends, values, count } = runs;
    const { sums, lost, counts, seen } = this;
    if (this.means !== null) return super.addRuns(runs);
    for (let run = 0; run < count; run++) {
      const value = values[run];
      for (let step = starts[run]; step < ends[run]; step++) {
        const sum = seen[step] === 0 ? -0 : sums[step];
        const next = sum + value;
        counts[step]++;
        if (seen[step] !== 0 && (next === Infinity || next === -Infinity)) {
          this.addSlowly(step, value);
          continue;
        }
        if (seen[step] !== 0) lost[step] += lostOf(sum, value, next);
        seen[step] = 1;
        sums[step] = next;
      }
    }
  }

  private addSlowly(step: number, value: number): void {
    const { sums, lost, counts } = this;
    const count = counts[step];
    const means = (this.means ??= new Uint8Array(this.seen.length));
    if (means[step] === 0) {
      const next = sums[step] + value;
      if (next !== Infinity && next !== -Infinity) {
        lost[step] += lostOf(sums[step], value, next);
        sums[step] = next;
        return;
      }
      means[step] = 1;
      sums[step] /= count - 1;
      lost[step] /= count - 1;
    }
    const share = (count - 1) / count;
    const mean = share * sums[step];
    const part = value / count;
    const next = mean + part;
    const isInfinite = next === Infinity || next === -Infinity;
    lost[step] = isInfinite ? 0 : share * lost[step] + lostOf(mean, part, next);
    sums[step] = next;
  }

  protected valueAt(step: number): number {
    const { sums, lost, counts, means } = this;
    if (means !== null && means[step] !== 0) return sums[step] + lost[step];
    return sums[step] / counts[step] + lost[step] / counts[step];
  }
}

/** What rounding has taken from `sum + value`. */
function lostOf(sum: number, value: number, rounded: number): number {
  if (Math.abs(sum) >= Math.abs(value)) return sum - rounded + value;
  return value - rounded + sum;
}

/** `min` and `max`: the first of equals; NaN only where there is nothing else. */
export class Extreme extends StepAccumulator implements Accumulator {
  private readonly values: Float64Array;
  private readonly sign: 1 | -1;

  /** `sign` is 1 for the greatest, -1 for the least. */
  constructor(steps: number, sign: 1 | -1) {
    super(steps);
    this.values = new Float64Array(steps);
    this.sign = sign;
  }

  add({ values, kinds }: StepColumn): void {
    const { values: best, seen, sign } = this;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] !== FLOAT) continue;
      const value = values[step];
      const known = best[step];
      if (seen[step] !== 0 && !(sign * known < sign * value) && known === known) continue;
      best[step] = value;
      seen[step] = 1;
    }
  }

  protected override addRuns({ starts, ends, values, count }: Runs): void {
    const { values: best, seen, sign } = this;
    for (let run = 0; run < count; run++) {
      const value = values[run];
      for (let step = starts[run]; step < ends[run]; step++) {
        const known = best[step];
        if (seen[step] !== 0 && !(sign * known < sign * value) && known === known) continue;
        best[step] = value;
        seen[step] = 1;
      }
    }
  }

  protected valueAt(step: number): number {
    return this.values[step];
  }
}

/** `count` and `group`: of any samples, histograms too. */
export class Count extends StepAccumulator implements Accumulator {
  private readonly counts: Float64Array;
  private readonly isGroup: boolean;

  constructor(steps: number, isGroup: boolean) {
    super(steps);
    this.counts = new Float64Array(steps);
    this.isGroup = isGroup;
  }

  add({ kinds }: StepColumn): void {
    const { counts, seen } = this;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] === ABSENT) continue;
      seen[step] = 1;
      counts[step]++;
    }
  }

  protected override addRuns({ starts, ends, count }: Runs): void {
    const { counts, seen } = this;
    for (let run = 0; run < count; run++) {
      for (let step = starts[run]; step < ends[run]; step++) {
        seen[step] = 1;
        counts[step]++;
      }
    }
  }

  protected valueAt(step: number): number {
    return this.isGroup ? 1 : this.counts[step];
  }
}

/** `stdvar` and `stddev`, by Welford's method. */
export class Deviation extends StepAccumulator implements Accumulator {
  private readonly counts: Float64Array;
  private readonly means: Float64Array;
  private readonly squares: Float64Array;
  private readonly isRoot: boolean;

  constructor(steps: number, isRoot: boolean) {
    super(steps);
    this.counts = new Float64Array(steps);
    this.means = new Float64Array(steps);
    this.squares = new Float64Array(steps);
    this.isRoot = isRoot;
  }

  add({ values, kinds }: StepColumn): void {
    const { counts, means, squares, seen } = this;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] !== FLOAT) continue;
      const value = values[step];
      counts[step]++;
      if (seen[step] === 0) {
        seen[step] = 1;
        means[step] = value;
        squares[step] = Number.isFinite(value) ? 0 : NaN;
        continue;
      }
      const delta = value - means[step];
      means[step] += delta / counts[step];
      squares[step] += delta * (value - means[step]);
    }
  }

  protected valueAt(step: number): number {
    const variance = this.squares[step] / this.counts[step];
    return this.isRoot ? Math.sqrt(variance) : variance;
  }
}

/** `quantile`: has to keep its series. */
export class Quantile implements Accumulator {
  private readonly columns: StepColumn[] = [];
  private readonly quantiles: Float64Array;

  constructor(quantiles: Float64Array) {
    this.quantiles = quantiles;
  }

  add(column: StepColumn): void {
    const kept = new StepColumn(column.steps);
    kept.copyFrom(column);
    this.columns.push(kept);
  }

  addSamples(samples: Columns, view: InstantView): number {
    const column = new StepColumn(this.quantiles.length);
    fillInstant(samples, view, column);
    if (column.count > 0) this.columns.push(column);
    return column.count;
  }

  release(): void {
    this.columns.length = 0;
  }

  /** Sorting takes most of it. */
  get stepUnits(): number {
    return 20 * this.columns.length;
  }

  finish(out: StepColumn, from: number, to: number): void {
    const buffer = new Float64Array(this.columns.length);
    for (let step = from; step < to; step++) {
      let count = 0;
      for (const { kinds, values } of this.columns) {
        if (kinds[step] === FLOAT) buffer[count++] = values[step];
      }
      if (count > 0) out.setFloat(step, quantileOf(this.quantiles[step], buffer, count));
    }
  }
}
