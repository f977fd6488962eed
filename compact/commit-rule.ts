/**
 * Which samples of one series Prometheus' head takes when they come in commits, and none may be out
 * of order (tsdb/head_append.go, `Append` and `Commit`):
 *
 *     later than all before it                       taken
 *     later than all committed, not than all         dropped in silence, as its commit is applied
 *     at the time of the last one committed          dropped if its bits are the same, or refused
 *     earlier than that                              refused
 */

export type Verdict = 'taken' | 'dropped' | 'duplicate' | 'out of order';

export class CommitRule {
  /** The places in the input at which commits begin, ascending. */
  private readonly commitStarts: readonly number[];
  private nextCommitAt = 0;
  private hasTaken = false;
  private hasCommitted = false;
  // The last sample taken, and the last one committed: the value in two halves.
  private time = 0;
  private low = 0;
  private high = 0;
  private committedTime = 0;
  private committedLow = 0;
  private committedHigh = 0;

  constructor(commitStarts: readonly number[]) {
    this.commitStarts = commitStarts;
  }

  /** Forgets the series before. */
  startSeries(): void {
    this.nextCommitAt = 0;
    this.hasTaken = false;
    this.hasCommitted = false;
  }

  /** Decides on the next sample of the series in the input; `place` is where it stands there. */
  decide(time: number, low: number, high: number, place: number): Verdict {
    if (place >= this.nextCommitAt) this.commit(place);
    if (!this.hasTaken || time > this.time) {
      this.hasTaken = true;
      this.time = time;
      this.low = low;
      this.high = high;
      return 'taken';
    }
    if (!this.hasCommitted || time > this.committedTime) return 'dropped';
    if (time < this.committedTime) return 'out of order';
    return low === this.committedLow && high === this.committedHigh ? 'dropped' : 'duplicate';
  }

  /** What came before is committed; the commit of `place` is open from now on. */
  private commit(place: number): void {
    this.hasCommitted = this.hasTaken;
    this.committedTime = this.time;
    this.committedLow = this.low;
    this.committedHigh = this.high;
    let from = 0;
    let to = this.commitStarts.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.commitStarts[middle] <= place) from = middle + 1;
      else to = middle;
    }
    this.nextCommitAt = from < this.commitStarts.length ? this.commitStarts[from] : Infinity;
  }
}
