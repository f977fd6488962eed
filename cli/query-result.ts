/**
 * A query's answer as the HTTP API has it, and the text that `promtool query` prints of it
 * (common/model/value.go).
 */
import { formatG, formatPlain } from '../model/go-float.js';
import { goQuote } from '../model/go-quote.js';
import { METRIC_NAME } from '../model/labels.js';
import { compareUtf8 } from '../model/utf8.js';

export type LabelSet = Readonly<Record<string, string>>;
/** Seconds and a number as text. */
export type Point = readonly [seconds: number, value: string];

export interface HistogramJson {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: readonly (readonly [number, string, string, string])[];
}

export type HistogramPoint = readonly [seconds: number, histogram: HistogramJson];

export interface VectorElement {
  readonly metric: LabelSet;
  readonly value?: Point;
  readonly histogram?: HistogramPoint;
}

export interface MatrixSeries {
  readonly metric: LabelSet;
  readonly values?: readonly Point[];
  readonly histograms?: readonly HistogramPoint[];
}

export type QueryAnswer =
  | { readonly resultType: 'vector'; readonly result: readonly VectorElement[] }
  | { readonly resultType: 'matrix'; readonly result: readonly MatrixSeries[] }
  | { readonly resultType: 'scalar' | 'string'; readonly result: Point };

/** The lines that promtool prints. */
export function answerLines(answer: QueryAnswer): string[] {
  switch (answer.resultType) {
    case 'vector':
      // Nothing is an empty line, too.
      return answer.result.length === 0 ? [''] : answer.result.map(elementLine);
    case 'matrix':
      return answer.result.length === 0
        ? ['']
        : [...answer.result].sort(byMetric).flatMap(seriesLines);
    case 'scalar':
      return [`scalar: ${valueText(answer.result[1])} @[${answer.result[0]}]`];
    case 'string':
      return [answer.result[1]];
  }
}

function elementLine({ metric, value, histogram }: VectorElement): string {
  const sample = value === undefined ? '' : pointText(value);
  return `${metricText(metric)} => ${histogram === undefined ? sample : histogramText(histogram)}`;
}

function seriesLines({ metric, values = [], histograms = [] }: MatrixSeries): string[] {
  return [`${metricText(metric)} =>`, ...values.map(pointText), ...histograms.map(histogramText)];
}

/** Go sorts by the labels in their order. */
function byMetric({ metric: a }: MatrixSeries, { metric: b }: MatrixSeries): number {
  return compareUtf8(metricText(a), metricText(b));
}

/** `1.5 @[1795405817.37]`. */
function pointText([seconds, value]: Point): string {
  return `${valueText(value)} @[${seconds}]`;
}

/** Without an exponent, as Go's `%f` with as many digits as it takes. */
function valueText(value: string): string {
  return value.includes('e') ? formatPlain(Number(value)) : value;
}

function histogramText([seconds, { count, sum, buckets = [] }]: HistogramPoint): string {
  const shown = buckets.map(([boundaries, lower, upper, inside]) => {
    const open = boundaries === 1 || boundaries === 3 ? '[' : '(';
    const close = boundaries === 0 || boundaries === 3 ? ']' : ')';
    return `${open}${goNumber(lower)},${goNumber(upper)}${close}:${valueText(inside)}`;
  });
  const numbers = `Count: ${sixDecimals(count)}, Sum: ${sixDecimals(sum)}`;
  return `${numbers}, Buckets: [${shown.join(' ')}] @[${seconds}]`;
}

function goNumber(text: string): string {
  return /Inf|NaN/.test(text) ? text : formatG(Number(text));
}

/** Go's `%f`. */
function sixDecimals(text: string): string {
  return /Inf|NaN/.test(text) ? text : Number(text).toFixed(6);
}

/** `up{a="b", c="d"}`. */
export function metricText(metric: LabelSet): string {
  const name = metric[METRIC_NAME] ?? '';
  const members = Object.entries(metric)
    .filter(([label]) => label !== METRIC_NAME)
    .map(([label, value]) => `${label}=${goQuote(value)}`)
    .sort(compareUtf8);
  if (members.length === 0) return name === '' ? '{}' : name;
  return `${name}{${members.join(', ')}}`;
}

/** `{__name__="up", a="b"}`. */
export function labelSetText(labels: LabelSet): string {
  const names = Object.keys(labels).sort(compareUtf8);
  return `{${names.map((name) => `${name}=${goQuote(labels[name])}`).join(', ')}}`;
}
