/** Values as scripts write them, for reports. */
import { isStaleAt } from '../encoding/float-bits.js';
import { formatG } from '../model/go-float.js';
import { goQuote } from '../model/go-quote.js';
import type { Histogram } from '../model/histogram.js';
import { type Labels, METRIC_NAME } from '../model/labels.js';
import type { MatrixSeries, QueryValue } from '../promql/value.js';
import type { Expected } from './script.js';
import type { Point } from './series-line.js';

/** `name{a="b"}`. */
export function labelsText(labels: Labels): string {
  const name = labels.get(METRIC_NAME);
  const others = [...labels].filter(([label]) => label !== METRIC_NAME);
  const texts = others.map(([label, value]) => `${label}=${goQuote(value)}`);
  return `${name}{${texts.join(', ')}}`;
}

export function pointText(point: Point): string {
  switch (point.kind) {
    case 'none':
      return '_';
    case 'stale':
      return 'stale';
    case 'float':
      return formatG(point.value);
    case 'histogram':
      return histogramText(point.histogram);
  }
}

export function histogramText(histogram: Histogram): string {
  const { schema, count, sum, zeroCount, zeroThreshold, customValues } = histogram;
  const fields = [`schema:${schema}`, `count:${formatG(count)}`, `sum:${formatG(sum)}`];
  if (zeroCount !== 0) fields.push(`z_bucket:${formatG(zeroCount)}`);
  if (zeroThreshold !== 0) fields.push(`z_bucket_w:${formatG(zeroThreshold)}`);
  if (customValues.length > 0) fields.push(`custom_values:[${numbers(customValues)}]`);
  const sides = [
    ['', histogram.positiveSpans, histogram.positiveBuckets],
    ['n_', histogram.negativeSpans, histogram.negativeBuckets],
  ] as const;
  for (const [prefix, spans, buckets] of sides) {
    if (buckets.length === 0) continue;
    fields.push(`${prefix}offset:${spans[0].offset}`, `${prefix}buckets:[${numbers(buckets)}]`);
  }
  return `{{${fields.join(' ')}}}`;
}

function numbers(values: Float64Array): string {
  return Array.from(values, formatG).join(' ');
}

/** What was expected, a line a series. */
export function expectedText(expected: Expected): string {
  if (expected.kind === 'scalar') return formatG(expected.value);
  if (expected.kind === 'string') return goQuote(expected.value);
  return lines(
    expected.series.map(({ labels, points }) => {
      return `${labelsText(labels)} ${points.map(pointText).join(' ')}`;
    }),
  );
}

/** What a query gave, a line a series. */
export function valueText(value: QueryValue): string {
  switch (value.type) {
    case 'scalar':
      return formatG(value.value);
    case 'string':
      return goQuote(value.value);
    case 'vector':
      return lines(
        value.labels.map((labels, i) => {
          const histogram = value.histograms?.[i];
          const text =
            histogram === undefined ? numberAt(value.values, i) : histogramText(histogram);
          return `${labelsText(labels)} ${text}`;
        }),
      );
    case 'matrix':
      return lines(value.series.map(seriesText));
  }
}

function seriesText({ labels, times, values, histograms }: MatrixSeries): string {
  const floats = Array.from(times, (time, i) => `${numberAt(values, i)}@${time}`);
  const rich = (histograms ?? []).map((one) => `${histogramText(one.histogram)}@${one.time}`);
  return `${labelsText(labels)} ${[...floats, ...rich].join(' ')}`;
}

function numberAt(values: Float64Array, index: number): string {
  return isStaleAt(values, index) ? 'stale' : formatG(values[index]);
}

function lines(texts: readonly string[]): string {
  return texts.length === 0 ? '(nothing)' : texts.join('\n');
}
