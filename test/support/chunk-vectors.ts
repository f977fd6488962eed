/**
 * Prometheus' golden chunks (vectors/chunks.jsonl): what its appenders made of samples, and the
 * samples as one text each, so that two of them are equal when all their bits are.
 */
import { readFileSync } from 'node:fs';
import { Columns } from '../../model/columns.js';
import {
  HINT_GAUGE,
  HINT_NOT_RESET,
  HINT_UNKNOWN,
  type CounterResetHint,
  Histogram,
  type Span,
} from '../../model/histogram.js';
import { bitsOf, columnBits } from './bits.js';
import { shared } from './shared.js';

/** A line of the file. An appender may have made several chunks of the samples. */
export interface Vector {
  readonly enc: string;
  readonly num: number;
  readonly chunks: readonly string[];
  readonly samples: readonly VectorSample[];
}

/** Doubles are hex digits; counts of integer histograms are decimal, their buckets deltas. */
interface VectorSample {
  readonly st: number;
  readonly t: number;
  readonly v?: string;
  readonly hint: number;
  readonly schema: number;
  readonly zeroThreshold: string;
  readonly zeroCount: string;
  readonly count: string;
  readonly sum: string;
  readonly posSpans: readonly Span[];
  readonly negSpans: readonly Span[];
  readonly posBuckets: readonly string[];
  readonly negBuckets: readonly string[];
  readonly customValues?: readonly string[];
}

export function readVectors(): Vector[] {
  return readFileSync(shared('vectors/chunks.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Vector);
}

/** The rows of `columns`, a text each. */
export function rowTexts(columns: Columns): string[] {
  const values = columnBits(columns.values, columns.count);
  return values.map((value, row) => {
    const histogram = columns.histograms?.[row];
    const start = columns.startTimes?.[row] ?? 0;
    const text = histogram === undefined ? value : histogramText(histogram);
    return `${columns.times[row]} start ${start}: ${text}`;
  });
}

/** What the rows of a decoded vector must be; `counts` are the samples of each of its chunks. */
export function wantedTexts(vector: Vector, counts: readonly number[]): string[] {
  const firsts = new Set<number>();
  counts.reduce((first, count) => (firsts.add(first), first + count), 0);
  return vector.samples.map((sample, i) => {
    const text = sample.v ?? sampleText(sample, vector.enc.startsWith('F'), firsts.has(i));
    return `${sample.t} start ${sample.st}: ${text}`;
  });
}

function histogramText(h: Histogram): string {
  return [
    h.isFloat ? 'float' : 'integer',
    `hint ${h.counterResetHint} schema ${h.schema} zero ${bitsOf(h.zeroThreshold)}`,
    `counts ${bitsOf(h.zeroCount)} ${bitsOf(h.count)} sum ${bitsOf(h.sum)}`,
    bucketText(h.positiveSpans, h.positiveBuckets),
    bucketText(h.negativeSpans, h.negativeBuckets),
    columnBits(h.customValues).join(' '),
  ].join(' | ');
}

/** The buckets with samples, by index: a chunk's layout may have more than the sample had. */
function bucketText(spans: readonly Span[], counts: Float64Array): string {
  const parts: string[] = [];
  let index = 0;
  let bucket = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let i = 0; i < length; i++, index++, bucket++) {
      if (counts[bucket] !== 0) parts.push(`${index}:${counts[bucket]}`);
    }
  }
  return bucket === counts.length ? parts.join(' ') : 'spans and buckets differ';
}

function sampleText(sample: VectorSample, isFloat: boolean, isFirst: boolean): string {
  const isStale = sample.sum === '7ff0000000000002';
  const known = sample.hint === HINT_GAUGE ? HINT_GAUGE : isFirst ? HINT_UNKNOWN : HINT_NOT_RESET;
  const count = (text: string): string => (isFloat ? text : bitsOf(Number(text)));
  const buckets = isFloat ? floatBuckets : integerBuckets;
  return [
    isFloat ? 'float' : 'integer',
    `hint ${isStale ? HINT_UNKNOWN : known} schema ${sample.schema} zero ${sample.zeroThreshold}`,
    `counts ${count(sample.zeroCount)} ${count(sample.count)} sum ${sample.sum}`,
    bucketText(sample.posSpans, buckets(sample.posBuckets)),
    bucketText(sample.negSpans, buckets(sample.negBuckets)),
    (sample.customValues ?? []).join(' '),
  ].join(' | ');
}

function floatBuckets(texts: readonly string[]): Float64Array {
  return Float64Array.from(texts, (text) => Buffer.from(text, 'hex').readDoubleBE());
}

function integerBuckets(texts: readonly string[]): Float64Array {
  const counts = new Float64Array(texts.length);
  texts.reduce((sum, text, i) => (counts[i] = sum + Number(text)), 0);
  return counts;
}

/** The samples of a vector, as they were appended. */
export function vectorColumns(vector: Vector): Columns {
  const columns = new Columns();
  for (const sample of vector.samples) {
    if (sample.v === undefined) {
      columns.pushHistogram(sample.t, sample.st, sampleHistogram(sample, vector.enc[0] === 'F'));
      continue;
    }
    columns.reserve(1);
    columns.times[columns.count] = sample.t;
    columns.values.set(floatBuckets([sample.v]), columns.count);
    columns.withStartTimes()[columns.count] = sample.st;
    columns.commitFloats(1, true);
  }
  return columns;
}

function sampleHistogram(sample: VectorSample, isFloat: boolean): Histogram {
  const count = (text: string): number => (isFloat ? floatBuckets([text])[0] : Number(text));
  const buckets = isFloat ? floatBuckets : integerBuckets;
  const sum = floatBuckets([sample.sum]);
  return new Histogram({
    isFloat,
    counterResetHint: sample.hint as CounterResetHint,
    schema: sample.schema,
    zeroThreshold: floatBuckets([sample.zeroThreshold])[0],
    zeroCount: count(sample.zeroCount),
    count: count(sample.count),
    sum: sum[0],
    positiveSpans: sample.posSpans,
    negativeSpans: sample.negSpans,
    positiveBuckets: buckets(sample.posBuckets),
    negativeBuckets: buckets(sample.negBuckets),
    customValues: floatBuckets(sample.customValues ?? []),
  });
}
