/** Label sets by number, in the order of their coming, and their places in label order. */
import type { Labels } from '../model/labels.js';

export class SeriesTable {
  private readonly labels: Labels[] = [];
  private readonly ids = new Map<string, number>();
  /** Ids in label order: of all series that there were when it was last asked for. */
  private sorted: number[] = [];

  get size(): number {
    return this.labels.length;
  }

  /** The number of a label set, a new one at its first coming. */
  idOf(labels: Labels): number {
    const key = labels.key();
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.labels.length;
      this.labels.push(labels);
      this.ids.set(key, id);
    }
    return id;
  }

  labelsOf(id: number): Labels {
    return this.labels[id];
  }

  /** All numbers in label order. */
  inOrder(): readonly number[] {
    if (this.sorted.length < this.labels.length) this.sortNew();
    return this.sorted;
  }

  /** By number: the place in label order. */
  ranks(): Uint32Array {
    const ranks = new Uint32Array(this.size);
    this.inOrder().forEach((id, rank) => {
      ranks[id] = rank;
    });
    return ranks;
  }

  /** Sorts the series that came since, and merges them into those that were sorted before. */
  private sortNew(): void {
    const { labels, sorted } = this;
    const compare = (a: number, b: number): number => labels[a].compare(labels[b]);
    const added = Array.from({ length: this.size - sorted.length }, (_, i) => sorted.length + i);
    added.sort(compare);
    const merged: number[] = [];
    let next = 0;
    for (const id of sorted) {
      while (next < added.length && compare(added[next], id) < 0) merged.push(added[next++]);
      merged.push(id);
    }
    while (next < added.length) merged.push(added[next++]);
    this.sorted = merged;
  }
}
