/**
 * Finds numbers by a hash of what they stand for: open addressing, with the comparison left to the
 * caller. Cut into shards that grow each on its own, so that no growth of a table of millions ever
 * holds the event loop (a JavaScript `Map` of a million texts rehashes for 40 ms).
 *
 *     shard   hash <i32> | id + 1 <i32>, 0 where the place is free      repeated, a power of two
 */
import { assert } from '../model/assert.js';

const SHARDS = 256;
const SHARD_SHIFT = 24;
const PLACES_MIN = 8;

export class HashIndex {
  private readonly tables: Int32Array[] = [];
  private readonly counts = new Int32Array(SHARDS);
  /** Where a search stands: the shard's table, the place in it, and what is looked for. */
  private table: Int32Array;
  private place = 0;
  private wanted = 0;

  constructor() {
    for (let i = 0; i < SHARDS; i++) this.tables.push(new Int32Array(2 * PLACES_MIN));
    this.table = this.tables[0];
  }

  /** The first id entered under a hash (an int32), -1 without one; then `next()`. */
  first(hash: number): number {
    this.table = this.tables[hash >>> SHARD_SHIFT];
    this.place = hash & (this.table.length / 2 - 1);
    this.wanted = hash;
    return this.scan();
  }

  /** The next id under the same hash, -1 without one; nothing was added or removed since. */
  next(): number {
    this.place = (this.place + 1) & (this.table.length / 2 - 1);
    return this.scan();
  }

  add(hash: number, id: number): void {
    const shard = hash >>> SHARD_SHIFT;
    const places = this.tables[shard].length / 2;
    if (4 * (this.counts[shard] + 1) > 3 * places) this.grow(shard);
    enter(this.tables[shard], hash, id + 1);
    this.counts[shard]++;
  }

  /** Removes an id that was added under this hash. */
  remove(hash: number, id: number): void {
    const shard = hash >>> SHARD_SHIFT;
    const table = this.tables[shard];
    const mask = table.length / 2 - 1;
    let hole = hash & mask;
    while (table[2 * hole + 1] !== id + 1) {
      assert(table[2 * hole + 1] !== 0, 'what is removed was added');
      hole = (hole + 1) & mask;
    }
    this.counts[shard]--;
    // What stands behind the hole moves up, unless it would come to stand before its own place.
    for (let place = (hole + 1) & mask; table[2 * place + 1] !== 0; place = (place + 1) & mask) {
      const home = table[2 * place] & mask;
      if (((place - home) & mask) < ((place - hole) & mask)) continue;
      table[2 * hole] = table[2 * place];
      table[2 * hole + 1] = table[2 * place + 1];
      hole = place;
    }
    table[2 * hole + 1] = 0;
  }

  /** What the tables take. */
  sizeBytes(): number {
    return this.tables.reduce((sum, table) => sum + table.byteLength, 0);
  }

  private scan(): number {
    const { table, wanted } = this;
    const mask = table.length / 2 - 1;
    let place = this.place;
    for (;;) {
      const entry = table[2 * place + 1];
      if (entry === 0 || table[2 * place] === wanted) {
        this.place = place;
        return entry - 1;
      }
      place = (place + 1) & mask;
    }
  }

  private grow(shard: number): void {
    const from = this.tables[shard];
    const to = new Int32Array(2 * from.length);
    for (let i = 0; i < from.length; i += 2) {
      if (from[i + 1] !== 0) enter(to, from[i], from[i + 1]);
    }
    this.tables[shard] = to;
  }
}

function enter(table: Int32Array, hash: number, entry: number): void {
  const mask = table.length / 2 - 1;
  let place = hash & mask;
  while (table[2 * place + 1] !== 0) place = (place + 1) & mask;
  table[2 * place] = hash;
  table[2 * place + 1] = entry;
}

/** Spreads the bits of an int32 over all of it; shards and places take the top and the bottom. */
export function mixHash(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** The hash of a text, going on from `seed`; to be mixed at the end. */
export function hashText(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
