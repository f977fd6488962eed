/**
 * One group of an aggregation over all steps: series are added one after another, each as a whole
 * column, so that no more than the groups is held. The order of additions is the series' order, as
 * in Prometheus (`aggregation` in promql/engine.go), so that sums agree to the last digit.
 */
import { quantileOf } from '../quantile.js';
import { ABSENT, FLOAT, StepColumn } from '../step-column.js';

export interface Accumulator {
  add(column: StepColumn): void;
  /** Fills `out`, which is clear. */
  finish(out: StepColumn): void;
}

/** Steps that have a value: all that simple accumulators share. */
abstract class Steps {
  protected readonly seen: Uint8Array;

  constructor(steps: number) {
    this.seen = new Uint8Array(steps);
  }

  protected abstract valueAt(step: number): number;

  finish(out: StepColumn): void {
    for (let step = 0; step < this.seen.length; step++) {
      if (this.seen[step] !== 0) out.setFloat(step, this.valueAt(step));
    }
  }
}

/** `sum`: compensated. */
export class Sum extends Steps implements Accumulator {
  private readonly sums: Float64Array;
  private readonly lost: Float64Array;
  private all = false;

  constructor(steps: number) {
    super(steps);
    this.sums = new Float64Array(steps);
    this.lost = new Float64Array(steps);
  }

  add(column: StepColumn): void {
    if (column.count !== column.steps || column.histograms !== null) this.addSome(column);
    else if (this.all) this.addAll(column.values);
    else this.addSome(column);
    if (column.count === column.steps && column.histograms === null) this.all = true;
  }

  /** Fast path: every step has a sum, and the series a value at every step. */
  private addAll(values: Float64Array): void {
    const { sums, lost } = this;
    for (let step = 0; step < values.length; step++) {
      const value = values[step];
      const sum = sums[step];
      const next = sum + value;
      if (next === Infinity || next === -Infinity) lost[step] = 0;
      else if (Math.abs(sum) >= Math.abs(value)) lost[step] += sum - next + value;
      else lost[step] += value - next + sum;
      sums[step] = next;
    }
  }

  private addSome({ values, kinds }: StepColumn): void {
    const { sums, lost, seen } = this;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] !== FLOAT) continue;
      const value = values[step];
      if (seen[step] === 0) {
        seen[step] = 1;
        sums[step] = value;
        continue;
      }
      const sum = sums[step];
      const next = sum + value;
      if (next === Infinity || next === -Infinity) lost[step] = 0;
      else if (Math.abs(sum) >= Math.abs(value)) lost[step] += sum - next + value;
      else lost[step] += value - next + sum;
      sums[step] = next;
    }
  }

  protected valueAt(step: number): number {
    return this.sums[step] + this.lost[step];
  }
}

/** `avg`: by the sum or, where that overflows, from there on by steps of the mean itself. */
export class Average extends Steps implements Accumulator {
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
export class Extreme extends Steps implements Accumulator {
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

  protected valueAt(step: number): number {
    return this.values[step];
  }
}

/** `count` and `group`: of any samples, histograms too. */
export class Count extends Steps implements Accumulator {
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

  protected valueAt(step: number): number {
    return this.isGroup ? 1 : this.counts[step];
  }
}

/** `stdvar` and `stddev`, by Welford's method. */
export class Deviation extends Steps implements Accumulator {
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

  finish(out: StepColumn): void {
    const buffer = new Float64Array(this.columns.length);
    for (let step = 0; step < out.steps; step++) {
      let count = 0;
      for (const { kinds, values } of this.columns) {
        if (kinds[step] === FLOAT) buffer[count++] = values[step];
      }
      if (count > 0) out.setFloat(step, quantileOf(this.quantiles[step], buffer, count));
    }
  }
}
