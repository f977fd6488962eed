/** Makes answers of streams: vectors in their order, matrices in label order. */
import { Columns } from '../model/columns.js';
import type { Histogram } from '../model/histogram.js';
import type { Labels } from '../model/labels.js';
import { sortSteps } from '../model/sort-steps.js';
import { ValueCounts } from './aggregations/count-values.js';
import { CountedSeries } from './counted-series.js';
import type { RangeVector } from './evaluation.js';
import { extendSamples } from './functions/extended-rates.js';
import type { Grid } from './grid.js';
import { firstAfter } from './instant-steps.js';
import { dropMarkedNames } from './names.js';
import type { QueryContext } from './query-context.js';
import { ABSENT, FLOAT, HISTOGRAM, type StepColumn } from './step-column.js';
import { type HistogramPoint, type MatrixSeries, MatrixValue, VectorValue } from './value.js';
import type { VectorStream } from './vector-stream.js';

/** The answer of an instant query for a vector. */
export async function collectVector(
  context: QueryContext,
  stream: VectorStream,
  time: number,
): Promise<VectorValue> {
  const labels: Labels[] = [];
  let values = new Float64Array(16);
  let histograms: (Histogram | undefined)[] | null = null;
  const named = await finishNames(context, stream);
  while (await context.next(named)) {
    const { kinds, values: given, histograms: givenHistograms } = named.column;
    if (kinds[0] === ABSENT) continue;
    const index = labels.push(named.labels) - 1;
    if (index === values.length) values = grown(values);
    if (kinds[0] === HISTOGRAM) {
      histograms ??= [];
      histograms[index] = givenHistograms?.[0];
      values[index] = NaN;
    } else {
      values[index] = given[0];
    }
  }
  return new VectorValue(time, { labels, values: values.slice(0, labels.length), histograms });
}

function grown(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * values.length);
  larger.set(values);
  return larger;
}

/** The answer of a range query. */
export async function collectMatrix(
  context: QueryContext,
  stream: VectorStream,
  grid: Grid,
): Promise<MatrixValue> {
  const times = new Float64Array(grid.steps);
  for (let step = 0; step < grid.steps; step++) times[step] = grid.start + step * grid.interval;
  const series: MatrixSeries[] = [];
  if (stream instanceof ValueCounts) {
    const counted = stream.counted(times);
    if (counted !== null) return new MatrixValue(await context.run(CountedSeries.of(counted)));
  }
  const named = await finishNames(context, stream);
  while (await context.next(named)) {
    context.countBytes(8 * named.column.count);
    series.push(matrixSeries(named.labels, named.column, times));
    if (context.isDue(named.column.count)) await context.turn();
  }
  return sorted(context, series);
}

function matrixSeries(labels: Labels, column: StepColumn, times: Float64Array): MatrixSeries {
  const { kinds, values, histograms, count, steps } = column;
  // Fast path: series with all steps share the column of times.
  if (count === steps && histograms === null) {
    return { labels, times, values: values.slice(), histograms: null };
  }
  const first = kinds.indexOf(FLOAT);
  const end = kinds.lastIndexOf(FLOAT) + 1;
  // Fast path: so do those without gaps, which begin or end within the range.
  if (end - first === count && histograms === null) {
    const within = times.subarray(first, end);
    return { labels, times: within, values: values.slice(first, end), histograms: null };
  }
  const points: HistogramPoint[] = [];
  const ownTimes = new Float64Array(count);
  const ownValues = new Float64Array(count);
  let row = 0;
  for (let step = 0; step < steps; step++) {
    if (kinds[step] === FLOAT) {
      ownTimes[row] = times[step];
      ownValues[row] = values[step];
      row++;
    } else if (kinds[step] === HISTOGRAM) {
      const histogram = histograms?.[step];
      if (histogram !== undefined) points.push({ time: times[step], histogram });
    }
  }
  return {
    labels,
    times: ownTimes.subarray(0, row),
    values: ownValues.subarray(0, row),
    histograms: points.length === 0 ? null : points,
  };
}

/** The answer of an instant query for a range vector: the samples themselves. */
export async function collectSamples(
  context: QueryContext,
  { shape, source }: RangeVector,
): Promise<MatrixValue> {
  const end = (shape.at ?? shape.grid.start) - shape.offset;
  const start = end - shape.range;
  const series: MatrixSeries[] = [];
  for (;;) {
    const moved = source.move();
    if (moved === 'ended') return sorted(context, series);
    if (moved === 'paused') {
      await context.turn();
      continue;
    }
    const { isSmoothed } = shape;
    const seen = rowsWithin(source.samples, start - shape.reachBefore, end + shape.reachAfter);
    const isExtended = shape.isAnchored || isSmoothed;
    const samples = isExtended ? extendSamples(seen, { start, end, isSmoothed }) : seen;
    if (samples.count === 0) continue;
    context.countSamples(samples.count);
    series.push(sampleSeries(source.labels, samples));
  }
}

/** A copy of the rows after `start` and not after `end`. */
function rowsWithin(samples: Columns, start: number, end: number): Columns {
  const from = firstAfter(samples.times, samples.count, start);
  const to = Math.max(from, firstAfter(samples.times, samples.count, end));
  const rows = new Columns(to - from);
  rows.pushRows(samples, from, to);
  return rows;
}

function sampleSeries(labels: Labels, samples: Columns): MatrixSeries {
  const points: HistogramPoint[] = [];
  const floats = new Columns(samples.count);
  for (let row = 0; row < samples.count; row++) {
    const histogram = samples.histograms?.[row];
    if (histogram === undefined) floats.pushRow(samples, row);
    else points.push({ time: samples.times[row], histogram });
  }
  return {
    labels,
    times: floats.times.subarray(0, floats.count),
    values: floats.values.subarray(0, floats.count),
    histograms: points.length === 0 ? null : points,
  };
}

function finishNames(context: QueryContext, stream: VectorStream): Promise<VectorStream> {
  if (!context.features.delayedNameRemoval) return Promise.resolve(stream);
  return dropMarkedNames(context, stream);
}

async function sorted(context: QueryContext, series: MatrixSeries[]): Promise<MatrixValue> {
  const inOrder = await context.run(sortSteps(series, (a, b) => a.labels.compare(b.labels)));
  return new MatrixValue(inOrder);
}
