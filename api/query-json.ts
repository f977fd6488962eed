/**
 * A query's value as JSON text, in the shape and with the numbers of Prometheus
 * (web/api/v1/json_codec.go). Written by hand and a series at a time: through objects, an answer of
 * a million points would take several times as long, and hold the event loop meanwhile.
 */
import { nonEmptyBuckets } from '../model/exponential-bounds.js';
import { formatJsonFloat, formatPlain } from '../model/go-float.js';
import type { Histogram } from '../model/histogram.js';
import { Pacer } from '../model/pacer.js';
import type {
  HistogramPoint,
  MatrixSeries,
  MatrixValue,
  QueryValue,
  VectorValue,
} from '../promql/value.js';
import { JsonText, quote } from './json-text.js';
import { labelsJson } from './label-endpoints.js';

/** How many characters make a piece. */
const PIECE_CHARS = 64 * 1024;
/** Writing a point costs about so much of the pacer's units. */
const POINT_UNITS = 20;

/** `{"resultType":…,"result":…}`, with `more` fields behind. */
export function queryJson(value: QueryValue, more = ''): JsonText {
  return new JsonText(piecesOf(value, more));
}

async function* piecesOf(value: QueryValue, more: string): AsyncGenerator<string, void, undefined> {
  yield `{"resultType":"${value.type}","result":`;
  switch (value.type) {
    case 'matrix':
      yield* matrixPieces(value);
      break;
    case 'vector':
      yield* vectorPieces(value);
      break;
    case 'scalar':
      yield `[${timeText(value.time)},"${formatPlain(value.value)}"]`;
      break;
    case 'string':
      yield `[${timeText(value.time)},${quote(value.value)}]`;
  }
  yield `${more}}`;
}

async function* matrixPieces({ series }: MatrixValue): AsyncGenerator<string, void, undefined> {
  const pacer = new Pacer();
  const starts = new PointStarts();
  let text = '[';
  for (let i = 0; i < series.length; i++) {
    if (i > 0) text += ',';
    text += seriesText(series[i], starts);
    if (pacer.isDue(POINT_UNITS * (1 + series[i].times.length))) await pacer.turn();
    if (text.length < PIECE_CHARS) continue;
    yield text;
    text = '';
  }
  yield `${text}]`;
}

function seriesText(
  { labels, times, values, histograms }: MatrixSeries,
  starts: PointStarts,
): string {
  let text = `{"metric":${labelsJson(labels)}`;
  const { length } = times;
  if (length > 0) {
    const begin = starts.of(times);
    text += ',"values":[';
    for (let i = 0; i < length; i++) {
      text += `${begin[i]}${formatJsonFloat(values[i])}"]`;
    }
    text += ']';
  }
  if (histograms !== null) text += `,"histograms":[${histograms.map(pointText).join(',')}]`;
  return `${text}}`;
}

/**
 * What stands before each value, `,[1795404082.37,"`. Series with the same column of times, which
 * is most of them, share it.
 */
class PointStarts {
  private times: Float64Array | null = null;
  private texts: readonly string[] = [];

  of(times: Float64Array): readonly string[] {
    if (times !== this.times) {
      this.texts = Array.from(times, (time, i) => `${i === 0 ? '' : ','}[${timeText(time)},"`);
      this.times = times;
    }
    return this.texts;
  }
}

async function* vectorPieces(value: VectorValue): AsyncGenerator<string, void, undefined> {
  const pacer = new Pacer();
  const { labels, values, histograms } = value;
  const time = timeText(value.time);
  let text = '[';
  for (let i = 0; i < labels.length; i++) {
    const histogram = histograms?.[i];
    const sample =
      histogram === undefined
        ? `"value":[${time},"${formatJsonFloat(values[i])}"]`
        : `"histogram":[${time},${histogramText(histogram)}]`;
    text += `${i === 0 ? '' : ','}{"metric":${labelsJson(labels[i])},${sample}}`;
    if (text.length < PIECE_CHARS) continue;
    if (pacer.isDue(text.length)) await pacer.turn();
    yield text;
    text = '';
  }
  yield `${text}]`;
}

function pointText({ time, histogram }: HistogramPoint): string {
  return `[${timeText(time)},${histogramText(histogram)}]`;
}

function histogramText(histogram: Histogram): string {
  const { count, sum } = histogram;
  const buckets = nonEmptyBuckets(histogram).map((bucket) => {
    const numbers = [bucket.lower, bucket.upper, bucket.count].map(formatJsonFloat);
    return `[${boundariesOf(bucket)},"${numbers.join('","')}"]`;
  });
  const texts = `"count":"${formatJsonFloat(count)}","sum":"${formatJsonFloat(sum)}"`;
  return buckets.length === 0 ? `{${texts}}` : `{${texts},"buckets":[${buckets.join(',')}]}`;
}

/** Prometheus' numbers: 0 open on the left, 1 on the right, 2 on both sides, 3 on none. */
function boundariesOf(bucket: { lowerInclusive: boolean; upperInclusive: boolean }): number {
  if (bucket.lowerInclusive) return bucket.upperInclusive ? 3 : 1;
  return bucket.upperInclusive ? 0 : 2;
}

/** Milliseconds as seconds, with three decimals or none. */
function timeText(timeMs: number): string {
  const size = Math.abs(timeMs);
  const rest = size % 1000;
  const seconds = (size - rest) / 1000;
  const sign = timeMs < 0 ? '-' : '';
  return rest === 0 ? `${sign}${seconds}` : `${sign}${seconds}.${String(rest).padStart(3, '0')}`;
}
