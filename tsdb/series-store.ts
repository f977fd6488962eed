/**
 * The series of a living head: label set → ref → slot and back, and the postings that find them.
 *
 * A ref is Prometheus' number of a series, from 1, never given twice. A slot is the place of a
 * living series in all columns, given again once the series is gone; so what is kept beyond a turn
 * of the event loop is the ref.
 */
import { HashIndex, mixHash } from '../index/hash-index.js';
import type { LabelPairs } from '../index/label-pairs.js';
import { MemPostings } from '../index/mem-postings.js';
import { assert } from '../model/assert.js';
import { InvalidLabelsError, LimitError } from '../model/errors.js';
import { Labels } from '../model/labels.js';
import type { Steps } from '../model/steps.js';
import { compareUtf8, isValidUtf8 } from '../model/utf8.js';
import type { GoneSeries } from './gone-series.js';
import { LabelOrder } from './label-order.js';
import { LABELS_MAX, LabelSets } from './label-sets.js';
import { U32Column } from './paged-column.js';
import { RefSlots } from './ref-slots.js';

/** A name or value of more UTF-16 units is refused; Prometheus' own limit is 16 MiB of UTF-8. */
export const LABEL_LENGTH_MAX = 4 * 1024 * 1024;
/** A series' log record holds all its labels. */
export const LABELS_LENGTH_MAX = 16 * 1024 * 1024;

/** Who keeps the state of slots: the head kernel. */
export interface SlotStates {
  /** Takes a slot for a series. */
  addSlot(ref: number): number;
  freeSlot(slot: number): void;
  /** The ref of the series in a slot; 0 where there is none. */
  readonly refs: Float64Array;
  /** One above the highest slot that was ever in use. */
  readonly slotLimit: number;
}

export class SeriesStore {
  readonly postings = new MemPostings();
  readonly order: LabelOrder;
  /** By ref, the slots of living series. */
  readonly refSlots = new RefSlots();
  /** The last ref that was given; the next one is one more. */
  lastRef = 0;
  private readonly slots: SlotStates;
  private readonly seriesMax: number;
  private readonly pairs: LabelPairs;
  private readonly sets = new LabelSets();
  private readonly byHash = new HashIndex();
  /** By slot: where its label set is. */
  private readonly setAt = new U32Column();
  /** Pairs of one label set: of the one that was looked for last, NO_PAIR for one there is not. */
  private ids = new Uint32Array(64);
  private searched: Labels | null = null;
  private seriesCount = 0;

  /** At most `seriesMax` series are made by `create`. */
  constructor(slots: SlotStates, seriesMax: number) {
    this.slots = slots;
    this.seriesMax = seriesMax;
    this.pairs = this.postings.pairs;
    this.order = new LabelOrder(this, slots);
  }

  get count(): number {
    return this.seriesCount;
  }

  /** The slot of a living series, -1 where there is none with this ref. */
  slotOf(ref: number): number {
    return this.refSlots.slotOf(ref);
  }

  /** The slot of the series with these labels, -1 where there is none. */
  find(labels: Labels): number {
    // Fast path: the same object as last time.
    if (labels.finder === this) {
      const slot = this.refSlots.slotOf(labels.found);
      if (slot >= 0) return slot;
    }
    const slot = this.search(labels);
    if (slot >= 0) this.remember(labels, slot);
    return slot;
  }

  /**
   * Makes a series of labels that `find` did not find, under the next ref, and returns its slot:
   * quickest when nothing was asked in between. Throws an `InvalidLabelsError`, or a `LimitError`
   * where there are as many series as may be.
   */
  create(labels: Labels): number {
    if (this.seriesCount >= this.seriesMax) {
      throw new LimitError('seriesMax', `there are ${this.seriesCount} series in the head`);
    }
    if (this.searched !== labels) this.search(labels);
    this.check(labels);
    return this.add(labels, this.lastRef + 1);
  }

  /** Enters a series of a log that `find` did not find under its ref, unchecked. */
  add(labels: Labels, ref: number): number {
    const { pairs } = this;
    const count = labels.size;
    if (this.searched !== labels) this.search(labels);
    const { ids } = this;
    for (let i = 0; i < count; i++) {
      if (ids[i] === NO_PAIR) ids[i] = pairs.intern(labels.nameAt(i), labels.valueAt(i));
    }
    const slot = this.addPairs(ref, ids, count);
    this.remember(labels, slot);
    this.searched = null;
    return slot;
  }

  /** The slot of the series with the label pairs `ids[0, count)`, -1 where there is none. */
  findPairs(ids: Uint32Array, count: number): number {
    const { sets, setAt } = this;
    const hash = hashOf(ids, count);
    for (let slot = this.byHash.first(hash); slot >= 0; slot = this.byHash.next()) {
      if (sets.equals(setAt.at(slot), ids, count)) return slot;
    }
    return -1;
  }

  /** Enters a series that `findPairs` did not find, unchecked; its pairs are sorted by name. */
  addPairs(ref: number, ids: Uint32Array, count: number): number {
    assert(count > 0 && count <= LABELS_MAX, 'a series has labels, up to a limit');
    const slot = this.slots.addSlot(ref);
    this.setAt.set(slot, this.sets.add(ids, count));
    this.order.start(slot);
    this.refSlots.add(ref, slot);
    this.byHash.add(hashOf(ids, count), slot);
    this.postings.addPairs(ref, ids, 0, count);
    this.seriesCount++;
    if (ref > this.lastRef) this.lastRef = ref;
    return slot;
  }

  /** No series that is made from now on gets `ref`, or one before it. */
  skipRefsTo(ref: number): void {
    // One that was never given in earnest would use up all that there are.
    if (ref < REF_SKIPPED_MAX) this.lastRef = Math.max(this.lastRef, ref);
  }

  /** Takes a series out at once: its ref is unknown and its slot free; `forget` does the rest. */
  takeOut(slot: number, gone: GoneSeries): void {
    const at = this.setAt.at(slot);
    const ref = this.slots.refs[slot];
    const count = this.loadIds(at);
    this.byHash.remove(hashOf(this.ids, count), slot);
    for (let i = 0; i < count; i++) gone.addPair(this.ids[i]);
    gone.addRef(ref);
    this.refSlots.remove(ref);
    this.sets.remove(at);
    this.slots.freeSlot(slot);
    this.seriesCount--;
  }

  /** Takes series that are gone out of the postings, and drops pairs that no other has. */
  forget(gone: GoneSeries): Steps<void> {
    return this.postings.delete(gone.refSet(), gone.pairList());
  }

  /** The labels of a series. */
  labelsAt(slot: number): Labels {
    const { pairs, sets } = this;
    const at = this.setAt.at(slot);
    const count = sets.countAt(at);
    const texts: string[] = [];
    for (let i = 0; i < count; i++) {
      const id = sets.idAt(at, i);
      texts.push(pairs.nameOf(id), pairs.valueOf(id));
    }
    return Labels.fromSortedPairs(texts);
  }

  /** How many labels a series has. */
  labelCount(slot: number): number {
    return this.sets.countAt(this.setAt.at(slot));
  }

  /** The number of the label pair at an index of a series' labels. */
  pairAt(slot: number, index: number): number {
    return this.sets.idAt(this.setAt.at(slot), index);
  }

  /** The order of the labels of two series. */
  compare(a: number, b: number): number {
    const { sets, pairs } = this;
    const first = this.setAt.at(a);
    const second = this.setAt.at(b);
    const length = Math.min(sets.countAt(first), sets.countAt(second));
    for (let i = 0; i < length; i++) {
      const x = sets.idAt(first, i);
      const y = sets.idAt(second, i);
      if (x === y) continue;
      return (
        compareUtf8(pairs.nameOf(x), pairs.nameOf(y)) ||
        compareUtf8(pairs.valueOf(x), pairs.valueOf(y))
      );
    }
    return sets.countAt(first) - sets.countAt(second);
  }

  /** What it takes, in bytes: texts and postings, label sets, look-up tables. */
  sizes(): { readonly postings: number; readonly labels: number; readonly tables: number } {
    return {
      postings: this.postings.sizeBytes(),
      labels: this.sets.sizeBytes() + this.setAt.sizeBytes(),
      tables: this.byHash.sizeBytes() + this.refSlots.sizeBytes() + this.order.sizeBytes(),
    };
  }

  /** Leaves the pairs of `labels` in `ids`, for who makes the series. */
  private search(labels: Labels): number {
    const { pairs } = this;
    const count = labels.size;
    this.reserveIds(count);
    const { ids } = this;
    let isKnown = true;
    for (let i = 0; i < count; i++) {
      const id = pairs.find(labels.nameAt(i), labels.valueAt(i));
      if (id < 0) isKnown = false;
      ids[i] = id < 0 ? NO_PAIR : id;
    }
    this.searched = labels;
    return isKnown ? this.findPairs(ids, count) : -1;
  }

  private remember(labels: Labels, slot: number): void {
    labels.finder = this;
    labels.found = this.slots.refs[slot];
  }

  private check(labels: Labels): void {
    const refuse = (reason: string): InvalidLabelsError =>
      new InvalidLabelsError(reason, shortened(labels));
    if (labels.size === 0) throw refuse('a series has labels');
    if (labels.size > LABELS_MAX) throw refuse(`a series has at most ${LABELS_MAX} labels`);
    let length = 0;
    for (let i = 0; i < labels.size; i++) {
      const name = labels.nameAt(i);
      const value = labels.valueAt(i);
      if (typeof name !== 'string' || typeof value !== 'string') throw refuse('labels are texts');
      if (name === '') throw refuse('a label has a name');
      if (value === '') throw refuse(`the value of ${name} is empty`);
      const order = i === 0 ? -1 : compareUtf8(labels.nameAt(i - 1), name);
      if (order === 0) throw refuse(`the label name ${name} is not unique`);
      if (order > 0) throw refuse('labels are sorted by name');
      if (Math.max(name.length, value.length) > LABEL_LENGTH_MAX) {
        throw refuse(`a label name or value exceeds ${LABEL_LENGTH_MAX} characters`);
      }
      length += name.length + value.length;
      // A pair that there is was checked when it was made.
      if (this.ids[i] !== NO_PAIR) continue;
      if (!isValidUtf8(name) || !isValidUtf8(value)) throw refuse('a label is no valid UTF-8');
    }
    if (length > LABELS_LENGTH_MAX) {
      throw refuse(`the labels exceed ${LABELS_LENGTH_MAX} characters`);
    }
  }

  /** Loads the pairs of a set into `ids`; returns how many. */
  private loadIds(at: number): number {
    this.searched = null;
    const count = this.sets.countAt(at);
    this.reserveIds(count);
    for (let i = 0; i < count; i++) this.ids[i] = this.sets.idAt(at, i);
    return count;
  }

  private reserveIds(count: number): void {
    if (count > this.ids.length) this.ids = new Uint32Array(2 * count);
  }
}

/** So many series are never made. */
const REF_SKIPPED_MAX = 2 ** 48;
/** Stands among the pairs of a label set for one that there is not. */
const NO_PAIR = 0xffff_ffff;
/** A message tells so much of a label set. */
const SHOWN_LENGTH = 1000;

function hashOf(ids: Uint32Array, count: number): number {
  let hash = count;
  for (let i = 0; i < count; i++) hash = Math.imul(hash ^ ids[i], 0x01000193) + (hash >>> 15);
  return mixHash(hash | 0);
}

function shortened(labels: Labels): string {
  const text = labels.toString();
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}…`;
}
