/**
 * The label pairs of a living head by number: a series is then a few numbers, equal texts are held
 * once, and a pair leads to its series without another look-up. Numbers of pairs that no series has
 * any more are given to others.
 */
import { assert } from '../model/assert.js';
import type { Steps } from '../model/steps.js';
import { HashIndex, hashText, mixHash } from './hash-index.js';
import { RefList } from './ref-list.js';

const NONE = -1;
/** Sorting costs so much a ref, in the pacer's units; after so many others may have a turn. */
const ORDER_UNITS = 1;
const STEP_UNITS = 50_000;

/** A label name and the ids of its pairs, in no order. */
export interface NameEntry {
  readonly name: string;
  readonly hash: number;
  readonly ids: number[];
}

export class LabelPairs {
  /** What series have a pair: none (`NONE`), one (its ref) or a list. */
  private readonly refs: (number | RefList)[] = [];
  private readonly names: (NameEntry | null)[] = [];
  private readonly values: string[] = [];
  /** Where a pair stands among those of its name. */
  private readonly places: number[] = [];
  private readonly freed: number[] = [];
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
      entry = { name, hash: hashText(name, name.length), ids: [] };
      this.byName.set(name, entry);
    }
    const hash = pairHash(entry, value);
    const found = this.search(entry, value, hash);
    if (found >= 0) return found;
    const id = this.freed.pop() ?? this.values.length;
    this.names[id] = entry;
    this.values[id] = value;
    this.refs[id] = NONE;
    this.places[id] = entry.ids.push(id) - 1;
    this.byHash.add(hash, id);
    return id;
  }

  /** Whether an id is that of a pair. */
  isAlive(id: number): boolean {
    return id < this.names.length && this.names[id] !== null;
  }

  nameOf(id: number): string {
    const entry = this.names[id];
    assert(entry !== null, 'a pair is asked while it lives');
    return entry.name;
  }

  valueOf(id: number): string {
    return this.values[id];
  }

  /** Adds a series to a pair. */
  addRef(id: number, ref: number): void {
    const known = this.refs[id];
    if (known === NONE) {
      this.refs[id] = ref;
    } else if (typeof known === 'number') {
      const list = new RefList();
      list.add(known);
      list.add(ref);
      this.refs[id] = list;
    } else {
      known.add(ref);
    }
  }

  /** How many series have a pair. */
  refCount(id: number): number {
    const known = this.refs[id];
    return typeof known !== 'number' ? known.length : known === NONE ? 0 : 1;
  }

  /** The series that have a pair, ascending, as they are now. */
  refsOf(id: number): ArrayLike<number> {
    const known = this.refs[id];
    return typeof known !== 'number' ? known.view() : known === NONE ? [] : [known];
  }

  /** Brings the lists into order that got refs in another one, as a log has them. */
  *order(): Steps<void> {
    let units = 0;
    for (const known of this.refs) {
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
    const known = this.refs[id];
    if (typeof known !== 'number') yield* known.remove(dropped);
    else if (dropped.has(known)) this.refs[id] = NONE;
    if (this.refCount(id) === 0) this.drop(id);
  }

  /** What all of it takes, roughly: texts, lists and tables, in bytes. */
  sizeBytes(): number {
    let bytes = this.byHash.sizeBytes() + 40 * this.values.length;
    for (let id = 0; id < this.values.length; id++) {
      const known = this.refs[id];
      bytes += 24 + this.values[id].length;
      if (typeof known !== 'number') bytes += 200 + known.sizeBytes();
    }
    return bytes;
  }

  private search(entry: NameEntry, value: string, hash: number): number {
    for (let id = this.byHash.first(hash); id >= 0; id = this.byHash.next()) {
      if (this.values[id] === value && this.names[id] === entry) return id;
    }
    return -1;
  }

  private drop(id: number): void {
    const entry = this.names[id];
    assert(entry !== null, 'a pair is dropped once');
    this.byHash.remove(pairHash(entry, this.values[id]), id);
    const place = this.places[id];
    const last = entry.ids[entry.ids.length - 1];
    entry.ids[place] = last;
    this.places[last] = place;
    entry.ids.pop();
    if (entry.ids.length === 0) this.byName.delete(entry.name);
    this.names[id] = null;
    this.values[id] = '';
    this.refs[id] = NONE;
    this.freed.push(id);
  }
}

function pairHash(entry: NameEntry, value: string): number {
  return mixHash(hashText(value, entry.hash));
}
