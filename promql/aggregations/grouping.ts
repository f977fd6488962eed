/** Which group of an aggregation a series belongs to, and the labels of the groups. */
import { Labels, METRIC_NAME } from '../../model/labels.js';
import { compareUtf8 } from '../../model/utf8.js';
import type { Aggregation } from '../ast.js';
import { filterLabels, keyIgnoring, keyOn } from '../label-sets.js';

export class Grouping {
  private readonly names: readonly string[];
  private readonly set: ReadonlySet<string>;
  private readonly isWithout: boolean;

  constructor({ grouping, isWithout }: Pick<Aggregation, 'grouping' | 'isWithout'>) {
    this.names = [...new Set(grouping)].sort(compareUtf8);
    this.set = new Set(isWithout ? [...grouping, METRIC_NAME] : grouping);
    this.isWithout = isWithout;
  }

  /** Whether all series are one group, whatever their labels. */
  get isWhole(): boolean {
    return !this.isWithout && this.names.length === 0;
  }

  /** Whether groups have the label. */
  keeps(name: string): boolean {
    return this.set.has(name) !== this.isWithout;
  }

  /** Equal for series of the same group. */
  keyOf(labels: Labels): string {
    return this.isWithout ? keyIgnoring(labels, this.set) : keyOn(labels, this.names);
  }

  labelsOf(labels: Labels): Labels {
    return this.isWhole ? Labels.EMPTY : filterLabels(labels, (name) => this.keeps(name));
  }
}
