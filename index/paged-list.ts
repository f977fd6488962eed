/**
 * A list that grows at its end without moving: an array of a million places takes milliseconds to
 * copy when it is full, and several that are filled together do so at once.
 */

const PAGE_SHIFT = 12;
const PAGE_LENGTH = 1 << PAGE_SHIFT;
const INDEX_MASK = PAGE_LENGTH - 1;

export class PagedList<T> {
  length = 0;
  private readonly pages: T[][] = [];

  /** What stands at an index below `length`. */
  at(index: number): T {
    return this.pages[index >>> PAGE_SHIFT][index & INDEX_MASK];
  }

  /** Puts `value` at an index that is at most `length`. */
  set(index: number, value: T): void {
    if (index === this.length) this.push(value);
    else this.pages[index >>> PAGE_SHIFT][index & INDEX_MASK] = value;
  }

  push(value: T): void {
    if ((this.length & INDEX_MASK) === 0) this.pages.push([]);
    this.pages[this.length++ >>> PAGE_SHIFT].push(value);
  }

  /** Takes the last one off; undefined where there is none. */
  pop(): T | undefined {
    if (this.length === 0) return undefined;
    const value = this.pages[--this.length >>> PAGE_SHIFT].pop();
    if ((this.length & INDEX_MASK) === 0) this.pages.pop();
    return value;
  }

  /** All of it, as it is now. */
  toArray(): T[] {
    return ([] as T[]).concat(...this.pages);
  }
}
