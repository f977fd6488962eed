/**
 * `histogram_quantile`, `histogram_quantiles`, `histogram_fraction` over classic histograms: series
 * that differ in `le` only are the buckets of one histogram.
 */
import { formatG } from '../../model/go-float.js';
import { goQuote } from '../../model/go-quote.js';
import { type Labels, METRIC_NAME } from '../../model/labels.js';
import type { Call, Expression, Position } from '../ast.js';
import type { Evaluation } from '../evaluation.js';
import { forMetric } from '../annotations.js';
import type { Grid } from '../grid.js';
import { filterLabels, withLabel } from '../label-sets.js';
import { dropNames, failForDuplicates } from '../names.js';
import { parseFloatText } from '../parse-float.js';
import { unwrap } from '../planner.js';
import type { QueryContext } from '../query-context.js';
import type { StepColumn } from '../step-column.js';
import { ABSENT, FLOAT } from '../step-column.js';
import { keepSeries, ListStream, type VectorSeries, type VectorStream } from '../vector-stream.js';
import { type Bucket, bucketFraction, bucketQuantile } from './buckets.js';
import { ForcedBuckets } from './forced-buckets.js';

const BUCKET_LABEL = 'le';

export async function openQuantile(
  evaluation: Evaluation,
  call: Call,
  grid: Grid,
): Promise<VectorStream> {
  const { context } = evaluation;
  const { args } = call;
  const quantiles = await evaluation.scalar(args[0], grid);
  const vector = unwrap(args[1]);
  const histograms = await readHistograms(evaluation, vector, {
    grid,
    place: placeOf(call, vector),
  });
  for (const quantile of quantiles) checkQuantile(context, quantile, placeOf(call, args[0]));
  const series: VectorSeries[] = [];
  const allForced = new ForcedBuckets(grid);
  for (const histogram of histograms) {
    const column = context.newColumn(grid.steps);
    for (let step = 0; step < grid.steps; step++) {
      const buckets = histogram.at(step);
      if (buckets.length === 0) continue;
      const { value, forced } = bucketQuantile(quantiles[step], buckets);
      column.setFloat(step, value);
      if (forced !== null) allForced.note(nameFor(context, histogram.labels), step, forced);
    }
    series.push({ labels: histogram.labels, dropsName: false, column });
    await context.work(grid.steps * histogram.size);
  }
  allForced.tell(context.annotations, placeOf(call, vector));
  return finish(evaluation, series, vector, grid);
}

export async function openQuantiles(
  evaluation: Evaluation,
  call: Call,
  grid: Grid,
): Promise<VectorStream> {
  const { context } = evaluation;
  const { args } = call;
  const vector = unwrap(args[0]);
  const nameArg = unwrap(args[1]);
  const name = nameArg.kind === 'string' ? nameArg.value : '';
  const histograms = await readHistograms(evaluation, vector, {
    grid,
    place: placeOf(call, vector),
  });
  const wanted: Float64Array[] = [];
  for (const arg of args.slice(2)) {
    const quantiles = await evaluation.scalar(arg, grid);
    for (const quantile of quantiles) checkQuantile(context, quantile, placeOf(call, arg));
    wanted.push(quantiles);
  }
  const found = new Map<string, VectorSeries>();
  const allForced = new ForcedBuckets(grid);
  for (const quantiles of wanted) {
    for (const histogram of histograms) {
      for (let step = 0; step < grid.steps; step++) {
        const buckets = histogram.at(step);
        if (buckets.length === 0) continue;
        const { value, forced } = bucketQuantile(quantiles[step], buckets);
        const labels = withLabel(histogram.labels, name, openMetricsFloat(quantiles[step]));
        const key = labels.key();
        let series = found.get(key);
        if (series === undefined) {
          series = { labels, dropsName: false, column: context.newColumn(grid.steps) };
          found.set(key, series);
        }
        if (series.column.kinds[step] !== ABSENT) failForDuplicates();
        series.column.setFloat(step, value);
        if (forced !== null && histogram.mend(step)) {
          allForced.note(nameFor(context, histogram.labels), step, forced);
        }
      }
      await context.work(grid.steps * histogram.size);
    }
  }
  allForced.tell(context.annotations, placeOf(call, vector));
  return finish(evaluation, [...found.values()], vector, grid);
}

export async function openFraction(
  evaluation: Evaluation,
  call: Call,
  grid: Grid,
): Promise<VectorStream> {
  const { args } = call;
  const lower = await evaluation.scalar(args[0], grid);
  const upper = await evaluation.scalar(args[1], grid);
  const vector = unwrap(args[2]);
  const histograms = await readHistograms(evaluation, vector, {
    grid,
    place: placeOf(call, vector),
  });
  const series = histograms.map((histogram) => {
    const column = evaluation.context.newColumn(grid.steps);
    for (let step = 0; step < grid.steps; step++) {
      const buckets = histogram.at(step);
      if (buckets.length === 0) continue;
      column.setFloat(step, bucketFraction(lower[step], upper[step], buckets));
    }
    return { labels: histogram.labels, dropsName: false, column };
  });
  return finish(evaluation, series, vector, grid);
}

function finish(
  evaluation: Evaluation,
  series: VectorSeries[],
  expression: Expression,
  grid: Grid,
): Promise<VectorStream> {
  const options = { expression, steps: grid.steps, duplicates: 'merge' } as const;
  return dropNames(evaluation.context, new ListStream(series), options);
}

function checkQuantile(context: QueryContext, quantile: number, position: Position): void {
  if (quantile >= 0 && quantile <= 1) return;
  context.annotations.invalidQuantile(quantile, position);
}

/** The place of an argument, for what is noticed when the call has all of them. */
function placeOf(call: Call, arg: Expression): Position {
  return { start: unwrap(arg).start, end: call.end };
}

/** The buckets of one histogram. */
class ClassicHistogram {
  readonly labels: Labels;
  private readonly bounds: number[] = [];
  private readonly columns: StepColumn[] = [];
  private readonly mended = new Set<number>();

  constructor(labels: Labels) {
    this.labels = labels;
  }

  get size(): number {
    return this.bounds.length;
  }

  /** Whether buckets of a step are mended for the first time: for other quantiles they stay so. */
  mend(step: number): boolean {
    const isFirst = !this.mended.has(step);
    this.mended.add(step);
    return isFirst;
  }

  add(upperBound: number, column: StepColumn): void {
    this.bounds.push(upperBound);
    this.columns.push(column);
  }

  at(step: number): Bucket[] {
    const buckets: Bucket[] = [];
    this.columns.forEach(({ kinds, values }, i) => {
      if (kinds[step] !== FLOAT) return;
      buckets.push({ upperBound: this.bounds[i], count: values[step] });
    });
    return buckets;
  }
}

async function readHistograms(
  evaluation: Evaluation,
  vector: Expression,
  { grid, place }: { grid: Grid; place: Position },
): Promise<ClassicHistogram[]> {
  const { context } = evaluation;
  const stream = await evaluation.vector(vector, grid);
  const byLabels = new Map<string, ClassicHistogram>();
  while (await context.next(stream)) {
    stream.column.dropHistograms();
    if (stream.column.count === 0) continue;
    const text = stream.labels.get(BUCKET_LABEL);
    const bound = parseFloatText(text);
    if (bound === null) {
      tellOfBadBound(context, stream.labels, text, place);
      continue;
    }
    const labels = filterLabels(stream.labels, (name) => name !== BUCKET_LABEL);
    const key = labels.key();
    let histogram = byLabels.get(key);
    if (histogram === undefined) byLabels.set(key, (histogram = new ClassicHistogram(labels)));
    context.countBytes(9 * grid.steps);
    histogram.add(bound, keepSeries(stream).column);
  }
  return [...byLabels.values()];
}

/** The metric's name is told only where it is kept to the end. */
function nameFor(context: QueryContext, labels: Labels): string {
  return context.features.delayedNameRemoval ? labels.get(METRIC_NAME) : '';
}

function tellOfBadBound(
  context: QueryContext,
  labels: Labels,
  text: string,
  position: Position,
): void {
  const what = `bucket label "le" is missing or has a malformed value of ${goQuote(text)}`;
  context.annotations.warn(what + forMetric(nameFor(context, labels)), position);
}

/** As OpenMetrics writes a float: always with a point or an exponent. */
function openMetricsFloat(value: number): string {
  const text = formatG(value);
  return /[e.]|Inf|NaN/.test(text) ? text : `${text}.0`;
}
