/** Range vectors: the samples of a matrix selector, or the steps of a subquery as samples. */
import { Columns } from '../model/columns.js';
import type { Labels } from '../model/labels.js';
import type { MadeColumn } from '../model/queryable.js';
import type { Moved } from '../model/steps.js';
import type { MatrixSelector, Subquery } from './ast.js';
import type { Evaluation, RangeSource, RangeVector } from './evaluation.js';
import { type Grid, gridOf, lastTime } from './grid.js';
import { assert } from '../model/assert.js';
import type { LeafPlan } from './leaf.js';
import { dropStale } from './stale.js';
import { ABSENT, HISTOGRAM } from './step-column.js';
import type { SampleSource } from './selection.js';
import type { VectorStream } from './vector-stream.js';
import type { WindowShape } from './window.js';

export async function openSelectorRange(
  evaluation: Evaluation,
  { selector }: MatrixSelector,
  grid: Grid,
  leaf?: (shape: WindowShape) => LeafPlan,
): Promise<RangeVector> {
  const { context, selections } = evaluation;
  const plan = context.plan.selectors.get(selector);
  const range = context.plan.ranges.get(selector);
  assert(plan !== undefined && range !== undefined, 'selectors are planned');
  const { isAnchored, isSmoothed } = selector;
  const shape: WindowShape = {
    grid,
    range,
    offset: plan.offset,
    at: plan.at,
    reachBefore: isAnchored || isSmoothed ? context.lookbackMs : 0,
    reachAfter: isSmoothed ? context.lookbackMs : 0,
    isAnchored,
    isSmoothed,
  };
  const shared = leaf && (() => leaf(shape));
  const source = await selections.open(plan.read, grid.steps, shared);
  return { shape, source: new SelectedSamples(source) };
}

class SelectedSamples implements RangeSource {
  readonly dropsName = false;
  private readonly source: SampleSource;

  constructor(source: SampleSource) {
    this.source = source;
  }

  get labels(): Labels {
    return this.source.labels;
  }

  get samples(): Columns {
    return this.source.samples;
  }

  get made(): MadeColumn | null {
    return this.source.made;
  }

  move(): Moved {
    const moved = this.source.move();
    if (moved === 'on') dropStale(this.source.samples);
    return moved;
  }
}

/** A subquery is evaluated on its own grid: multiples of its step, whatever the query's start. */
export async function openSubquery(
  evaluation: Evaluation,
  subquery: Subquery,
  grid: Grid,
): Promise<RangeVector> {
  const plan = evaluation.context.plan.subqueries.get(subquery);
  assert(plan !== undefined, 'subqueries are planned');
  const { range, offset, at, interval } = plan;
  const inner = subqueryGrid(plan, grid);
  const source = new StepSamples(await evaluation.vector(subquery.expression, inner), inner);
  const reach = { reachBefore: 0, reachAfter: 0, isAnchored: false, isSmoothed: false };
  assert(interval > 0, 'a subquery has a step');
  return { shape: { grid, range, offset, at, ...reach }, source };
}

/** The moments of a subquery that any window of `grid` may see. */
export function subqueryGrid(
  plan: { range: number; offset: number; at: number | null; interval: number },
  grid: Grid,
): Grid {
  const { range, offset, at, interval } = plan;
  const end = (at ?? lastTime(grid)) - offset;
  const before = (at ?? grid.start) - offset - range;
  // Windows are left-open.
  let start = interval * Math.trunc(before / interval);
  if (start <= before) start += interval;
  return gridOf(start, end, interval);
}

/** The values of steps as samples. */
class StepSamples implements RangeSource {
  readonly made = null;
  readonly samples = new Columns();
  private readonly stream: VectorStream;
  private readonly grid: Grid;

  constructor(stream: VectorStream, grid: Grid) {
    this.stream = stream;
    this.grid = grid;
  }

  get labels(): Labels {
    return this.stream.labels;
  }

  get dropsName(): boolean {
    return this.stream.dropsName;
  }

  move(): Moved {
    const moved = this.stream.move();
    if (moved === 'on') this.fill();
    return moved;
  }

  private fill(): void {
    const { samples, grid } = this;
    const { values, kinds, histograms, count } = this.stream.column;
    samples.clear();
    samples.reserve(count);
    let row = 0;
    for (let step = 0; step < grid.steps; step++) {
      if (kinds[step] === ABSENT) continue;
      samples.times[row] = grid.start + step * grid.interval;
      samples.values[row] = values[step];
      row++;
    }
    samples.commitFloats(row);
    if (histograms === null) return;
    const target = samples.withHistograms();
    row = 0;
    for (let step = 0; step < grid.steps; step++) {
      if (kinds[step] === ABSENT) continue;
      target[row++] = kinds[step] === HISTOGRAM ? histograms[step] : undefined;
    }
  }
}
