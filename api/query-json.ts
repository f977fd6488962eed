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
import type { Counted, CountedSeries } from '../promql/counted-series.js';
import { withLabel } from '../promql/label-sets.js';
import { POINTS_MAX, pointsText, Prefixes } from '../kernel/number-text.js';
import type { Piece } from './compression.js';
import { JsonText, quote } from './json-text.js';
import { labelsJson } from './label-endpoints.js';
import { PieceBuffer } from './piece-buffer.js';

/** How many characters make a piece. */
const PIECE_CHARS = 64 * 1024;
/** Writing a point, and a series beside them, costs about so much of the pacer's units. */
const POINT_UNITS = 4;
const SERIES_UNITS = 100;
const COUNTED_UNITS = 20;
/** Of so many columns of times, what stands before their values is kept. */
const KNOWN_STARTS_MAX = 32;

/** `{"resultType":…,"result":…}`, with `more` fields behind. */
export function queryJson(value: QueryValue, more = ''): JsonText {
  return new JsonText(piecesOf(value, more));
}

async function* piecesOf(value: QueryValue, more: string): AsyncGenerator<Piece, void, undefined> {
  yield `{"resultType":"${value.type}","result":`;
  switch (value.type) {
    case 'matrix':
      yield* value.counted === null ? matrixPieces(value) : countedPieces(value.counted);
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

async function* matrixPieces({ series }: MatrixValue): AsyncGenerator<Piece, void, undefined> {
  const pacer = new Pacer();
  const starts = new PointStarts();
  const out = new PieceBuffer();
  out.text('[');
  for (let i = 0; i < series.length; i++) {
    if (i > 0) out.text(',');
    writeSeries(out, series[i], starts);
    if (pacer.isDue(SERIES_UNITS + POINT_UNITS * series[i].times.length)) await pacer.turn();
    if (out.isFull) yield out.take();
  }
  out.text(']');
  yield out.take();
}

/** Series of which most have a single point: no objects are made of those. */
async function* countedPieces(series: CountedSeries): AsyncGenerator<Piece, void, undefined> {
  const { texts } = series;
  const { steps, times, columnOf } = series.counted;
  const pacer = new Pacer();
  const starts = new PointStarts();
  const out = new PieceBuffer();
  const { front, back } = aroundValue(series.counted);
  /** What stands behind the text of a value, by step. */
  const ends: (Uint8Array | undefined)[] = [];
  out.text('[');
  for (let i = 0; i < series.count; i++) {
    const number = series.numberAt(i);
    if (columnOf(number) === null) {
      const step = steps[number];
      ends[step] ??= Buffer.from(`${back},"values":[[${timeText(times[step])},"1"]]}`);
      out.copy(front, i === 0 ? 1 : 0);
      out.copy(texts.bytes, texts.beginOf(number), texts.ends[number]);
      out.copy(ends[step]);
      if (pacer.isDue(COUNTED_UNITS)) await pacer.turn();
    } else {
      if (i > 0) out.text(',');
      const one = series.at(i);
      writeSeries(out, one, starts);
      if (pacer.isDue(SERIES_UNITS + POINT_UNITS * one.times.length)) await pacer.turn();
    }
    if (out.isFull) yield out.take();
  }
  out.text(']');
  yield out.take();
}

/** The JSON of labels around the text of a value, a comma in front. */
function aroundValue({ labels, name }: Counted): { front: Uint8Array; back: string } {
  const all = withLabel(labels, name, '0');
  let front = ',{"metric":{';
  let back = '"';
  for (let i = 0, isBehind = false; i < all.size; i++) {
    const comma = i === 0 ? '' : ',';
    if (all.nameAt(i) === name) {
      front += `${comma}${quote(name)}:"`;
      isBehind = true;
    } else {
      const text = `${comma}${quote(all.nameAt(i))}:${quote(all.valueAt(i))}`;
      if (isBehind) back += text;
      else front += text;
    }
  }
  return { front: Buffer.from(front), back: `${back}}` };
}

function writeSeries(out: PieceBuffer, series: MatrixSeries, starts: PointStarts): void {
  const { labels, times, values, histograms } = series;
  out.text(`{"metric":${labelsJson(labels)}`);
  if (times.length > 0) {
    out.text(',"values":[');
    let from = 0;
    for (const prefixes of starts.of(times)) {
      out.bytes(pointsText(prefixes, values, from));
      from += prefixes.count;
    }
    out.text(']');
  }
  if (histograms !== null) out.text(`,"histograms":[${histograms.map(pointText).join(',')}]`);
  out.text('}');
}

/**
 * What stands before each value, `,[1795404082.37,"`. Series that have values at the same steps, or
 * at a part of them without gaps, have views of one column of times: few of them are different.
 */
class PointStarts {
  private buffer: ArrayBufferLike | null = null;
  private readonly known = new Map<string, readonly Prefixes[]>();

  of(times: Float64Array): readonly Prefixes[] {
    if (times.buffer !== this.buffer || this.known.size === KNOWN_STARTS_MAX) this.known.clear();
    this.buffer = times.buffer;
    const key = `${times.byteOffset} ${times.length}`;
    let parts = this.known.get(key);
    if (parts === undefined) this.known.set(key, (parts = prefixesOf(times)));
    return parts;
  }
}

function prefixesOf(times: Float64Array): Prefixes[] {
  const parts: Prefixes[] = [];
  for (let from = 0; from < times.length; from += POINTS_MAX) {
    parts.push(Prefixes.ofTimes(times.subarray(from, from + POINTS_MAX), from === 0));
  }
  return parts;
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
