/**
 * Decoded labels of an index's series, bounded in bytes. A series is kept when it is offered again
 * soon after the first time: a scan over more series than fit would else put out what is asked for
 * often, and doubles the cost of every series that it reads.
 */
import { createRequire } from 'node:module';
import type * as Lru from 'lru-cache';
import type { Labels } from '../model/labels.js';
import { once } from '../model/once.js';

const lru = once(() => createRequire(import.meta.url)('lru-cache') as typeof Lru);

/** What a cached entry costs beside its labels. */
const ENTRY_BYTES = 100;
/** Of the bytes that may be used, about so many for each id that is remembered. */
const BYTES_PER_REMEMBERED = 1024;

export class LabelCache {
  private readonly bytesMax: number;
  /** Made at the first offer: an index that is opened but not asked costs nothing. */
  private kept: Lru.LRUCache<number, Labels> | null = null;
  /** Slot `id % length`: the id that was offered last, plus 1. */
  private offered: Uint32Array | null = null;

  /** 0: keeps nothing. */
  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get(id: number): Labels | undefined {
    return this.kept?.get(id);
  }

  /** Keeps the labels of `id` if they are offered again. */
  offer(id: number, labels: Labels): void {
    if (this.bytesMax === 0) return;
    this.offered ??= new Uint32Array(Math.ceil(this.bytesMax / BYTES_PER_REMEMBERED));
    const slot = id % this.offered.length;
    if (this.offered[slot] !== id + 1) {
      this.offered[slot] = id + 1;
      return;
    }
    this.kept ??= new (lru().LRUCache)<number, Labels, unknown>({
      maxSize: this.bytesMax,
      sizeCalculation: (value) => value.sizeBytes() + ENTRY_BYTES,
    });
    this.kept.set(id, labels);
  }

  clear(): void {
    this.kept = null;
    this.offered = null;
  }
}
