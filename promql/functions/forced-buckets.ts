/**
 * What is told of all classic histograms of a call whose counts fell from bucket to bucket.
 *
 * Prometheus counts such histograms in a way of its own: from the second step on, each step doubles
 * what was counted before (it merges a set of annotations into itself), modulo 2^64. The text shows
 * that count, so we count the same.
 */
import type { Annotations } from '../annotations.js';
import type { Position } from '../ast.js';
import type { Grid } from '../grid.js';
import type { ForcedMonotonicity } from './buckets.js';

interface Forced extends ForcedMonotonicity {
  readonly perStep: Uint32Array;
  readonly firstStep: number;
  readonly lastStep: number;
}

export class ForcedBuckets {
  private readonly grid: Grid;
  private readonly byName = new Map<string, Forced>();

  constructor(grid: Grid) {
    this.grid = grid;
  }

  /** A histogram of the metric `name` was mended at a step. */
  note(name: string, step: number, forced: ForcedMonotonicity): void {
    const known = this.byName.get(name);
    const perStep = known?.perStep ?? new Uint32Array(this.grid.steps);
    perStep[step]++;
    this.byName.set(name, {
      perStep,
      firstStep: Math.min(step, known?.firstStep ?? step),
      lastStep: Math.max(step, known?.lastStep ?? step),
      minBucket: Math.min(forced.minBucket, known?.minBucket ?? Infinity),
      maxBucket: Math.max(forced.maxBucket, known?.maxBucket ?? -Infinity),
      maxDifference: Math.max(forced.maxDifference, known?.maxDifference ?? 0),
    });
  }

  /** Adds what was noted to `annotations`. */
  tell(annotations: Annotations, position: Position): void {
    const { start, interval } = this.grid;
    for (const [name, forced] of this.byName) {
      annotations.forcedMonotonicity(name, position, {
        minBucket: forced.minBucket,
        maxBucket: forced.maxBucket,
        maxDifference: forced.maxDifference,
        minTime: start + forced.firstStep * interval,
        maxTime: start + forced.lastStep * interval,
        count: countAll(forced),
      });
    }
  }
}

function countAll({ perStep, firstStep }: Forced): bigint {
  // One less than is shown, as Prometheus keeps it.
  let count = BigInt(perStep[firstStep] - 1);
  for (let step = firstStep + 1; step < perStep.length; step++) {
    count = BigInt.asIntN(64, 2n * (count + BigInt(perStep[step])) + 1n);
  }
  return count + 1n;
}
