/**
 * Postings in memory, for series that are in no block yet: name → value → ascending refs.
 *
 * Cursors see the lists as they were when they were made: refs are appended behind a list's end,
 * any other change replaces the list.
 */
import type { Labels } from '../model/labels.js';
import { sortSteps } from '../model/sort-steps.js';
import type { Steps } from '../model/steps.js';
import { compareUtf8 } from '../model/utf8.js';
import { IdSet } from './id-set.js';
import { EMPTY_POSTINGS, ListPostings, merge, type Postings } from './postings.js';
import { MATCH_UNITS, type PostingsIndex, type ValueFilter } from './select.js';
import { PORTION_UNITS, type Selection } from './selection.js';

/** Up to so many lists are united by cursors; more at once. */
const MERGED_LISTS_MAX = 16;
/** A map of bits is made of refs that stand no further apart than this on average. */
const DENSITY_MIN = 1 / 64;
/** What looking at a list costs, in the pacer's units; after so many others may have a turn. */
const LIST_UNITS = 30;
const STEP_UNITS = 50_000;

/** What a selection is asked. */
interface RefSet {
  has(ref: number): boolean;
}

/** Told a value and its refs; returns what that cost, in the pacer's units. */
type ListVisitor = (value: string, list: number[]) => number;

export class MemPostings implements PostingsIndex {
  private readonly lists = new Map<string, Map<string, number[]>>();
  private all: number[] = [];

  /** How many series there are. */
  get seriesCount(): number {
    return this.all.length;
  }

  /** Enters a series under a ref that no other has. Ascending refs are the quick case. */
  add(ref: number, labels: Labels): void {
    this.all = inserted(this.all, ref);
    for (const [name, value] of labels) {
      let byValue = this.lists.get(name);
      if (byValue === undefined) this.lists.set(name, (byValue = new Map<string, number[]>()));
      const list = byValue.get(value);
      byValue.set(value, list === undefined ? [ref] : inserted(list, ref));
    }
  }

  /** Removes the series `deleted`, of which `affected` are the labels. */
  delete(deleted: ReadonlySet<number>, affected: Iterable<Labels>): void {
    const kept = (ref: number): boolean => !deleted.has(ref);
    const done = new Set<number[]>();
    for (const labels of affected) {
      for (const [name, value] of labels) this.deleteFrom(name, value, kept, done);
    }
    this.all = this.all.filter(kept);
  }

  /** How many values a name has. */
  valueCount(name: string): number {
    return this.lists.get(name)?.size ?? 0;
  }

  allPostings(): Postings {
    return new ListPostings(this.all);
  }

  postings(name: string, value: string): Postings {
    const list = this.lists.get(name)?.get(value);
    return list === undefined ? EMPTY_POSTINGS : new ListPostings(list);
  }

  *postingsWhere(name: string, filter: ValueFilter): Steps<Postings> {
    const lists: number[][] = [];
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
    for (const [name, byValue] of this.lists) {
      if (refs === null || (yield* hasAny(byValue, refs))) names.push(name);
    }
    return yield* sortSteps(names, compareUtf8);
  }

  /** Every list but that of all series, by name and value, in no order. */
  get byName(): ReadonlyMap<string, ReadonlyMap<string, readonly number[]>> {
    return this.lists;
  }

  private *visitAccepted(
    name: string,
    { prefix, accepts }: ValueFilter,
    visit: ListVisitor,
  ): Steps<void> {
    let units = 0;
    for (const [value, list] of this.lists.get(name) ?? []) {
      units += LIST_UNITS;
      if (value.startsWith(prefix)) {
        if (accepts !== null) units += MATCH_UNITS * value.length;
        if (accepts === null || accepts(value)) units += visit(value, list);
      }
      if (units < STEP_UNITS) continue;
      yield units;
      units = 0;
    }
  }

  /** The refs of a selection, in bits where those of all series stand close together. */
  private *refSetOf(selection: Selection): Steps<RefSet> {
    const min = this.all.at(0) ?? 0;
    const max = this.all.at(-1) ?? 0;
    if (isDense(this.all.length, min, max)) return yield* new IdSet(min, max).addAll(selection);
    const refs = new Set<number>();
    for (let moved = selection.move(); moved !== 'ended'; moved = selection.move()) {
      if (moved === 'paused') yield PORTION_UNITS;
      else refs.add(selection.at);
    }
    return refs;
  }

  private deleteFrom(
    name: string,
    value: string,
    kept: (ref: number) => boolean,
    done: Set<number[]>,
  ): void {
    const byValue = this.lists.get(name);
    const list = byValue?.get(value);
    if (byValue === undefined || list === undefined || done.has(list)) return;
    const left = list.filter(kept);
    if (left.length > 0) byValue.set(value, left);
    else byValue.delete(value);
    if (byValue.size === 0) this.lists.delete(name);
    done.add(left);
  }
}

/** `list` with `ref` in its place: appended where it belongs at the end, else a new list. */
function inserted(list: number[], ref: number): number[] {
  if (list.length === 0 || list[list.length - 1] < ref) {
    list.push(ref);
    return list;
  }
  // Slow path: replay met refs out of order.
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle] < ref) low = middle + 1;
    else high = middle;
  }
  return [...list.slice(0, low), ref, ...list.slice(low)];
}

/** Between which refs some lists reach, and how many they hold. */
interface Reach {
  min: number;
  max: number;
  count: number;
}

/** All refs of `lists`, each once. */
function* united(
  lists: readonly (readonly number[])[],
  { min, max, count }: Reach,
): Steps<Postings> {
  if (isDense(count, min, max)) {
    const ids = new IdSet(min, max);
    let units = 0;
    for (const list of lists) {
      for (const ref of list) ids.add(ref);
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

function meets(list: readonly number[], refs: RefSet): boolean {
  for (const ref of list) if (refs.has(ref)) return true;
  return false;
}

function* hasAny(byValue: ReadonlyMap<string, number[]>, refs: RefSet): Steps<boolean> {
  let units = 0;
  for (const list of byValue.values()) {
    if (meets(list, refs)) return true;
    units += LIST_UNITS + list.length;
    if (units < STEP_UNITS) continue;
    yield units;
    units = 0;
  }
  return false;
}
