/** `limit_ratio`: a share of the series, by lots that the labels' hash draws. */
import { QueryError } from '../../model/errors.js';
import { formatG } from '../../model/go-float.js';
import type { Aggregation } from '../ast.js';
import type { Evaluation } from '../evaluation.js';
import type { Grid } from '../grid.js';
import { keepAll } from '../keep.js';
import { ratioOf } from '../label-hash.js';
import { unwrap } from '../planner.js';
import { FLOAT, type StepColumn } from '../step-column.js';
import { ValueHeaps } from '../value-heap.js';
import {
  ChangedStream,
  ListStream,
  type VectorSeries,
  type VectorStream,
} from '../vector-stream.js';
import { limitsOf } from './choose.js';
import { Grouping } from './grouping.js';

export async function openRatio(
  evaluation: Evaluation,
  node: Aggregation,
  grid: Grid,
): Promise<VectorStream> {
  const { context } = evaluation;
  const position = unwrap(node.parameter ?? node.expression);
  const ratios = await evaluation.scalar(position, grid);
  const input = await evaluation.vector(unwrap(node.expression), grid);
  const { min, max, hasNaN } = limitsOf(ratios);
  if (max === 0 && min === 0) {
    // What there is to tell of the series is told all the same.
    while (await context.next(input));
    return new ListStream([]);
  }
  if (hasNaN) throw new QueryError('execution', 'Ratio value is NaN');
  const warn = (ratio: number, to: number): void => {
    const text = `ratio value should be between -1 and 1, got ${formatG(ratio)}`;
    context.annotations.warn(`${text}, capping to ${to}`, position);
  };
  if (max > 1) warn(max, 1);
  if (min < -1) warn(min, -1);
  const drawn = new DrawnStream(input, ratios);
  if (grid.steps > 1) return drawn;
  return new ListStream(heaped(await keepAll(context, drawn), new Grouping(node)));
}

/** The steps at which a series is drawn. */
class DrawnStream extends ChangedStream {
  private readonly ratios: Float64Array;

  constructor(input: VectorStream, ratios: Float64Array) {
    super(input);
    this.ratios = ratios;
  }

  protected change(column: StepColumn): void {
    const lot = ratioOf(this.labels);
    for (let step = 0; step < column.steps; step++) {
      const ratio = Math.max(-1, Math.min(1, this.ratios[step]));
      const isDrawn = ratio >= 0 ? lot < ratio : lot >= 1 + ratio;
      if (!isDrawn) column.drop(step);
    }
  }
}

/** Series in the order in which Prometheus' heap leaves them, group by group. */
function heaped(all: readonly VectorSeries[], grouping: Grouping): VectorSeries[] {
  const groups = new Map<string, VectorSeries[]>();
  for (const series of all) {
    const key = grouping.keyOf(series.labels);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [series]);
    else group.push(series);
  }
  return [...groups.values()].flatMap((group) => {
    const heap = new ValueHeaps(1, group.length);
    group.forEach(({ column }, i) => {
      heap.push(0, 1, column.kinds[0] === FLOAT ? column.values[0] : 0, i);
    });
    return heap.places(0).map((place) => group[heap.series[place]]);
  });
}
