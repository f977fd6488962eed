/**
 * Heaps of samples by value, one a step, that behave as Go's `container/heap` over Prometheus'
 * orders do: which of several equal samples stays, and where it stands, is part of the answer.
 *
 * All steps' heaps lie side by side in two columns, of `capacity` places a step.
 */
import { goSort } from '../model/go-sort.js';

export class ValueHeaps {
  readonly capacity: number;
  readonly sizes: Int32Array;
  /** Values, and which series each is of. */
  readonly values: Float64Array;
  readonly series: Int32Array;

  constructor(steps: number, capacity: number) {
    this.capacity = capacity;
    this.sizes = new Int32Array(steps);
    this.values = new Float64Array(steps * capacity);
    this.series = new Int32Array(steps * capacity);
  }

  /** Bytes that heaps of this size take. */
  static bytesOf(steps: number, capacity: number): number {
    return steps * (4 + 12 * capacity);
  }

  /** The least (or, with `sign` -1, the greatest) value of a step that has some. */
  top(step: number): number {
    return this.values[step * this.capacity];
  }

  /** `sign` 1 keeps the least on top, -1 the greatest; NaN comes before all. */
  push(step: number, sign: 1 | -1, value: number, series: number): void {
    const base = step * this.capacity;
    let child = this.sizes[step]++;
    this.values[base + child] = value;
    this.series[base + child] = series;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.isLess(sign, base + child, base + parent)) break;
      this.swap(base + child, base + parent);
      child = parent;
    }
  }

  /** Puts another sample in the place of the top. */
  replaceTop(step: number, sign: 1 | -1, value: number, series: number): void {
    const base = step * this.capacity;
    const size = this.sizes[step];
    this.values[base] = value;
    this.series[base] = series;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= size) return;
      if (child + 1 < size && this.isLess(sign, base + child + 1, base + child)) child++;
      if (!this.isLess(sign, base + child, base + parent)) return;
      this.swap(base + child, base + parent);
      parent = child;
    }
  }

  /** The places of a step's samples in the columns, as they stand in the heap. */
  places(step: number): number[] {
    const base = step * this.capacity;
    return Array.from({ length: this.sizes[step] }, (_, i) => base + i);
  }

  /** The same in the reverse of the heap's order. */
  sortedPlaces(step: number, sign: 1 | -1): number[] {
    const places = this.places(step);
    goSort(places, (a, b) => (this.isLess(sign, b, a) ? -1 : 1));
    return places;
  }

  private isLess(sign: 1 | -1, a: number, b: number): boolean {
    const value = this.values[a];
    return value !== value || sign * value < sign * this.values[b];
  }

  private swap(a: number, b: number): void {
    const { values, series } = this;
    const value = values[a];
    values[a] = values[b];
    values[b] = value;
    const one = series[a];
    series[a] = series[b];
    series[b] = one;
  }
}
