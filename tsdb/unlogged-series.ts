/**
 * The series of a living head whose records are not in the log yet, by ref. They go there in
 * batches: one is all that wait when it begins, and is taken in parts, so that a million series
 * that are made at once are not one write.
 */

export class UnloggedSeries {
  /** What came since the batch began. */
  private waiting: number[] = [];
  private batch: readonly number[] = [];
  private taken = 0;

  /** Whether all of the batch was taken. */
  get isTaken(): boolean {
    return this.taken === this.batch.length;
  }

  get isEmpty(): boolean {
    return this.isTaken && this.waiting.length === 0;
  }

  add(ref: number): void {
    this.waiting.push(ref);
  }

  /** Begins a batch where the last one is taken; false where it is not. */
  begin(): boolean {
    if (!this.isTaken) return false;
    this.batch = this.waiting;
    this.taken = 0;
    this.waiting = [];
    return true;
  }

  /** Takes at most `countMax` of the batch. */
  take(countMax: number): readonly number[] {
    const from = this.taken;
    this.taken = Math.min(from + countMax, this.batch.length);
    return from === 0 && this.isTaken ? this.batch : this.batch.slice(from, this.taken);
  }

  /** Takes back what could not be logged; it and the rest of the batch wait for the next one. */
  giveBack(refs: readonly number[]): void {
    // In front: they are older than what came since.
    this.waiting = [...refs, ...this.batch.slice(this.taken), ...this.waiting];
    this.batch = [];
    this.taken = 0;
  }
}
