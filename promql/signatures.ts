/** By which labels the elements of two vectors find each other: match groups, by number. */
import { type Labels, METRIC_NAME } from '../model/labels.js';
import { compareUtf8 } from '../model/utf8.js';
import type { VectorMatching } from './ast.js';
import { filterLabels, keyIgnoring, keyOn } from './label-sets.js';

export class MatchGroups {
  private readonly matching: VectorMatching;
  private readonly names: readonly string[];
  private readonly set: ReadonlySet<string>;
  private readonly numbers = new Map<string, number>();

  constructor(matching: VectorMatching) {
    this.matching = matching;
    this.names = [...new Set(matching.labels)].sort(compareUtf8);
    this.set = new Set(matching.isOn ? matching.labels : [METRIC_NAME, ...matching.labels]);
  }

  /** The number of a series' group; a new one where none has its labels. */
  numberOf(labels: Labels): number {
    const key = this.keyOf(labels);
    let number = this.numbers.get(key);
    if (number === undefined) this.numbers.set(key, (number = this.numbers.size));
    return number;
  }

  /** The same of a group that is there; undefined for none. */
  find(labels: Labels): number | undefined {
    return this.numbers.get(this.keyOf(labels));
  }

  /** The labels that all of a group have in common. */
  labelsOf(labels: Labels): Labels {
    const { isOn } = this.matching;
    return filterLabels(labels, (name) => this.set.has(name) === isOn);
  }

  private keyOf(labels: Labels): string {
    return this.matching.isOn ? keyOn(labels, this.names) : keyIgnoring(labels, this.set);
  }
}
