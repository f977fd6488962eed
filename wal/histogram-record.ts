/**
 * Records of native histograms, types 7 to 10, 12 and 13 (tsdb/record/record.go):
 *
 *     7, 8, 9, 10  ref0 <8b> | t0 <8b> |
 *                  ref - ref0 <varint> | t - t0 <varint> | histogram           repeated, first too
 *     12, 13       ref0 <varint> | t0 <varint> | st0 <varint> | histogram |
 *                  ref - previous ref <varint> | t - t0 <varint> | start | histogram    repeated
 *     histogram    hint <1b> | schema <varint> | zero threshold <8b> | zero count | count |
 *                  sum <8b> | positive spans | negative spans |
 *                  positive buckets | negative buckets | bounds, for schema -53 alone
 *     spans        count <uvarint> | offset <varint> | length <uvarint> | …
 *     buckets      count <uvarint> | difference to the bucket before <varint> | …
 *     bounds       count <uvarint> | bound <8b> | …
 *
 * Counts are uvarints. In float histograms (8, 10, 13) they are doubles, and so are the buckets,
 * absolute ones. Types 9 and 10 hold the custom-bucket histograms of a commit, 7 and 8 the others;
 * ref0 and t0 are those of the first of both together. `start` is that of sample-record.ts.
 */
import type { ByteReader } from '../encoding/byte-reader.js';
import type { ByteWriter } from '../encoding/byte-writer.js';
import { assert } from '../model/assert.js';
import { DecodeError } from '../model/errors.js';
import {
  type CounterResetHint,
  CUSTOM_BUCKETS_SCHEMA,
  Histogram,
  type Span,
} from '../model/histogram.js';
import { isKnownSchema, withKnownResolution } from '../model/histogram-resolution.js';
import {
  checkRef,
  checkTime,
  payloadOf,
  RECORD_CUSTOM_FLOAT_HISTOGRAMS,
  RECORD_FLOAT_HISTOGRAMS,
  RECORD_FLOAT_HISTOGRAMS_V2,
  RECORD_HISTOGRAMS,
  RECORD_HISTOGRAMS_V2,
  recordType,
} from './record.js';
import { readStart, writeStart } from './sample-record.js';

const NO_BUCKETS = new Float64Array(0);

export interface HistogramEntry {
  readonly ref: number;
  /** In ms. */
  readonly time: number;
  /** In ms, 0 where unknown; always 0 in records 7 to 10. */
  readonly startTime: number;
  readonly histogram: Histogram;
}

const FLOAT_TYPES: ReadonlySet<number> = new Set([
  RECORD_FLOAT_HISTOGRAMS,
  RECORD_CUSTOM_FLOAT_HISTOGRAMS,
  RECORD_FLOAT_HISTOGRAMS_V2,
]);
const VERSION_2_TYPES: ReadonlySet<number> = new Set([
  RECORD_HISTOGRAMS_V2,
  RECORD_FLOAT_HISTOGRAMS_V2,
]);

/** Whether a record of this type holds histograms. */
export function isHistogramRecord(type: number): boolean {
  const isVersion1 = type >= RECORD_HISTOGRAMS && type <= RECORD_CUSTOM_FLOAT_HISTOGRAMS;
  return isVersion1 || VERSION_2_TYPES.has(type);
}

/**
 * Empties `into` and fills it with the histograms of a record of type 7 to 10, 12 or 13. Returns
 * how many were left out because their schema is unknown, as Prometheus does; finer schemas than 8
 * come out as schema 8. A histogram whose spans and buckets do not fit is a `DecodeError`.
 */
export function decodeHistograms(record: Uint8Array, into: HistogramEntry[]): number {
  const type = recordType(record);
  assert(isHistogramRecord(type), 'a record goes to the decoder of its type');
  const reader = payloadOf(record, type);
  into.length = 0;
  if (reader.remaining === 0) return 0;
  const isFloat = FLOAT_TYPES.has(type);
  return VERSION_2_TYPES.has(type)
    ? decodeVersion2(reader, isFloat, into)
    : decodeVersion1(reader, isFloat, into);
}

/** What the encoders are told beside the histograms. */
export interface HistogramRecordOptions {
  /** 7 to 10, 12 or 13; the histograms fit it. */
  readonly type: number;
  /** For types 7 to 10, what refs and times count from; by default the first histogram's. */
  readonly first?: { readonly ref: number; readonly time: number };
}

/** Writes one record; which histograms go into which record is the caller's to know. */
export function encodeHistograms(
  entries: readonly HistogramEntry[],
  options: HistogramRecordOptions,
  out: ByteWriter,
): void {
  assert(isHistogramRecord(options.type), 'the type is one of a histogram record');
  const isFloat = FLOAT_TYPES.has(options.type);
  assert(
    entries.every(({ histogram }) => histogram.isFloat === isFloat),
    'the histograms are of the kind that the record holds',
  );
  out.u8(options.type);
  if (entries.length === 0) return;
  if (VERSION_2_TYPES.has(options.type)) encodeVersion2(entries, out);
  else encodeVersion1(entries, options.first ?? entries[0], out);
}

function decodeVersion1(reader: ByteReader, isFloat: boolean, into: HistogramEntry[]): number {
  const firstRef = reader.u64();
  const firstTime = reader.i64();
  let leftOut = 0;
  while (reader.remaining > 0) {
    const at = reader.offset;
    const ref = checkRef(firstRef + reader.varint(), at);
    const time = checkTime(firstTime + reader.varint(), at);
    const histogram = readHistogram(reader, isFloat);
    if (histogram === null) leftOut++;
    else into.push({ ref, time, startTime: 0, histogram });
  }
  return leftOut;
}

function encodeVersion1(
  entries: readonly HistogramEntry[],
  first: { readonly ref: number; readonly time: number },
  out: ByteWriter,
): void {
  out.u64(first.ref).u64(first.time);
  for (const { ref, time, histogram } of entries) {
    out.varint(ref - first.ref).varint(time - first.time);
    writeHistogram(histogram, out);
  }
}

function decodeVersion2(reader: ByteReader, isFloat: boolean, into: HistogramEntry[]): number {
  let ref = checkRef(reader.varint(), reader.offset);
  const firstTime = reader.varint();
  const firstStart = reader.varint();
  let time = firstTime;
  let startTime = firstStart;
  let leftOut = 0;
  for (;;) {
    const histogram = readHistogram(reader, isFloat);
    if (histogram === null) leftOut++;
    else into.push({ ref, time, startTime, histogram });
    if (reader.remaining === 0) return leftOut;
    const at = reader.offset;
    ref = checkRef(ref + reader.varint(), at);
    time = checkTime(firstTime + reader.varint(), at);
    startTime = readStart(reader, firstStart, startTime);
  }
}

function encodeVersion2(entries: readonly HistogramEntry[], out: ByteWriter): void {
  const first = entries[0];
  out.varint(first.ref).varint(first.time).varint(first.startTime);
  writeHistogram(first.histogram, out);
  for (let i = 1; i < entries.length; i++) {
    const { ref, time, startTime, histogram } = entries[i];
    const previous = entries[i - 1];
    out.varint(ref - previous.ref).varint(time - first.time);
    writeStart({ first: first.startTime, previous: previous.startTime, next: startTime }, out);
    writeHistogram(histogram, out);
  }
}

/** Null for a schema that no reader knows. */
function readHistogram(reader: ByteReader, isFloat: boolean): Histogram | null {
  const at = reader.offset;
  const hint = reader.u8();
  if (hint > 3) throw new DecodeError(`unknown counter reset hint ${hint}`, at);
  const schema = reader.varint();
  const zeroThreshold = reader.f64();
  const zeroCount = isFloat ? reader.f64() : reader.uvarint();
  const count = isFloat ? reader.f64() : reader.uvarint();
  const sum = reader.f64();
  const positiveSpans = readSpans(reader);
  const negativeSpans = readSpans(reader);
  const positiveBuckets = readBuckets(reader, isFloat, positiveSpans);
  const negativeBuckets = readBuckets(reader, isFloat, negativeSpans);
  const customValues = schema === CUSTOM_BUCKETS_SCHEMA ? readDoubles(reader) : NO_BUCKETS;
  const histogram = new Histogram({
    isFloat,
    counterResetHint: hint as CounterResetHint,
    schema,
    zeroThreshold,
    zeroCount,
    count,
    sum,
    positiveSpans,
    negativeSpans,
    positiveBuckets,
    negativeBuckets,
    customValues,
  });
  return isKnownSchema(schema) ? withKnownResolution(histogram) : null;
}

function writeHistogram(histogram: Histogram, out: ByteWriter): void {
  const { isFloat } = histogram;
  out.u8(histogram.counterResetHint).varint(histogram.schema).f64(histogram.zeroThreshold);
  if (isFloat) out.f64(histogram.zeroCount).f64(histogram.count);
  else out.uvarint(histogram.zeroCount).uvarint(histogram.count);
  out.f64(histogram.sum);
  writeSpans(histogram.positiveSpans, out);
  writeSpans(histogram.negativeSpans, out);
  writeBuckets(histogram.positiveBuckets, isFloat, out);
  writeBuckets(histogram.negativeBuckets, isFloat, out);
  if (histogram.schema === CUSTOM_BUCKETS_SCHEMA) writeDoubles(histogram.customValues, out);
}

function readSpans(reader: ByteReader): Span[] {
  const spans: Span[] = [];
  for (let left = reader.count(2, 'spans'); left > 0; left--) {
    const at = reader.offset;
    const offset = reader.varint();
    const length = reader.uvarint();
    if (offset !== (offset | 0) || length !== length >>> 0) {
      throw new DecodeError(`a span of ${length} buckets at ${offset} exceeds 32 bits`, at);
    }
    if (offset < 0 && spans.length > 0) {
      throw new DecodeError(`a span begins ${-offset} buckets inside the one before`, at);
    }
    spans.push({ offset, length });
  }
  return spans;
}

function writeSpans(spans: readonly Span[], out: ByteWriter): void {
  out.uvarint(spans.length);
  for (const { offset, length } of spans) out.varint(offset).uvarint(length);
}

/** The absolute counts of the buckets that `spans` announced. */
function readBuckets(reader: ByteReader, isFloat: boolean, spans: readonly Span[]): Float64Array {
  const at = reader.offset;
  const buckets = isFloat ? readDoubles(reader) : readDifferences(reader);
  let announced = 0;
  for (const span of spans) announced += span.length;
  if (announced !== buckets.length) {
    throw new DecodeError(`${buckets.length} buckets, the spans have ${announced}`, at);
  }
  return buckets;
}

function writeBuckets(buckets: Float64Array, isFloat: boolean, out: ByteWriter): void {
  if (isFloat) return writeDoubles(buckets, out);
  out.uvarint(buckets.length);
  let previous = 0;
  for (const count of buckets) {
    out.varint(count - previous);
    previous = count;
  }
}

function readDifferences(reader: ByteReader): Float64Array {
  const count = reader.count(1, 'buckets');
  if (count === 0) return NO_BUCKETS;
  const buckets = new Float64Array(count);
  let bucket = 0;
  for (let i = 0; i < count; i++) {
    const at = reader.offset;
    bucket += reader.varint();
    if (!Number.isSafeInteger(bucket)) throw new DecodeError('a bucket exceeds ±2^53', at);
    buckets[i] = bucket;
  }
  return buckets;
}

function readDoubles(reader: ByteReader): Float64Array {
  const count = reader.count(8, 'doubles');
  if (count === 0) return NO_BUCKETS;
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = reader.f64();
  return values;
}

function writeDoubles(values: Float64Array, out: ByteWriter): void {
  out.uvarint(values.length);
  for (let i = 0; i < values.length; i++) out.f64(values[i]);
}
