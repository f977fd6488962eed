/**
 * Compensated sums of the steps of a query, in the kernel's memory, where its results are added to
 * them two at a time. Who takes some gives them back.
 */
import type { Columns } from '../model/columns.js';
import { kernelModule, STEPS_MAX } from './kernel-module.js';
import { findInstant, type InstantWanted, type StepResults } from './step-kernel.js';

export class StepSums {
  /** By step; and what additions have lost. */
  readonly sums: Float64Array;
  readonly lost: Float64Array;

  private constructor(at: number, steps: number) {
    const { buffer } = kernelModule().exports.memory;
    this.sums = new Float64Array(buffer, at, steps);
    this.lost = new Float64Array(buffer, at + 8 * even(steps), steps);
    this.sums.fill(-0);
    this.lost.fill(0);
  }

  /** Sums of nothing, -0; null where there is no room for them. */
  static take(steps: number): StepSums | null {
    if (steps > STEPS_MAX) return null;
    const at = kernelModule().arena.take(16 * even(steps));
    return at === 0 ? null : new StepSums(at, steps);
  }

  /** Once; what was taken is void afterwards. */
  give(): void {
    kernelModule().arena.give();
  }

  /** Adds the values of the steps `[from, to)`, which all have one. */
  add(values: Float64Array, from: number, to: number): void {
    const { results } = kernelModule();
    results.set(values.subarray(from, to), from);
    this.addResults(from, to);
  }

  /**
   * Adds what an instant selector gives of samples in the scratch, unless some step between others
   * has no value: `addSome` is given the values then. Returns how many steps have one.
   */
  addInstant(
    samples: Columns,
    wanted: InstantWanted,
    { addSome, seen }: { addSome: (values: StepResults) => void; seen: Uint8Array },
  ): number {
    const filled = findInstant(samples, wanted);
    if (filled === 0) return 0;
    const { exports, results, kinds } = kernelModule();
    const from = exports.filledFrom.value;
    const to = exports.filledTo.value;
    if (to - from === filled) {
      this.addResults(from, to);
      seen.fill(1, from, to);
    } else {
      addSome({ values: results, kinds: kinds.subarray(0, wanted.steps) });
    }
    return filled;
  }

  private addResults(from: number, to: number): void {
    const { sums, lost } = this;
    kernelModule().exports.addResults(sums.byteOffset, lost.byteOffset, from, to);
  }
}

/** So that columns behind one another begin at multiples of 16 bytes. */
function even(steps: number): number {
  return steps + (steps % 2);
}
