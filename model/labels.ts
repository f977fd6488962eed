/**
 * A label set: the identity of a series. Immutable, sorted by name in bytewise order, no name
 * twice, no empty values (an absent label equals an empty one).
 */
import { InvalidLabelsError } from './errors.js';
import { compareUtf8 } from './utf8.js';

/** The label that holds the metric's name. */
export const METRIC_NAME = '__name__';

// A lone high surrogate: no decoded label can contain it (utf8.ts), so joined keys are unique.
const SEPARATOR = '\ud800';

export class Labels implements Iterable<[name: string, value: string]> {
  static readonly EMPTY = new Labels([]);

  /**
   * `pairs` is name, value, name, value… sorted by name: what the index stores. Kept, not copied.
   */
  private readonly pairs: readonly string[];

  /**
   * Who looked this set up last and what it found: a cache of his own, so that looking the same
   * object up again costs no more than these two fields. No part of the value.
   */
  finder: object | null = null;
  found = 0;

  private constructor(pairs: readonly string[]) {
    this.pairs = pairs;
  }

  /**
   * Labels in any order; empty values are dropped, the last of equal names wins. Throws an
   * `InvalidLabelsError` where something is no text.
   */
  static from(
    labels: Readonly<Record<string, string>> | Iterable<readonly [string, string]>,
  ): Labels {
    if (typeof labels !== 'object' || (labels as unknown) === null) {
      throw new InvalidLabelsError('labels are an object', String(labels as unknown));
    }
    const entries: Iterable<readonly [string, string]> =
      Symbol.iterator in labels ? labels : Object.entries(labels);
    const byName = new Map<string, string>();
    for (const [name, value] of entries) {
      if (typeof name !== 'string' || typeof value !== 'string') throw noText(name, value);
      byName.set(name, value);
    }
    const kept = [...byName].filter(([, value]) => value !== '');
    kept.sort((a, b) => compareUtf8(a[0], b[0]));
    return new Labels(kept.flat());
  }

  /** Takes pairs that are already sorted and free of empty values and of duplicates. */
  static fromSortedPairs(pairs: readonly string[]): Labels {
    return pairs.length === 0 ? Labels.EMPTY : new Labels(pairs);
  }

  /** How many labels there are. */
  get size(): number {
    return this.pairs.length / 2;
  }

  nameAt(index: number): string {
    return this.pairs[2 * index];
  }

  valueAt(index: number): string {
    return this.pairs[2 * index + 1];
  }

  /** The value of a label, `''` if it is absent. */
  get(name: string): string {
    for (let i = 0; i < this.pairs.length; i += 2) {
      if (this.pairs[i] === name) return this.pairs[i + 1];
    }
    return '';
  }

  *[Symbol.iterator](): Iterator<[string, string]> {
    for (let i = 0; i < this.pairs.length; i += 2) yield [this.pairs[i], this.pairs[i + 1]];
  }

  /** A string that equal label sets share and others do not: for `Map` keys. */
  key(): string {
    return this.pairs.join(SEPARATOR);
  }

  /** Prometheus' series order: label by label, name before value, the shorter set first. */
  compare(other: Labels): number {
    const length = Math.min(this.pairs.length, other.pairs.length);
    for (let i = 0; i < length; i++) {
      if (this.pairs[i] !== other.pairs[i]) return compareUtf8(this.pairs[i], other.pairs[i]);
    }
    return this.pairs.length - other.pairs.length;
  }

  /** What the label strings hold in memory, in bytes: for caches that are bounded by size. */
  sizeBytes(): number {
    let units = 0;
    for (const text of this.pairs) units += text.length;
    return 64 + 16 * this.pairs.length + 2 * units;
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(this);
  }

  /** `{a="b", c="d"}`, for messages. */
  toString(): string {
    return `{${[...this].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
  }
}

function noText(name: unknown, value: unknown): InvalidLabelsError {
  const isName = typeof name === 'string';
  const what = isName ? `the value of ${name} is no text` : 'a label name is no text';
  return new InvalidLabelsError(what, `got a ${typeof (isName ? value : name)}`);
}
