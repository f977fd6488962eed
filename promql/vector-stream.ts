/**
 * How vectors flow: a stream gives one series after another, each with a column of steps, so that a
 * query holds no more than a series at a time where it can. Series without a value are left out.
 *
 * A cursor: `labels`, `column` and the rest are valid after `move()` returned `on`, until its next
 * call; who keeps a column copies it. The column is the reader's to change.
 */
import { Labels } from '../model/labels.js';
import type { Moved } from '../model/steps.js';
import { FLOAT, StepColumn } from './step-column.js';

export interface VectorStream {
  readonly labels: Labels;
  /** Whether the metric's name goes at the end (delayed name removal). */
  readonly dropsName: boolean;
  readonly column: StepColumn;
  move(): Moved;
}

/** One series that is kept. */
export interface VectorSeries {
  readonly labels: Labels;
  readonly dropsName: boolean;
  readonly column: StepColumn;
}

/** Kept series as a stream. They are given out as they are, not copied: for one reader. */
export class ListStream implements VectorStream {
  private readonly series: readonly VectorSeries[];
  private next = 0;

  constructor(series: readonly VectorSeries[]) {
    this.series = series;
  }

  get labels(): Labels {
    return this.series[this.next - 1].labels;
  }

  get dropsName(): boolean {
    return this.series[this.next - 1].dropsName;
  }

  get column(): StepColumn {
    return this.series[this.next - 1].column;
  }

  move(): Moved {
    while (this.next < this.series.length) {
      if (this.series[this.next++].column.count > 0) return 'on';
    }
    return 'ended';
  }
}

/** The series of another stream with changed values; those that lose all are left out. */
export abstract class ChangedStream implements VectorStream {
  protected readonly input: VectorStream;

  constructor(input: VectorStream) {
    this.input = input;
  }

  get labels(): Labels {
    return this.input.labels;
  }

  get dropsName(): boolean {
    return this.input.dropsName;
  }

  get column(): StepColumn {
    return this.input.column;
  }

  move(): Moved {
    for (;;) {
      const moved = this.input.move();
      if (moved !== 'on') return moved;
      this.change(this.input.column);
      if (this.input.column.count > 0) return moved;
    }
  }

  /** Changes the values of the current series in place. */
  protected abstract change(column: StepColumn): void;
}

/** A copy of the series that `stream` stands on. */
export function keepSeries(stream: VectorStream): VectorSeries {
  const column = new StepColumn(stream.column.steps);
  column.copyFrom(stream.column);
  return { labels: stream.labels, dropsName: stream.dropsName, column };
}

/** A scalar as the vector of one element without labels. */
export function streamOfScalar(values: Float64Array): VectorStream {
  const column = new StepColumn(values.length);
  column.values.set(values);
  column.kinds.fill(FLOAT);
  column.count = values.length;
  return new ListStream([{ labels: Labels.EMPTY, dropsName: false, column }]);
}
