/**
 * The label sets of a living head: each a few numbers of label pairs (index/label-pairs.ts), in
 * label order, one behind the other in pages of shared memory.
 *
 *     set   count <u32> | pair <u32> × count
 *
 * Nothing moves; what a set leaves is used by others of its size.
 */
import { assert } from '../model/assert.js';

const PAGE_SHIFT = 16;
const PAGE_WORDS = 1 << PAGE_SHIFT;
const WORD_MASK = PAGE_WORDS - 1;
/** A set fits into a page. */
export const LABELS_MAX = PAGE_WORDS - 1;

export class LabelSets {
  private readonly pages: Uint32Array[] = [];
  /** Where the part of the last page begins that was never used. */
  private top = 0;
  /** By count: where sets were. */
  private readonly freed = new Map<number, number[]>();

  /** Stores the first `count` of `ids` and returns where. */
  add(ids: Uint32Array, count: number): number {
    assert(count > 0 && count <= LABELS_MAX, 'a label set has its limits');
    const at = this.freed.get(count)?.pop() ?? this.take(count + 1);
    const page = this.pages[at >>> PAGE_SHIFT];
    let word = at & WORD_MASK;
    page[word++] = count;
    for (let i = 0; i < count; i++) page[word++] = ids[i];
    return at;
  }

  /** Gives the place of a set to others. */
  remove(at: number): void {
    const count = this.countAt(at);
    const places = this.freed.get(count);
    if (places === undefined) this.freed.set(count, [at]);
    else places.push(at);
  }

  /** How many labels a set has. */
  countAt(at: number): number {
    return this.pages[at >>> PAGE_SHIFT][at & WORD_MASK];
  }

  /** The pair at an index of a set. */
  idAt(at: number, index: number): number {
    return this.pages[at >>> PAGE_SHIFT][(at & WORD_MASK) + 1 + index];
  }

  /** Whether the set is the first `count` of `ids`. */
  equals(at: number, ids: Uint32Array, count: number): boolean {
    const page = this.pages[at >>> PAGE_SHIFT];
    const word = at & WORD_MASK;
    if (page[word] !== count) return false;
    for (let i = 0; i < count; i++) if (page[word + 1 + i] !== ids[i]) return false;
    return true;
  }

  /** The pages of 65,536 words: a copy of the list, not of them. */
  shared(): SharedArrayBuffer[] {
    return this.pages.map(({ buffer }) => buffer as SharedArrayBuffer);
  }

  sizeBytes(): number {
    return 4 * PAGE_WORDS * this.pages.length;
  }

  private take(words: number): number {
    const last = this.pages.length - 1;
    if (last < 0 || this.top + words > PAGE_WORDS) {
      this.pages.push(new Uint32Array(new SharedArrayBuffer(4 * PAGE_WORDS)));
      this.top = words;
      return (last + 1) * PAGE_WORDS;
    }
    const at = last * PAGE_WORDS + this.top;
    this.top += words;
    return at;
  }
}
