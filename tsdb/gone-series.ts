/**
 * Series that were taken out of a head and are in its postings still: their refs, and their label
 * pairs, each once. Hundreds of thousands go at once: numbers in columns, and sets of bits.
 */
import { IdSet } from '../index/id-set.js';
import type { RefSet } from './log-expiries.js';

const INITIAL_LENGTH = 64;
/** Bits are taken for refs that stand no further apart than this on average. */
const DENSITY_MIN = 1 / 64;

export class GoneSeries {
  private refs = new Float64Array(INITIAL_LENGTH);
  private refCount = 0;
  private minRef = Infinity;
  private maxRef = -Infinity;
  private pairs = new Uint32Array(INITIAL_LENGTH);
  private pairCount = 0;
  /** A bit for each pair that is among them. */
  private pairBits = new Uint32Array(INITIAL_LENGTH);

  /** How many series there are. */
  get count(): number {
    return this.refCount;
  }

  addRef(ref: number): void {
    if (this.refCount === this.refs.length) {
      const larger = new Float64Array(2 * this.refCount);
      larger.set(this.refs);
      this.refs = larger;
    }
    this.refs[this.refCount++] = ref;
    this.minRef = Math.min(this.minRef, ref);
    this.maxRef = Math.max(this.maxRef, ref);
  }

  /** Adds a pair, once however often it comes. */
  addPair(id: number): void {
    const word = id >>> 5;
    if (word >= this.pairBits.length) this.pairBits = grown(this.pairBits, word + 1);
    const mask = 1 << (id & 31);
    if ((this.pairBits[word] & mask) !== 0) return;
    this.pairBits[word] |= mask;
    if (this.pairCount === this.pairs.length) this.pairs = grown(this.pairs, this.pairCount + 1);
    this.pairs[this.pairCount++] = id;
  }

  /** The refs in the order in which they were added, as a view. */
  refList(): Float64Array {
    return this.refs.subarray(0, this.refCount);
  }

  refSet(): RefSet {
    const { refCount, minRef, maxRef } = this;
    if (refCount === 0 || refCount < DENSITY_MIN * (maxRef - minRef)) {
      return new Set(this.refList());
    }
    const set = new IdSet(minRef, maxRef);
    for (const ref of this.refList()) set.add(ref);
    return set;
  }

  /** The pairs that any of the series has, as a view. */
  pairList(): Uint32Array {
    return this.pairs.subarray(0, this.pairCount);
  }
}

function grown(numbers: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(length, 2 * numbers.length));
  larger.set(numbers);
  return larger;
}
