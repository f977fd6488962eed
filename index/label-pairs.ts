/**
 * The label pairs of a living head by number: a series is then a few numbers, equal texts are held
 * once, and a pair leads to its series without another look-up. Numbers of pairs that no series has
 * any more are given to others.
 */
import { assert } from '../model/assert.js';
import type { Steps } from '../model/steps.js';
import { HashIndex, hashText, mixHash } from './hash-index.js';
import { PagedList } from './paged-list.js';
import { RefList } from './ref-list.js';

const NONE = -1;
/** Sorting costs so much a ref, in the pacer's units; after so many others may have a turn. */
const ORDER_UNITS = 1;
const STEP_UNITS = 50_000;

/** A label name and the ids of its pairs, in no order. */
export interface NameEntry {
  readonly name: string;
  readonly hash: number;
  readonly ids: PagedList<number>;
}

export class LabelPairs {
  /** What series have a pair: none (`NONE`), one (its ref) or a list. */
  private readonly refs = new PagedList<number | RefList>();
  private readonly names = new PagedList<NameEntry | null>();
  private readonly values = new PagedList<string>();
  /** Where a pair stands among those of its name. */
  private readonly places = new PagedList<number>();
  private readonly freed = new PagedList<number>();
  private readonly byName = new Map<string, NameEntry>();
  private readonly byHash = new HashIndex();

  /** How many pairs there are. */
  get count(): number {
    return this.values.length - this.freed.length;
  }

  /** All ids are below this. */
  get idEnd(): number {
    return this.values.length;
  }

  /** The names that have pairs, in no order. */
  entries(): Iterable<NameEntry> {
    return this.byName.values();
  }

  /** A name and its pairs; undefined where no pair has it. */
  entryOf(name: string): NameEntry | undefined {
    return this.byName.get(name);
  }

  /** The id of a pair, -1 where there is none. */
  find(name: string, value: string): number {
    const entry = this.byName.get(name);
    return entry === undefined ? -1 : this.search(entry, value, pairHash(entry, value));
  }

  /** The id of a pair, made where there is none yet; who makes one gives it a series. */
  intern(name: string, value: string): number {
    let entry = this.byName.get(name);
    if (entry === undefined) {
      entry = { name, hash: hashText(name, name.length), ids: new PagedList() };
      this.byName.set(name, entry);
    }
    const hash = pairHash(entry, value);
    const found = this.search(entry, value, hash);
    if (found >= 0) return found;
    const id = this.freed.pop() ?? this.values.length;
    this.names.set(id, entry);
    this.values.set(id, value);
    this.refs.set(id, NONE);
    this.places.set(id, entry.ids.length);
    entry.ids.push(id);
    this.byHash.add(hash, id);
    return id;
  }

  /** Whether an id is that of a pair. */
  isAlive(id: number): boolean {
    return id < this.names.length && this.names.at(id) !== null;
  }

  nameOf(id: number): string {
    const entry = this.names.at(id);
    assert(entry !== null, 'a pair is asked while it lives');
    return entry.name;
  }

  valueOf(id: number): string {
    return this.values.at(id);
  }

  /** Adds a series to a pair. */
  addRef(id: number, ref: number): void {
    const known = this.refs.at(id);
    if (known === NONE) {
      this.refs.set(id, ref);
    } else if (typeof known === 'number') {
      const list = new RefList();
      list.add(known);
      list.add(ref);
      this.refs.set(id, list);
    } else {
      known.add(ref);
    }
  }

  /** How many series have a pair. */
  refCount(id: number): number {
    const known = this.refs.at(id);
    return typeof known !== 'number' ? known.length : known === NONE ? 0 : 1;
  }

  /** The series that have a pair, ascending, as they are now. */
  refsOf(id: number): ArrayLike<number> {
    const known = this.refs.at(id);
    return typeof known !== 'number' ? known.view() : known === NONE ? [] : [known];
  }

  /** Brings the lists into order that got refs in another one, as a log has them. */
  *order(): Steps<void> {
    let units = 0;
    for (let id = 0; id < this.refs.length; id++) {
      const known = this.refs.at(id);
      if (typeof known === 'number') continue;
      known.sort();
      units += ORDER_UNITS * known.length;
      if (units < STEP_UNITS) continue;
      yield units;
      units = 0;
    }
  }

  /** Takes series from a pair, and drops one that is left without. */
  *removeRefs(id: number, dropped: { has(ref: number): boolean }): Steps<void> {
    const known = this.refs.at(id);
    if (typeof known !== 'number') yield* known.remove(dropped);
    else if (dropped.has(known)) this.refs.set(id, NONE);
    if (this.refCount(id) === 0) this.drop(id);
  }

  /** What all of it takes, roughly: texts, lists and tables, in bytes. */
  sizeBytes(): number {
    let bytes = this.byHash.sizeBytes() + 40 * this.values.length;
    for (let id = 0; id < this.values.length; id++) {
      const known = this.refs.at(id);
      bytes += 24 + this.values.at(id).length;
      if (typeof known !== 'number') bytes += 200 + known.sizeBytes();
    }
    return bytes;
  }

  private search(entry: NameEntry, value: string, hash: number): number {
    for (let id = this.byHash.first(hash); id >= 0; id = this.byHash.next()) {
      if (this.values.at(id) === value && this.names.at(id) === entry) return id;
    }
    return -1;
  }

  private drop(id: number): void {
    const entry = this.names.at(id);
    assert(entry !== null, 'a pair is dropped once');
    this.byHash.remove(pairHash(entry, this.values.at(id)), id);
    const place = this.places.at(id);
    const last = entry.ids.at(entry.ids.length - 1);
    entry.ids.set(place, last);
    this.places.set(last, place);
    entry.ids.pop();
    if (entry.ids.length === 0) this.byName.delete(entry.name);
    this.names.set(id, null);
    this.values.set(id, '');
    this.refs.set(id, NONE);
    this.freed.push(id);
  }
}

function pairHash(entry: NameEntry, value: string): number {
  return mixHash(hashText(value, entry.hash));
}
