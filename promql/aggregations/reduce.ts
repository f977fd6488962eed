/** Aggregations that make one series of each group: `sum`, `avg`, `min`, `quantile` and so on. */
import { AssertionError, unreachable } from '../../model/assert.js';
import type { Labels } from '../../model/labels.js';
import type { Aggregation } from '../ast.js';
import type { Evaluation } from '../evaluation.js';
import type { Grid } from '../grid.js';
import { unwrap } from '../planner.js';
import type { QueryContext } from '../query-context.js';
import { SelectorStream } from '../selectors.js';
import { ListStream, type VectorSeries, type VectorStream } from '../vector-stream.js';
import { type Accumulator, Average, Count, Deviation, Extreme, Quantile } from './accumulators.js';
import { Grouping } from './grouping.js';
import { Sum } from './sum.js';

/** Bytes a step that an accumulator takes at most. */
const STEP_BYTES = 25;
/** Groups are finished in portions of so much work. */
const PORTION_UNITS = 20_000;

interface Group {
  readonly labels: Labels;
  readonly accumulator: Accumulator;
  dropsName: boolean;
}

export async function openReduction(
  evaluation: Evaluation,
  node: Aggregation,
  grid: Grid,
): Promise<VectorStream> {
  const { context } = evaluation;
  const before = context.heldSamples;
  const quantiles =
    node.operator === 'quantile' && node.parameter !== null
      ? await evaluation.scalar(unwrap(node.parameter), grid)
      : null;
  const stream = await evaluation.vector(unwrap(node.expression), grid);
  if (quantiles !== null) warnOfQuantiles(context, node, quantiles);
  const groups = new Map<string, Group>();
  try {
    await addAll(context, node, { stream, groups, steps: grid.steps, quantiles });
    const series = await finishAll(context, groups.values(), grid.steps);
    context.settleSamples(before, countSamples(series));
    return new ListStream(series);
  } finally {
    for (const { accumulator } of groups.values()) accumulator.release();
  }
}

/** Adds all series of a stream to their groups. */
async function addAll(
  context: QueryContext,
  node: Aggregation,
  options: {
    stream: VectorStream;
    groups: Map<string, Group>;
    steps: number;
    quantiles: Float64Array | null;
  },
): Promise<void> {
  const { stream, groups, steps, quantiles } = options;
  const grouping = new Grouping(node);
  // Fast path: of a plain selector no column is made for each series.
  const selector = stream instanceof SelectorStream ? stream : null;
  for (;;) {
    const moved = selector === null ? stream.move() : selector.moveSamples();
    if (moved === 'ended') break;
    if (moved === 'paused') {
      await context.turn();
      continue;
    }
    // Labels that no one asks for are not decoded.
    const key = grouping.isWhole ? '' : grouping.keyOf(stream.labels);
    let group = groups.get(key);
    if (group === undefined) {
      context.countBytes(STEP_BYTES * steps);
      const accumulator = accumulatorOf(node, steps, quantiles);
      group = { labels: grouping.labelsOf(stream.labels), accumulator, dropsName: false };
      groups.set(key, group);
    }
    if (stream.dropsName) group.dropsName = true;
    if (quantiles !== null) context.countBytes(9 * steps);
    if (selector === null) group.accumulator.add(stream.column);
    else selector.addTo(group.accumulator);
    if (stream.column.histograms !== null) tellOfHistograms(context, node);
  }
}

async function finishAll(
  context: QueryContext,
  groups: Iterable<Group>,
  steps: number,
): Promise<VectorSeries[]> {
  const series: VectorSeries[] = [];
  for (const { labels, accumulator, dropsName } of groups) {
    const column = context.newColumn(steps);
    const { stepUnits } = accumulator;
    const stride = Math.max(1, Math.floor(PORTION_UNITS / stepUnits));
    for (let from = 0; from < steps; from += stride) {
      const to = Math.min(steps, from + stride);
      accumulator.finish(column, from, to);
      if (context.isDue((to - from) * stepUnits)) await context.turn();
    }
    series.push({ labels, dropsName, column });
  }
  return series;
}

function countSamples(series: readonly VectorSeries[]): number {
  let count = 0;
  for (const { column } of series) count += column.count;
  return count;
}

function accumulatorOf(
  { operator }: Aggregation,
  steps: number,
  quantiles: Float64Array | null,
): Accumulator {
  if (quantiles !== null) return new Quantile(quantiles);
  switch (operator) {
    case 'sum':
      return new Sum(steps);
    case 'avg':
      return new Average(steps);
    case 'min':
      return new Extreme(steps, -1);
    case 'max':
      return new Extreme(steps, 1);
    case 'count':
      return new Count(steps, false);
    case 'group':
      return new Count(steps, true);
    case 'stddev':
      return new Deviation(steps, true);
    case 'stdvar':
      return new Deviation(steps, false);
    case 'quantile':
    case 'count_values':
    case 'topk':
    case 'bottomk':
    case 'limitk':
    case 'limit_ratio':
      break;
    default:
      unreachable(operator);
  }
  throw new AssertionError(`${operator} accumulates nothing`);
}

function warnOfQuantiles(context: QueryContext, node: Aggregation, quantiles: Float64Array): void {
  const { start } = unwrap(node.parameter ?? node.expression);
  const position = { start, end: node.end };
  let least = Infinity;
  let greatest = -Infinity;
  let hasNaN = false;
  for (const quantile of quantiles) {
    if (quantile !== quantile) hasNaN = true;
    if (quantile < least) least = quantile;
    if (quantile > greatest) greatest = quantile;
  }
  if (hasNaN) {
    // Go's least and greatest of numbers with a NaN among them are NaN, and so neither is told.
    context.annotations.invalidQuantile(NaN, position);
    return;
  }
  if (greatest > 1) context.annotations.invalidQuantile(greatest, position);
  if (least < 0) context.annotations.invalidQuantile(least, position);
}

function tellOfHistograms(context: QueryContext, node: Aggregation): void {
  const position = unwrap(node.expression);
  if (/^(stdvar|stddev|quantile|min|max)$/.test(node.operator)) {
    context.annotations.info(`ignored histogram in ${node.operator} aggregation`, position);
  }
}
