/**
 * One series of a remote read's answer as the bytes of a TimeSeries message, written by hand: a
 * message object a sample would be most of the work. The generated code reads it (the oracle in
 * test/api/series-message.test.ts), and writes the histograms.
 *
 *     1: Label { 1: name | 2: value }
 *     2: Sample { 1: value <f64, little-endian> | 2: time <int64> }
 *     4: Histogram
 */
import type { Columns } from '../model/columns.js';
import type { Histogram } from '../model/histogram.js';
import type { Labels } from '../model/labels.js';
import { type HistogramMessage, labelMessages, TimeSeries } from './remote-messages.js';

const TAG_SAMPLES = (2 << 3) | 2;
const TAG_VALUE = (1 << 3) | 1;
const TAG_TIME = (2 << 3) | 0;
/** Tag, length, the value with its tag, the time's tag and a varint of at most ten bytes. */
const SAMPLE_BYTES_MAX = 2 + 9 + 1 + 10;
const TWO_32 = 0x1_0000_0000;

/** The message of a series with the samples of `samples`, in their order. */
export function encodeTimeSeries(labels: Labels, samples: Columns): Uint8Array {
  const histograms = histogramMessages(samples);
  const head = TimeSeries.encode({
    labels: labelMessages(labels),
    samples: [],
    exemplars: [],
    histograms,
  }).finish();
  const bytes = new Uint8Array(head.length + SAMPLE_BYTES_MAX * samples.count);
  bytes.set(head);
  return bytes.subarray(0, putFloats(bytes, head.length, samples));
}

/** Puts the float rows at `at`; returns where they end. */
function putFloats(bytes: Uint8Array, at: number, samples: Columns): number {
  const { count, times, values, histograms } = samples;
  const view = new DataView(bytes.buffer);
  for (let row = 0; row < count; row++) {
    if (histograms !== null && histograms[row] !== undefined) continue;
    bytes[at++] = TAG_SAMPLES;
    const lengthAt = at++;
    bytes[at++] = TAG_VALUE;
    // Zeros too, which protobuf would leave out: they have a sign.
    view.setFloat64(at, values[row], true);
    at += 8;
    bytes[at++] = TAG_TIME;
    at = putInt64(bytes, at, times[row]);
    bytes[lengthAt] = at - lengthAt - 1;
  }
  return at;
}

/** A varint of a whole number within ±2^53; negative ones take ten bytes. */
function putInt64(bytes: Uint8Array, at: number, value: number): number {
  let low = value >>> 0;
  let high = Math.floor(value / TWO_32) >>> 0;
  while (high !== 0 || low >= 0x80) {
    bytes[at++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  bytes[at++] = low;
  return at;
}

function histogramMessages({ count, times, histograms }: Columns): HistogramMessage[] {
  if (histograms === null) return [];
  const messages: HistogramMessage[] = [];
  for (let row = 0; row < count; row++) {
    const histogram = histograms[row];
    if (histogram !== undefined) messages.push(histogramMessage(times[row], histogram));
  }
  return messages;
}

/** Integer histograms with deltas between neighbouring buckets, float ones with counts. */
function histogramMessage(time: number, histogram: Histogram): HistogramMessage {
  const { isFloat, positiveBuckets, negativeBuckets } = histogram;
  return {
    ...(isFloat ? { countFloat: histogram.count } : { countInt: histogram.count }),
    sum: histogram.sum,
    schema: histogram.schema,
    zeroThreshold: histogram.zeroThreshold,
    ...(isFloat ? { zeroCountFloat: histogram.zeroCount } : { zeroCountInt: histogram.zeroCount }),
    negativeSpans: histogram.negativeSpans.map(({ offset, length }) => ({ offset, length })),
    negativeDeltas: isFloat ? [] : deltasOf(negativeBuckets),
    negativeCounts: isFloat ? [...negativeBuckets] : [],
    positiveSpans: histogram.positiveSpans.map(({ offset, length }) => ({ offset, length })),
    positiveDeltas: isFloat ? [] : deltasOf(positiveBuckets),
    positiveCounts: isFloat ? [...positiveBuckets] : [],
    resetHint: histogram.counterResetHint,
    time,
    customValues: [...histogram.customValues],
  };
}

function deltasOf(counts: Float64Array): number[] {
  return Array.from(counts, (count, i) => (i === 0 ? count : count - counts[i - 1]));
}
