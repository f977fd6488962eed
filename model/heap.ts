/**
 * A binary heap that pops in the same order as Go's container/heap, equal items included: where two
 * samples share a time, that order decides which one Prometheus keeps.
 */
export class Heap<T> {
  private readonly items: T[] = [];
  private readonly less: (a: T, b: T) => boolean;

  constructor(less: (a: T, b: T) => boolean) {
    this.less = less;
  }

  get size(): number {
    return this.items.length;
  }

  /** The least item, left in place; undefined when empty. */
  peek(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    const { items, less } = this;
    items.push(item);
    let child = items.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!less(items[child], items[parent])) break;
      this.swap(child, parent);
      child = parent;
    }
  }

  /** Removes and returns the least item; undefined when empty. */
  pop(): T | undefined {
    const { items, less } = this;
    const last = items.length - 1;
    if (last < 0) return undefined;
    this.swap(0, last);
    for (let parent = 0; ;) {
      const left = 2 * parent + 1;
      if (left >= last) break;
      const right = left + 1;
      const child = right < last && less(items[right], items[left]) ? right : left;
      if (!less(items[child], items[parent])) break;
      this.swap(parent, child);
      parent = child;
    }
    return items.pop();
  }

  private swap(i: number, j: number): void {
    const { items } = this;
    const held = items[i];
    items[i] = items[j];
    items[j] = held;
  }
}
