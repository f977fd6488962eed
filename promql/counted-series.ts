/**
 * The series of `count_values` over a range as columns: their labels differ in one, the text of a
 * value, and most have a value at one step. Objects are made of those that are asked for; who
 * writes them all makes none.
 */
import { numberTexts, type Texts } from '../kernel/number-text.js';
import type { Labels } from '../model/labels.js';
import type { Steps } from '../model/steps.js';
import { withLabel } from './label-sets.js';
import { ABSENT, type StepColumn } from './step-column.js';
import { sortTexts } from './text-order.js';
import type { MatrixSeries } from './value.js';

/** What was counted, by the numbers of the values. */
export interface Counted {
  /** What all series have, and which label differs. */
  readonly labels: Labels;
  readonly name: string;
  /** All different. */
  readonly values: Float64Array;
  /** At which step each was seen, once, where `columnOf` has nothing. */
  readonly steps: Int32Array;
  /** The moments of the steps. */
  readonly times: Float64Array;
  /** The counts of a value that was seen several times; valid until the next call. */
  readonly columnOf: (number: number) => StepColumn | null;
}

export class CountedSeries {
  readonly count: number;
  readonly counted: Counted;
  /** The texts of the values, by their numbers. */
  readonly texts: Texts;
  /** The numbers in the order of their labels. */
  private readonly order: Uint32Array;

  private constructor(counted: Counted, texts: Texts, order: Uint32Array) {
    this.count = order.length;
    this.counted = counted;
    this.texts = texts;
    this.order = order;
  }

  static *of(counted: Counted): Steps<CountedSeries> {
    const texts = yield* numberTexts(counted.values);
    return new CountedSeries(counted, texts, yield* sortTexts(texts));
  }

  /** The number of the value of a series, these being in label order. */
  numberAt(index: number): number {
    return this.order[index];
  }

  all(): MatrixSeries[] {
    return Array.from(this.order, (_, i) => this.at(i));
  }

  at(index: number): MatrixSeries {
    const { labels, name, steps, times, columnOf } = this.counted;
    const number = this.order[index];
    const withValue = withLabel(labels, name, this.texts.at(number));
    const column = columnOf(number);
    if (column === null) {
      const step = steps[number];
      const values = new Float64Array(1).fill(1);
      return { labels: withValue, times: times.subarray(step, step + 1), values, histograms: null };
    }
    const found: number[] = [];
    for (let step = 0; step < column.steps; step++) {
      if (column.kinds[step] !== ABSENT) found.push(step);
    }
    return {
      labels: withValue,
      times: Float64Array.from(found, (step) => times[step]),
      values: Float64Array.from(found, (step) => column.values[step]),
      histograms: null,
    };
  }
}
