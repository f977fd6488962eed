/**
 * The refs of series that are gone while the log may still have samples of them: a checkpoint keeps
 * their records, or replay could not tell whose samples these are (Prometheus' walExpiries). Half a
 * million may go at once, so those that went together are one set of bits.
 */

/** What a set of refs is asked. */
export interface RefSet {
  has(ref: number): boolean;
}

interface Departure {
  readonly refs: RefSet;
  readonly time: number;
}

export class LogExpiries {
  private departures: Departure[] = [];
  /** Refs under which labels were logged that have another: few, and one by one. */
  private readonly single = new Map<number, number>();

  /** The log has samples of these up to `time`, as far as is known. */
  addAll(refs: RefSet, time: number): void {
    this.departures.push({ refs, time });
  }

  /** Likewise of one; the latest time counts. */
  add(ref: number, time: number): void {
    this.single.set(ref, Math.max(time, this.timeOf(ref)));
  }

  /** Up to which time the log may have samples of a series that is gone; -Infinity: none. */
  timeOf(ref: number): number {
    let time = this.single.get(ref) ?? -Infinity;
    for (const { refs, time: other } of this.departures) {
      if (other > time && refs.has(ref)) time = other;
    }
    return time;
  }

  /** Forgets those of which the log has nothing from `time` on. */
  dropBefore(time: number): void {
    this.departures = this.departures.filter((departure) => departure.time >= time);
    for (const [ref, own] of this.single) if (own < time) this.single.delete(ref);
  }
}
