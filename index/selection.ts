/**
 * The ids of the series that a query selects. A cursor like `Postings`, but one that pauses: there
 * is no bound to what has to be passed over between two ids, and that may take its time.
 */
import type { Moved } from '../model/steps.js';
import { EMPTY_POSTINGS, intersect, type Postings, without } from './postings.js';

/** Ids of the shortest list that are looked at between two pauses: 0.1 to 1 ms, seldom more. */
const IDS_PER_PORTION = 8192;
/** What looking at them costs, in the pacer's units. */
export const PORTION_UNITS = 10 * IDS_PER_PORTION;

export class Selection {
  private readonly lead: Portions;
  private readonly postings: Postings;

  /** The ids that all of `wanted` have and none of `dropped`; without `wanted`, none. */
  constructor(wanted: readonly Postings[], dropped: readonly Postings[] = []) {
    const [shortest = EMPTY_POSTINGS, ...others] = [...wanted].sort(
      (a, b) => a.countMax - b.countMax,
    );
    this.lead = new Portions(shortest);
    this.postings = dropped.reduce<Postings>(
      (left, one) => without(left, one),
      intersect([this.lead, ...others]),
    );
  }

  /** The current id: valid only after `move` returned `on`, until the next call. */
  get at(): number {
    return this.postings.at;
  }

  /** No fewer ids than it has in all; 0: it is empty. */
  get countMax(): number {
    return this.postings.countMax;
  }

  /** Moves to the next id. */
  move(): Moved {
    if (this.postings.next()) return 'on';
    return this.lead.renew() ? 'paused' : 'ended';
  }
}

/**
 * Seems to end after each portion. All postings that it leads then end too, and go on where they
 * stood once it is renewed: what it did not move over it will still come to.
 */
class Portions implements Postings {
  readonly countMax: number;
  private readonly postings: Postings;
  private left = IDS_PER_PORTION;

  constructor(postings: Postings) {
    this.postings = postings;
    this.countMax = postings.countMax;
  }

  get at(): number {
    return this.postings.at;
  }

  next(): boolean {
    if (this.left === 0) return false;
    this.left--;
    return this.postings.next();
  }

  seek(id: number): boolean {
    if (this.left === 0) return false;
    this.left--;
    return this.postings.seek(id);
  }

  /** Starts the next portion; false: it was not the portion that ended. */
  renew(): boolean {
    if (this.left > 0) return false;
    this.left = IDS_PER_PORTION;
    return true;
  }
}
