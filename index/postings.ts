/**
 * Postings: the ascending ids of the series that have something in common, and their algebra.
 *
 * All are cursors that work on demand: nothing of a list is looked at before it is asked for.
 */
import { u32At } from './section.js';

/**
 * A cursor over ascending ids, each once. It starts before the first one, only moves forward, and
 * once it returned false it stays at its end.
 */
export interface Postings {
  /** The current id: valid only after `next` or `seek` returned true, until the next call. */
  readonly at: number;
  /** No fewer ids than it has in all, for planning; 0: it is empty. */
  readonly countMax: number;
  /** Moves to the next id; false: there is none. */
  next(): boolean;
  /** Moves to the first id of at least `id`, which may be the current one; false: there is none. */
  seek(id: number): boolean;
}

export const EMPTY_POSTINGS: Postings = {
  at: 0,
  countMax: 0,
  next: () => false,
  seek: () => false,
};

/** The ids of a sorted list, as far as it reaches now: what is pushed onto it later is not seen. */
export class ListPostings implements Postings {
  at = -1;
  readonly countMax: number;
  private readonly list: ArrayLike<number>;
  /** Of the next id; one past `countMax` behind the end. */
  private position = 0;

  constructor(list: ArrayLike<number>) {
    this.list = list;
    this.countMax = list.length;
  }

  next(): boolean {
    if (this.position >= this.countMax) {
      this.position = this.countMax + 1;
      return false;
    }
    this.at = this.list[this.position++];
    return true;
  }

  seek(id: number): boolean {
    if (this.position > this.countMax) return false;
    if (this.position > 0 && this.at >= id) return true;
    const { list, countMax } = this;
    // Galloping: what is sought is mostly near, and far jumps still cost only the logarithm.
    let low = this.position;
    let step = 1;
    while (low + step <= countMax && list[low + step - 1] < id) {
      low += step;
      step *= 2;
    }
    let high = Math.min(low + step - 1, countMax);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (list[middle] < id) low = middle + 1;
      else high = middle;
    }
    this.position = low;
    return this.next();
  }
}

/** The ids of a list as it stands in the index: big-endian numbers of 32 bits. */
export class BigEndianPostings implements Postings {
  at = -1;
  readonly countMax: number;
  private readonly bytes: Uint8Array;
  /** Of the next id; one past `countMax` behind the end. */
  private position = 0;

  /** Keeps `bytes`, of which each four are an id. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.countMax = bytes.length / 4;
  }

  next(): boolean {
    if (this.position >= this.countMax) {
      this.position = this.countMax + 1;
      return false;
    }
    this.at = u32At(this.bytes, 4 * this.position++);
    return true;
  }

  seek(id: number): boolean {
    if (this.position > this.countMax) return false;
    if (this.position > 0 && this.at >= id) return true;
    const { bytes, countMax } = this;
    // Galloping touches few pages where the list is mapped; see ListPostings.
    let low = this.position;
    let step = 1;
    while (low + step <= countMax && u32At(bytes, 4 * (low + step - 1)) < id) {
      low += step;
      step *= 2;
    }
    let high = Math.min(low + step - 1, countMax);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (u32At(bytes, 4 * middle) < id) low = middle + 1;
      else high = middle;
    }
    this.position = low;
    return this.next();
  }
}

/** The ids that all of `parts` have; without parts, none. */
export function intersect(parts: readonly Postings[]): Postings {
  if (parts.some(({ countMax }) => countMax === 0)) return EMPTY_POSTINGS;
  // The shortest leads, so that the others are only sought in.
  const [lead, ...others] = [...parts].sort((a, b) => a.countMax - b.countMax);
  if (lead === undefined) return EMPTY_POSTINGS;
  return others.length === 0 ? lead : new Intersection(lead, others);
}

/** The ids that any of `parts` has: a tree of mergers, for parts by the dozen. */
export function merge(parts: readonly Postings[]): Postings {
  const kept = parts.filter(({ countMax }) => countMax > 0);
  if (kept.length === 0) return EMPTY_POSTINGS;
  if (kept.length === 1) return kept[0];
  const middle = kept.length >>> 1;
  return new Union(merge(kept.slice(0, middle)), merge(kept.slice(middle)));
}

/** The ids of `full` that `dropped` does not have. */
export function without(full: Postings, dropped: Postings): Postings {
  if (full.countMax === 0 || dropped.countMax === 0) return full;
  return new Difference(full, dropped);
}

/** The ids that are left in a cursor. */
export function expand(postings: Postings): number[] {
  const ids: number[] = [];
  while (postings.next()) ids.push(postings.at);
  return ids;
}

class Intersection implements Postings {
  at = -1;
  readonly countMax: number;
  private readonly lead: Postings;
  private readonly others: readonly Postings[];

  constructor(lead: Postings, others: readonly Postings[]) {
    this.lead = lead;
    this.others = others;
    this.countMax = lead.countMax;
  }

  next(): boolean {
    return this.lead.next() && this.settle();
  }

  seek(id: number): boolean {
    return this.lead.seek(id) && this.settle();
  }

  /** Moves on from the lead's id until all agree. */
  private settle(): boolean {
    const { lead, others } = this;
    let id = lead.at;
    for (let agreeing = 0; agreeing < others.length; agreeing++) {
      const other = others[agreeing];
      if (!other.seek(id)) return false;
      if (other.at === id) continue;
      if (!lead.seek(other.at)) return false;
      id = lead.at;
      agreeing = -1;
    }
    this.at = id;
    return true;
  }
}

class Union implements Postings {
  at = -1;
  readonly countMax: number;
  private readonly left: Postings;
  private readonly right: Postings;
  /** Whether a side stands on an id that is not below `at`; both are asked before the first. */
  private leftAlive = true;
  private rightAlive = true;

  constructor(left: Postings, right: Postings) {
    this.left = left;
    this.right = right;
    this.countMax = left.countMax + right.countMax;
  }

  next(): boolean {
    const { left, right, at } = this;
    if (this.leftAlive && left.at <= at) this.leftAlive = left.next();
    if (this.rightAlive && right.at <= at) this.rightAlive = right.next();
    return this.takeLeast();
  }

  seek(id: number): boolean {
    if (this.at >= id) return this.leftAlive || this.rightAlive;
    if (this.leftAlive) this.leftAlive = this.left.seek(id);
    if (this.rightAlive) this.rightAlive = this.right.seek(id);
    return this.takeLeast();
  }

  private takeLeast(): boolean {
    const { left, right, leftAlive, rightAlive } = this;
    if (!leftAlive && !rightAlive) return false;
    if (!rightAlive) this.at = left.at;
    else if (!leftAlive) this.at = right.at;
    else this.at = left.at < right.at ? left.at : right.at;
    return true;
  }
}

class Difference implements Postings {
  at = -1;
  readonly countMax: number;
  private readonly full: Postings;
  private readonly dropped: Postings;
  private droppedAlive = true;

  constructor(full: Postings, dropped: Postings) {
    this.full = full;
    this.dropped = dropped;
    this.countMax = full.countMax;
  }

  next(): boolean {
    return this.full.next() && this.settle();
  }

  seek(id: number): boolean {
    return this.full.seek(id) && this.settle();
  }

  /** Moves on from `full`'s id to one that is not dropped. */
  private settle(): boolean {
    const { full, dropped } = this;
    do {
      const id = full.at;
      if (this.droppedAlive) this.droppedAlive = dropped.seek(id);
      if (!this.droppedAlive || dropped.at !== id) {
        this.at = id;
        return true;
      }
    } while (full.next());
    return false;
  }
}
