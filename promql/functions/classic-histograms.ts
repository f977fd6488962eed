/**
 * `histogram_quantile`, `histogram_quantiles`, `histogram_fraction` over classic histograms: series
 * that differ in `le` only are the buckets of one histogram.
 */
import { formatG } from '../../model/go-float.js';
import { goQuote } from '../../model/go-quote.js';
import { type Labels, METRIC_NAME } from '../../model/labels.js';
import type { Call, Expression } from '../ast.js';
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

const BUCKET_LABEL = 'le';

export async function openQuantile(
  evaluation: Evaluation,
  { args }: Call,
  grid: Grid,
): Promise<VectorStream> {
  const { context } = evaluation;
  const quantiles = await evaluation.scalar(args[0], grid);
  const vector = unwrap(args[1]);
  const histograms = await readHistograms(evaluation, vector, grid);
  for (const quantile of quantiles) checkQuantile(context, quantile, args[0]);
  const series: VectorSeries[] = [];
  for (const histogram of histograms) {
    const column = context.newColumn(grid.steps);
    for (let step = 0; step < grid.steps; step++) {
      const buckets = histogram.at(step);
      if (buckets.length === 0) continue;
      const { value, forced } = bucketQuantile(quantiles[step], buckets);
      column.setFloat(step, value);
      if (forced !== null) tellOfForcing(context, { histogram, forced, vector, step, grid });
    }
    series.push({ labels: histogram.labels, dropsName: false, column });
    await context.work(grid.steps * histogram.size);
  }
  return finish(evaluation, series, vector, grid);
}

export async function openQuantiles(
  evaluation: Evaluation,
  { args }: Call,
  grid: Grid,
): Promise<VectorStream> {
  const { context } = evaluation;
  const vector = unwrap(args[0]);
  const nameArg = unwrap(args[1]);
  const name = nameArg.kind === 'string' ? nameArg.value : '';
  const histograms = await readHistograms(evaluation, vector, grid);
  const wanted: Float64Array[] = [];
  for (const arg of args.slice(2)) {
    const quantiles = await evaluation.scalar(arg, grid);
    for (const quantile of quantiles) checkQuantile(context, quantile, unwrap(arg));
    wanted.push(quantiles);
  }
  const found = new Map<string, VectorSeries>();
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
        if (forced !== null) tellOfForcing(context, { histogram, forced, vector, step, grid });
      }
      await context.work(grid.steps * histogram.size);
    }
  }
  return finish(evaluation, [...found.values()], vector, grid);
}

export async function openFraction(
  evaluation: Evaluation,
  { args }: Call,
  grid: Grid,
): Promise<VectorStream> {
  const lower = await evaluation.scalar(args[0], grid);
  const upper = await evaluation.scalar(args[1], grid);
  const vector = unwrap(args[2]);
  const histograms = await readHistograms(evaluation, vector, grid);
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

function checkQuantile(context: QueryContext, quantile: number, position: Expression): void {
  if (quantile >= 0 && quantile <= 1) return;
  context.annotations.invalidQuantile(quantile, unwrap(position));
}

/** The buckets of one histogram. */
class ClassicHistogram {
  readonly labels: Labels;
  private readonly bounds: number[] = [];
  private readonly columns: StepColumn[] = [];

  constructor(labels: Labels) {
    this.labels = labels;
  }

  get size(): number {
    return this.bounds.length;
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
  grid: Grid,
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
      tellOfBadBound(context, stream.labels, text, vector);
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
  position: Expression,
): void {
  const what = `bucket label "le" is missing or has a malformed value of ${goQuote(text)}`;
  context.annotations.warn(what + forMetric(nameFor(context, labels)), position);
}

function tellOfForcing(
  context: QueryContext,
  {
    histogram,
    forced,
    vector,
    step,
    grid,
  }: {
    histogram: ClassicHistogram;
    forced: { minBucket: number; maxBucket: number; maxDifference: number };
    vector: Expression;
    step: number;
    grid: Grid;
  },
): void {
  const time = grid.start + step * grid.interval;
  context.annotations.forcedMonotonicity(nameFor(context, histogram.labels), vector, {
    ...forced,
    minTime: time,
    maxTime: time,
    count: 1,
  });
}

/** As OpenMetrics writes a float: always with a point or an exponent. */
function openMetricsFloat(value: number): string {
  const text = formatG(value);
  return /[e.]|Inf|NaN/.test(text) ? text : `${text}.0`;
}
