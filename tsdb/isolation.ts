/**
 * What a reader of the living head may see: what was committed when it came. Nothing is kept for
 * that per sample. The first commit that is applied while readers are open copies the time of each
 * series' last sample, once, and they hide what is newer; without readers a commit pays nothing.
 */
import { assert } from '../model/assert.js';
import type { Interval } from '../model/interval.js';

/** A reader's view: its range, and what it may see. */
export interface ReadMark {
  readonly range: Interval;
  /** Series with later refs were made after it came. */
  readonly lastRef: number;
  /** By slot: later samples are hidden; null: nothing was committed since. */
  lastTimes: Float64Array | null;
}

/** Who knows the state that is to be remembered. */
export interface Remembered {
  /** Of each slot. */
  readonly lastTimes: Float64Array;
  /** How many slots that are. */
  readonly slotLimit: number;
}

export class Isolation {
  private readonly state: Remembered;
  private readonly marks = new Set<ReadMark>();
  private readonly waiting: { readonly before: number; readonly resolve: () => void }[] = [];
  /** While a commit is applied in several turns: what was there before it. */
  private before: Float64Array | null = null;

  constructor(state: Remembered) {
    this.state = state;
  }

  get readerCount(): number {
    return this.marks.size;
  }

  /** A reader comes; it must `leave`. */
  enter(range: Interval, lastRef: number): ReadMark {
    const mark: ReadMark = { range, lastRef, lastTimes: this.before };
    this.marks.add(mark);
    return mark;
  }

  leave(mark: ReadMark): void {
    assert(this.marks.delete(mark), 'a reader leaves once');
    for (let i = this.waiting.length - 1; i >= 0; i--) {
      const { before, resolve } = this.waiting[i];
      if (this.overlaps(before)) continue;
      this.waiting.splice(i, 1);
      resolve();
    }
  }

  /** Before samples are applied, all of which are there when the loop turns next. */
  beforeShort(): void {
    for (const mark of this.marks) {
      if (mark.lastTimes !== null) continue;
      this.remember();
      return;
    }
  }

  /** Before samples are applied in several turns; `afterLong` says that all are there. */
  beforeLong(): void {
    this.before = this.remember();
  }

  afterLong(): void {
    this.before = null;
  }

  /** Resolves when no reader is left that may read before `time`. */
  whenNoneBefore(time: number): Promise<void> {
    if (!this.overlaps(time)) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ before: time, resolve }));
  }

  private overlaps(before: number): boolean {
    for (const { range } of this.marks) if (range.minTime < before) return true;
    return false;
  }

  private remember(): Float64Array {
    const lastTimes = this.state.lastTimes.slice(0, this.state.slotLimit);
    for (const mark of this.marks) mark.lastTimes ??= lastTimes;
    return lastTimes;
  }
}
