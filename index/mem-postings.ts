/**
 * Postings in memory, for series that are in no block yet: label pair → ascending refs.
 *
 * Cursors see the lists as they were when they were made (ref-list.ts).
 */
import type { Labels } from '../model/labels.js';
import { sortSteps } from '../model/sort-steps.js';
import type { Steps } from '../model/steps.js';
import { compareUtf8 } from '../model/utf8.js';
import { IdSet } from './id-set.js';
import { LabelPairs, type NameEntry } from './label-pairs.js';
import { EMPTY_POSTINGS, ListPostings, merge, type Postings } from './postings.js';
import { RefList } from './ref-list.js';
import { type PostingsIndex, type ValueFilter } from './select.js';
import { PORTION_UNITS, type Selection } from './selection.js';

/** Up to so many lists are united by cursors; more at once. */
const MERGED_LISTS_MAX = 16;
/** A map of bits is made of refs that stand no further apart than this on average. */
const DENSITY_MIN = 1 / 64;
/** What looking at a list costs, in the pacer's units; after so many others may have a turn. */
const LIST_UNITS = 30;
/** Asking whether a series of a list is kept, likewise. */
const DELETION_UNITS = 4;
const STEP_UNITS = 50_000;

/** What a selection is asked. */
interface RefSet {
  has(ref: number): boolean;
}

/** Told a pair, its value and its series; returns what that cost, in the pacer's units. */
type ListVisitor = (value: string, list: ArrayLike<number>) => number;

export class MemPostings implements PostingsIndex {
  /** The pairs of all series, each with its list. */
  readonly pairs = new LabelPairs();
  private readonly all = new RefList();

  /** How many series there are. */
  get seriesCount(): number {
    return this.all.length;
  }

  /** Enters a series under a ref that no other has. Ascending refs are the quick case. */
  add(ref: number, labels: Labels): void {
    this.all.add(ref);
    for (let i = 0; i < labels.size; i++) {
      this.pairs.addRef(this.pairs.intern(labels.nameAt(i), labels.valueAt(i)), ref);
    }
  }

  /** The same for labels of which the pairs are known: `ids[start, end)`. */
  addPairs(ref: number, ids: ArrayLike<number>, start: number, end: number): void {
    this.all.add(ref);
    for (let i = start; i < end; i++) this.pairs.addRef(ids[i], ref);
  }

  /** Sorts what was entered in another order than that of refs; else the first query does. */
  *order(): Steps<void> {
    this.all.sort();
    yield* this.pairs.order();
  }

  /** Removes series, of which `affected` are all pairs, each once. */
  *delete(dropped: RefSet, affected: Iterable<number>): Steps<void> {
    let units = 0;
    for (const id of affected) {
      units += LIST_UNITS + DELETION_UNITS * this.pairs.refCount(id);
      yield* this.pairs.removeRefs(id, dropped);
      if (units < STEP_UNITS) continue;
      yield units;
      units = 0;
    }
    yield* this.all.remove(dropped);
  }

  /** What it takes, roughly, in bytes. */
  sizeBytes(): number {
    return this.pairs.sizeBytes() + this.all.sizeBytes();
  }

  /** How many values a name has. */
  valueCount(name: string): number {
    return this.pairs.entryOf(name)?.ids.length ?? 0;
  }

  allPostings(): Postings {
    return new ListPostings(this.all.view());
  }

  postings(name: string, value: string): Postings {
    const id = this.pairs.find(name, value);
    return id < 0 ? EMPTY_POSTINGS : new ListPostings(this.pairs.refsOf(id));
  }

  *postingsWhere(name: string, filter: ValueFilter): Steps<Postings> {
    const lists: ArrayLike<number>[] = [];
    const reach: Reach = { min: Infinity, max: -Infinity, count: 0 };
    yield* this.visitAccepted(name, filter, (_value, list) => {
      lists.push(list);
      reach.min = Math.min(reach.min, list[0]);
      reach.max = Math.max(reach.max, list[list.length - 1]);
      reach.count += list.length;
      return 0;
    });
    return lists.length <= MERGED_LISTS_MAX
      ? merge(lists.map((list) => new ListPostings(list)))
      : yield* united(lists, reach);
  }

  *valuesWhere(name: string, filter: ValueFilter, within: Selection | null): Steps<string[]> {
    const refs = within === null ? null : yield* this.refSetOf(within);
    const values: string[] = [];
    yield* this.visitAccepted(name, filter, (value, list) => {
      if (refs === null || meets(list, refs)) values.push(value);
      return refs === null ? 0 : list.length;
    });
    return yield* sortSteps(values, compareUtf8);
  }

  *namesWithin(within: Selection | null): Steps<string[]> {
    const refs = within === null ? null : yield* this.refSetOf(within);
    const names: string[] = [];
    for (const entry of [...this.pairs.entries()]) {
      if (refs === null || (yield* this.hasAny(entry, refs))) names.push(entry.name);
    }
    return yield* sortSteps(names, compareUtf8);
  }

  private *visitAccepted(
    name: string,
    { prefix, accepts, unitsPerChar }: ValueFilter,
    visit: ListVisitor,
  ): Steps<void> {
    let units = 0;
    // A copy: between two steps series may come and go, and the pairs with them.
    for (const id of this.pairs.entryOf(name)?.ids.toArray() ?? []) {
      const value = this.pairs.valueOf(id);
      units += LIST_UNITS;
      if (value.startsWith(prefix) && this.isPairOf(id, name)) {
        if (accepts !== null) units += unitsPerChar * value.length;
        if (accepts === null || accepts(value)) units += visit(value, this.pairs.refsOf(id));
      }
      if (units < STEP_UNITS) continue;
      yield units;
      units = 0;
    }
  }

  private isPairOf(id: number, name: string): boolean {
    return this.pairs.isAlive(id) && this.pairs.nameOf(id) === name;
  }

  private *hasAny({ name, ids }: NameEntry, refs: RefSet): Steps<boolean> {
    let units = 0;
    for (const id of ids.toArray()) {
      const list = this.isPairOf(id, name) ? this.pairs.refsOf(id) : [];
      if (meets(list, refs)) return true;
      units += LIST_UNITS + list.length;
      if (units < STEP_UNITS) continue;
      yield units;
      units = 0;
    }
    return false;
  }

  /** The refs of a selection, in bits where those of all series stand close together. */
  private *refSetOf(selection: Selection): Steps<RefSet> {
    const { length } = this.all;
    const min = length === 0 ? 0 : this.all.at(0);
    const max = length === 0 ? 0 : this.all.at(length - 1);
    if (isDense(length, min, max)) return yield* new IdSet(min, max).addAll(selection);
    const refs = new Set<number>();
    for (let moved = selection.move(); moved !== 'ended'; moved = selection.move()) {
      if (moved === 'paused') yield PORTION_UNITS;
      else refs.add(selection.at);
    }
    return refs;
  }
}

/** Between which refs some lists reach, and how many they hold. */
interface Reach {
  min: number;
  max: number;
  count: number;
}

/** All refs of `lists`, each once. */
function* united(lists: readonly ArrayLike<number>[], { min, max, count }: Reach): Steps<Postings> {
  if (isDense(count, min, max)) {
    const ids = new IdSet(min, max);
    let units = 0;
    for (const list of lists) {
      for (let i = 0; i < list.length; i++) ids.add(list[i]);
      units += LIST_UNITS + list.length;
      if (units < STEP_UNITS) continue;
      yield units;
      units = 0;
    }
    return ids.postings();
  }
  // Slow path: refs far apart, of a head that has seen much churn.
  const sorted = new Float64Array(count);
  let filled = 0;
  for (const list of lists) {
    sorted.set(list, filled);
    filled += list.length;
  }
  sorted.sort();
  let distinct = 0;
  for (let i = 0; i < count; i++) {
    if (i === 0 || sorted[i] !== sorted[distinct - 1]) sorted[distinct++] = sorted[i];
  }
  return new ListPostings(sorted.subarray(0, distinct));
}

function isDense(count: number, min: number, max: number): boolean {
  return count >= DENSITY_MIN * (max - min);
}

function meets(list: ArrayLike<number>, refs: RefSet): boolean {
  for (let i = 0; i < list.length; i++) if (refs.has(list[i])) return true;
  return false;
}
