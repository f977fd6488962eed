/**
 * `sort`, `sort_desc`, `sort_by_label`, `sort_by_label_desc`: the order of an instant query's
 * answer. A range query's is always by labels.
 */
import { goSort } from '../../model/go-sort.js';
import type { Labels } from '../../model/labels.js';
import type { Call } from '../ast.js';
import type { Evaluation } from '../evaluation.js';
import type { Grid } from '../grid.js';
import { keepAll } from '../keep.js';
import { comesBefore } from '../natural-order.js';
import { unwrap } from '../planner.js';
import { HISTOGRAM } from '../step-column.js';
import { ListStream, type VectorSeries, type VectorStream } from '../vector-stream.js';

export const SORTS: readonly string[] = [
  'sort',
  'sort_desc',
  'sort_by_label',
  'sort_by_label_desc',
];

export async function openSorted(
  evaluation: Evaluation,
  call: Call,
  grid: Grid,
): Promise<VectorStream> {
  const { context } = evaluation;
  const { name } = call.func;
  const input = await evaluation.vector(unwrap(call.args[0]), grid);
  const all = await keepAll(context, input);
  // After those of the argument: where one text has several places, the last one's is shown.
  if (!grid.isInstant) {
    const text = 'sort is ineffective for range queries since results are always ordered by labels';
    context.annotations.warn(text, call);
  }
  if (name === 'sort' || name === 'sort_desc') {
    for (const { column } of all) column.dropHistograms();
    if (grid.steps > 1) return new ListStream(all);
    const floats = all.filter(({ column }) => column.kinds[0] !== HISTOGRAM);
    sortByValue(floats, name === 'sort' ? -1 : 1);
    return new ListStream(floats);
  }
  if (grid.steps > 1) return new ListStream(all);
  const labels = call.args.slice(1).map((arg) => {
    const inner = unwrap(arg);
    return inner.kind === 'string' ? inner.value : '';
  });
  const sign = name === 'sort_by_label' ? 1 : -1;
  goSort(all, (a, b) => sign * compareBy(labels, a.labels, b.labels));
  return new ListStream(all);
}

/** The reverse of an order by `sign × value` in which NaN comes first: so it comes last. */
function sortByValue(series: VectorSeries[], sign: 1 | -1): void {
  const isLess = (a: VectorSeries, b: VectorSeries): boolean => {
    const value = a.column.values[0];
    return value !== value || sign * value < sign * b.column.values[0];
  };
  goSort(series, (a, b) => (isLess(b, a) ? -1 : 1));
}

function compareBy(names: readonly string[], a: Labels, b: Labels): number {
  for (const name of names) {
    const [one, other] = [a.get(name), b.get(name)];
    if (one !== other) return comesBefore(one, other) ? -1 : 1;
  }
  return a.compare(b);
}
