/** `count_values`: how often each value occurs, a series for each. */
import { formatPlain } from '../../model/go-float.js';
import type { Labels } from '../../model/labels.js';
import type { Aggregation } from '../ast.js';
import type { Evaluation } from '../evaluation.js';
import type { Grid } from '../grid.js';
import { checkValueLabel } from '../label-names.js';
import { withLabel } from '../label-sets.js';
import { unwrap } from '../planner.js';
import { FLOAT, type StepColumn } from '../step-column.js';
import { ListStream, type VectorSeries, type VectorStream } from '../vector-stream.js';
import { Grouping } from './grouping.js';

export async function openValueCounts(
  evaluation: Evaluation,
  node: Aggregation,
  grid: Grid,
): Promise<VectorStream> {
  const { context } = evaluation;
  const parameter = unwrap(node.parameter ?? node.expression);
  const name = parameter.kind === 'string' ? parameter.value : '';
  checkValueLabel(name);
  const grouping = new Grouping({
    grouping: node.isWithout ? node.grouping : [...node.grouping, name],
    isWithout: node.isWithout,
  });
  const input = await evaluation.vector(unwrap(node.expression), grid);
  const counts = new Map<string, VectorSeries>();
  while (await context.next(input)) {
    const counter = new SeriesCounter(input.labels, name, { grouping, counts });
    const { kinds, values } = input.column;
    for (let step = 0; step < grid.steps; step++) {
      if (kinds[step] !== FLOAT) continue;
      const column = counter.columnOf(values[step], () => context.newColumn(grid.steps));
      column.setFloat(step, 1 + (column.kinds[step] === FLOAT ? column.values[step] : 0));
    }
  }
  return new ListStream([...counts.values()]);
}

/** Finds the counts of one series' values; a value that repeats is looked up once. */
class SeriesCounter {
  private readonly labels: Labels;
  private readonly name: string;
  private readonly grouping: Grouping;
  private readonly counts: Map<string, VectorSeries>;
  private readonly last = new Float64Array(1);
  private column: StepColumn | null = null;

  constructor(
    labels: Labels,
    name: string,
    shared: { grouping: Grouping; counts: Map<string, VectorSeries> },
  ) {
    this.labels = labels;
    this.name = name;
    this.grouping = shared.grouping;
    this.counts = shared.counts;
  }

  columnOf(value: number, make: () => StepColumn): StepColumn {
    if (this.column !== null && Object.is(value, this.last[0])) return this.column;
    this.last[0] = value;
    const labels = withLabel(this.labels, this.name, formatPlain(value));
    const key = this.grouping.keyOf(labels);
    let series = this.counts.get(key);
    if (series === undefined) {
      series = { labels: this.grouping.labelsOf(labels), dropsName: false, column: make() };
      this.counts.set(key, series);
    }
    this.column = series.column;
    return series.column;
  }
}
