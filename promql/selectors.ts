/** Instant vector selectors as streams, and expressions that are the same at every step. */
import { assert } from '../model/assert.js';
import type { Labels } from '../model/labels.js';
import type { Moved } from '../model/steps.js';
import type { VectorSelector } from './ast.js';
import type { Accumulator } from './aggregations/accumulators.js';
import type { Evaluation } from './evaluation.js';
import { firstStep, type Grid } from './grid.js';
import {
  fillInstant,
  fillInstantTimes,
  type InstantValue,
  type InstantView,
  instantView,
  Runs,
} from './instant-steps.js';
import type { QueryContext } from './query-context.js';
import type { SampleSource } from './selection.js';
import { smoothSamples } from './smoothing.js';
import { ABSENT, StepColumn } from './step-column.js';
import type { VectorStream } from './vector-stream.js';

/** The series of an instant selector; with `what`, the times of its samples instead of values. */
export async function openSelector(
  evaluation: Evaluation,
  selector: VectorSelector,
  grid: Grid,
  what: InstantValue = 'value',
): Promise<VectorStream> {
  const { context, selections } = evaluation;
  const plan = context.plan.selectors.get(selector);
  assert(plan !== undefined, 'selectors are planned');
  const view = instantView(grid, plan, context.lookbackMs);
  const leaf =
    what === 'value' && !selector.isSmoothed
      ? () => ({ kind: 'instant', view }) as const
      : undefined;
  const source = await selections.open(plan.read, grid.steps, leaf);
  const kind = selector.isSmoothed && what === 'value' ? 'smoothed' : what;
  return new SelectorStream(context, source, view, kind);
}

export class SelectorStream implements VectorStream {
  readonly dropsName = false;
  column: StepColumn;
  private readonly own: StepColumn;
  private readonly runs = new Runs();
  private readonly context: QueryContext;
  private readonly source: SampleSource;
  private readonly view: InstantView;
  private readonly kind: InstantValue | 'smoothed';

  constructor(
    context: QueryContext,
    source: SampleSource,
    view: InstantView,
    kind: InstantValue | 'smoothed',
  ) {
    this.context = context;
    this.source = source;
    this.view = view;
    this.kind = kind;
    this.own = this.column = new StepColumn(view.steps);
  }

  get labels(): Labels {
    return this.source.labels;
  }

  /** Moves to the next series, which may have no value: for readers that take it by `addTo`. */
  moveSamples(): Moved {
    return this.source.move();
  }

  /** Adds the current series to an accumulator; of floats without making a column. */
  addTo(accumulator: Accumulator): void {
    const { view, kind, runs } = this;
    const { samples, made } = this.source;
    const isPlain =
      kind === 'value' && view.interval > 0 && samples.histograms === null && made === null;
    if (isPlain) {
      this.context.countSamples(accumulator.addSamples(samples, view, runs));
      return;
    }
    this.fill();
    const { column } = this;
    this.context.countSamples(column.count);
    if (column.count > 0) accumulator.add(column);
  }

  move(): Moved {
    for (;;) {
      const moved = this.source.move();
      if (moved !== 'on') return moved;
      this.fill();
      if (this.column.count === 0) continue;
      this.context.countSamples(this.column.count);
      return moved;
    }
  }

  private fill(): void {
    const { source, view, kind, own: column } = this;
    this.column = source.made === null ? column : StepColumn.of(source.made);
    if (source.made !== null) return;
    if (kind === 'value') fillInstant(source.samples, view, column);
    else if (kind === 'smoothed') smoothSamples(source.samples, view, column);
    else fillInstantTimes(source.samples, view, kind, column);
  }
}

/** Evaluates at the first step and gives that at all. */
export async function openInvariant(
  evaluation: Evaluation,
  grid: Grid,
  open: (once: Grid) => Promise<VectorStream>,
): Promise<VectorStream> {
  const stream = await open(firstStep(grid));
  return grid.steps === 1 ? stream : new RepeatedStream(evaluation.context, stream, grid.steps);
}

class RepeatedStream implements VectorStream {
  readonly column: StepColumn;
  private readonly context: QueryContext;
  private readonly once: VectorStream;

  constructor(context: QueryContext, once: VectorStream, steps: number) {
    this.context = context;
    this.once = once;
    this.column = new StepColumn(steps);
  }

  get labels(): Labels {
    return this.once.labels;
  }

  get dropsName(): boolean {
    return this.once.dropsName;
  }

  move(): Moved {
    const moved = this.once.move();
    if (moved !== 'on') return moved;
    const { kinds, values, histograms } = this.once.column;
    const { column } = this;
    column.kinds.fill(kinds[0]);
    column.values.fill(values[0]);
    column.count = kinds[0] === ABSENT ? 0 : column.steps;
    column.histograms = histograms === null ? null : column.values.length === 0 ? null : [];
    if (column.histograms !== null) {
      for (let step = 0; step < column.steps; step++) column.histograms[step] = histograms?.[0];
    }
    this.context.countSamples(column.count - 1);
    return moved;
  }
}
