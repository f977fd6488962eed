/**
 * A set of series ids as a map of bits, for unions of many postings lists and for asking whether a
 * list meets a selection: a bit for each id that there may be, so a byte for 128 bytes of index.
 */
import { DecodeError } from '../model/errors.js';
import type { Moved, Steps } from '../model/steps.js';
import type { Postings } from './postings.js';
import { PORTION_UNITS, type Selection } from './selection.js';

export class IdSet {
  /** How many ids it holds. */
  count = 0;
  private readonly base: number;
  private readonly words: Int32Array;
  private readonly size: number;

  /** For ids in `[min, max]`. */
  constructor(min: number, max: number) {
    this.base = min;
    this.size = max - min + 1;
    this.words = new Int32Array(Math.ceil(this.size / 32));
  }

  /** Whether an id is one that it can hold. */
  fits(id: number): boolean {
    return id >= this.base && id - this.base < this.size;
  }

  /** Adds an id that fits. */
  add(id: number): void {
    const bit = id - this.base;
    const word = bit >>> 5;
    const mask = 1 << (bit & 31);
    if ((this.words[word] & mask) !== 0) return;
    this.words[word] |= mask;
    this.count++;
  }

  /** Adds all that is left of a selection; a `DecodeError` for an id that does not fit. */
  *addAll(selection: Selection): Steps<this> {
    while (this.addPortion(selection) === 'paused') yield PORTION_UNITS;
    return this;
  }

  has(id: number): boolean {
    const bit = id - this.base;
    return this.fits(id) && (this.words[bit >>> 5] & (1 << (bit & 31))) !== 0;
  }

  /** A cursor over the ids that it holds now. */
  postings(): Postings {
    return new BitPostings(this.words, this.base, this.count);
  }

  private addPortion(selection: Selection): Moved {
    for (;;) {
      const moved = selection.move();
      if (moved !== 'on') return moved;
      if (!this.fits(selection.at)) {
        throw new DecodeError(`no series can have the id ${selection.at}`, 0);
      }
      this.add(selection.at);
    }
  }
}

class BitPostings implements Postings {
  at = -1;
  readonly countMax: number;
  private readonly words: Int32Array;
  private readonly base: number;
  /** The word that holds the next id, and its bits that are still to come. */
  private word = 0;
  private bits: number;

  constructor(words: Int32Array, base: number, count: number) {
    this.words = words;
    this.base = base;
    this.countMax = count;
    this.bits = count === 0 ? 0 : words[0];
  }

  next(): boolean {
    const { words } = this;
    while (this.bits === 0) {
      if (this.word + 1 >= words.length) {
        this.word = words.length;
        return false;
      }
      this.bits = words[++this.word];
    }
    const lowest = this.bits & -this.bits;
    this.bits ^= lowest;
    this.at = this.base + this.word * 32 + (31 - Math.clz32(lowest));
    return true;
  }

  seek(id: number): boolean {
    if (this.word >= this.words.length) return false;
    if (this.at >= id) return true;
    const bit = Math.max(id - this.base, 0);
    const word = Math.floor(bit / 32);
    if (word > this.word) {
      this.word = Math.min(word, this.words.length);
      this.bits = this.word < this.words.length ? this.words[this.word] : 0;
    }
    if (word === this.word) this.bits &= -1 << (bit % 32);
    return this.next();
  }
}
