/**
 * Ascending series refs that grow at their end: a postings list of a living head. Four bytes a ref,
 * eight once one exceeds 32 bits. Refs that a log has in another order wait behind the end until
 * the list is looked at: sorting once is what a million of them can afford.
 *
 * A view shows the list as it was when it was taken: refs are appended behind its end, any other
 * change makes a new array. Nor does a long list move when it grows: its array stands at the front
 * of address space that is reserved for it. (Labels that all series have fill such lists together,
 * and copying five of a million refs took 28 ms.)
 */
import { assert } from '../model/assert.js';
import type { Steps } from '../model/steps.js';

const CAPACITY_MIN = 4;
/** Refs that are looked at in a step, and what one costs, in the pacer's units. */
const REFS_PER_STEP = 64 * 1024;
const REF_UNITS = 4;
/** A list of more refs grows in place, until it is so many times as long. */
const MOVED_LENGTH_MAX = 16 * 1024;
const RESERVED_TIMES = 16;
const U32_MAX = 0xffff_ffff;

type Refs = Uint32Array | Float64Array;

export class RefList {
  length = 0;
  private refs: Refs;
  private isSorted = true;

  constructor(capacity = CAPACITY_MIN) {
    this.refs = new Uint32Array(capacity);
  }

  /** The ref at an index below `length`. */
  at(index: number): number {
    this.sort();
    return this.refs[index];
  }

  /** Adds a ref that is not in it. */
  add(ref: number): void {
    const { length } = this;
    if (length > 0 && this.refs[length - 1] >= ref) this.isSorted = false;
    this.reserve(ref);
    this.refs[length] = ref;
    this.length = length + 1;
  }

  /** Brings refs that were added in another order into theirs. */
  sort(): void {
    if (this.isSorted) return;
    const { length } = this;
    const refs = this.refs.slice(0, length).sort();
    for (let i = 1; i < length; i++) assert(refs[i - 1] < refs[i], 'a ref is added once');
    this.refs = refs;
    this.isSorted = true;
  }

  /** Removes the refs that are among `dropped`; between the steps others may be added. */
  *remove(dropped: { has(ref: number): boolean }): Steps<void> {
    this.sort();
    const kept = new RefList(this.length);
    for (let from = 0; from < this.length; from += REFS_PER_STEP) {
      const { refs } = this;
      const to = Math.min(from + REFS_PER_STEP, this.length);
      for (let i = from; i < to; i++) if (!dropped.has(refs[i])) kept.add(refs[i]);
      if (to < this.length) yield REFS_PER_STEP * REF_UNITS;
    }
    this.refs = kept.refs.slice(0, Math.max(kept.length, CAPACITY_MIN));
    this.length = kept.length;
    this.isSorted = kept.isSorted;
  }

  /** The list as it is now. */
  view(): Refs {
    this.sort();
    return this.refs.subarray(0, this.length);
  }

  /** What it takes, its spare room included. */
  sizeBytes(): number {
    return this.refs.byteLength;
  }

  /** Makes room for one more, which is `ref`. */
  private reserve(ref: number): void {
    const { refs, length } = this;
    const isWide = refs instanceof Float64Array;
    const becomesWide = !isWide && ref > U32_MAX;
    if (length < refs.length && !becomesWide) return;
    const isLong = length >= MOVED_LENGTH_MAX;
    const capacity = length + (isLong ? length >>> 5 : CAPACITY_MIN + (length >>> 1));
    const bytes = (isWide || becomesWide ? 8 : 4) * capacity;
    const buffer = isLong
      ? extended(becomesWide ? null : refs.buffer, bytes)
      : new ArrayBuffer(bytes);
    const larger =
      isWide || becomesWide
        ? new Float64Array(buffer, 0, capacity)
        : new Uint32Array(buffer, 0, capacity);
    if (buffer !== refs.buffer) larger.set(refs.subarray(0, length));
    this.refs = larger;
  }
}

/** The buffer itself where there is room behind it, or another that has some. */
function extended(buffer: ArrayBufferLike | null, bytes: number): SharedArrayBuffer {
  if (buffer instanceof SharedArrayBuffer && bytes <= buffer.maxByteLength) {
    buffer.grow(bytes);
    return buffer;
  }
  return new SharedArrayBuffer(bytes, { maxByteLength: RESERVED_TIMES * bytes });
}
