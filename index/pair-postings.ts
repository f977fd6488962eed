/**
 * The postings of an index in the making: which series have which label pair, in numbers only. A
 * series costs four bytes and four more for each label, wherever the label's values are few or
 * unique; the lists themselves are laid out once, at the end.
 */

import type { SeriesBatch } from '../kernel/merge-kernel.js';

const INITIAL_CAPACITY = 1024;

/**
 * Told a label pair, in symbols, and the ascending ids of its series: a view for this call only.
 */
export type PairVisitor = (name: number, value: number, ids: Uint32Array) => void;

export class PairPostings {
  /** Name symbol → value symbol → the pair's number. */
  private readonly pairs = new Map<number, Map<number, number>>();
  /** How many series each pair has. */
  private counts: Uint32Array = new Uint32Array(INITIAL_CAPACITY);
  private pairCount = 0;
  private ids: Uint32Array = new Uint32Array(INITIAL_CAPACITY);
  /** Where the labels of each series end in `labels`. */
  private ends: Uint32Array = new Uint32Array(INITIAL_CAPACITY);
  private seriesCount = 0;
  /** The pairs of all series, one after the other. */
  private labels: Uint32Array = new Uint32Array(INITIAL_CAPACITY);
  private labelCount = 0;

  /** Adds a series: `symbols` are its names and values in turn; ids ascend. */
  add(id: number, symbols: readonly number[]): void {
    this.labels = withRoom(this.labels, this.labelCount + symbols.length / 2);
    for (let i = 0; i < symbols.length; i += 2) {
      const pair = this.pairOf(symbols[i], symbols[i + 1]);
      this.counts[pair]++;
      this.labels[this.labelCount++] = pair;
    }
    this.ids = withRoom(this.ids, this.seriesCount + 1);
    this.ends = withRoom(this.ends, this.seriesCount + 1);
    this.ids[this.seriesCount] = id;
    this.ends[this.seriesCount++] = this.labelCount;
  }

  /** Adds several: their ids are `firstId` and their places, the symbols of all are in one list. */
  addBatch(
    firstId: number,
    {
      count,
      places,
      symbols,
      symbolEnds,
    }: Pick<SeriesBatch, 'count' | 'places' | 'symbols' | 'symbolEnds'>,
  ): void {
    this.labels = withRoom(this.labels, this.labelCount + symbolEnds[count - 1] / 2);
    this.ids = withRoom(this.ids, this.seriesCount + count);
    this.ends = withRoom(this.ends, this.seriesCount + count);
    const { labels, ids, ends } = this;
    let { labelCount } = this;
    let before = 0;
    for (let series = 0, at = 0; series < count; series++) {
      // Most labels are those of the series before.
      const [back, next] = [at - before, at];
      for (; at < symbolEnds[series]; at += 2) {
        const isSame =
          at - back < next &&
          symbols[at] === symbols[at - back] &&
          symbols[at + 1] === symbols[at + 1 - back];
        const pair = isSame
          ? labels[labelCount - back / 2]
          : this.pairOf(symbols[at], symbols[at + 1]);
        this.counts[pair]++;
        labels[labelCount++] = pair;
      }
      before = next;
      ids[this.seriesCount] = firstId + places[series];
      ends[this.seriesCount++] = labelCount;
    }
    this.labelCount = labelCount;
  }

  /** The ids of all series. */
  allIds(): Uint32Array {
    return this.ids.subarray(0, this.seriesCount);
  }

  /** Visits all pairs, by name and then by value. */
  forEach(visit: PairVisitor): void {
    const { starts, grouped } = this.group();
    for (const [name, values] of byKey(this.pairs)) {
      for (const [value, pair] of byKey(values)) {
        visit(name, value, grouped.subarray(starts[pair], starts[pair] + this.counts[pair]));
      }
    }
  }

  /** The ids by pair instead of by series: a counting sort, which keeps them ascending. */
  private group(): { starts: Uint32Array; grouped: Uint32Array } {
    const starts = new Uint32Array(this.pairCount);
    for (let pair = 1; pair < this.pairCount; pair++) {
      starts[pair] = starts[pair - 1] + this.counts[pair - 1];
    }
    const next = starts.slice();
    const grouped = new Uint32Array(this.labelCount);
    let label = 0;
    for (let series = 0; series < this.seriesCount; series++) {
      for (; label < this.ends[series]; label++) {
        grouped[next[this.labels[label]]++] = this.ids[series];
      }
    }
    return { starts, grouped };
  }

  private pairOf(name: number, value: number): number {
    let values = this.pairs.get(name);
    if (values === undefined) this.pairs.set(name, (values = new Map<number, number>()));
    let pair = values.get(value);
    if (pair === undefined) {
      pair = this.pairCount++;
      values.set(value, pair);
      this.counts = withRoom(this.counts, this.pairCount);
    }
    return pair;
  }
}

/** `list`, or a larger copy where it cannot hold `length` numbers. */
function withRoom(list: Uint32Array, length: number): Uint32Array {
  if (length <= list.length) return list;
  const larger = new Uint32Array(Math.max(length, 2 * list.length));
  larger.set(list);
  return larger;
}

/** The entries of a map by ascending key. */
function byKey<T>(map: ReadonlyMap<number, T>): [key: number, value: T][] {
  return [...map].sort(([a], [b]) => a - b);
}
