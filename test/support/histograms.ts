/** Histograms for tests: made from a few fields, compared by all their bits, drawn at random. */
import fc from 'fast-check';
import {
  CUSTOM_BUCKETS_SCHEMA,
  type CounterResetHint,
  Histogram,
  type HistogramFields,
  type Span,
} from '../../model/histogram.js';
import { bitsOf, columnBits } from './bits.js';

/** A histogram of these fields; the others are zero or empty. */
export function histogramOf(fields: Partial<HistogramFields>): Histogram {
  return new Histogram({
    isFloat: false,
    counterResetHint: 0,
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 0,
    sum: 0,
    positiveSpans: [],
    negativeSpans: [],
    positiveBuckets: new Float64Array(0),
    negativeBuckets: new Float64Array(0),
    customValues: new Float64Array(0),
    ...fields,
  });
}

/** All fields as text, doubles by their bits. */
export function histogramBits(h: Histogram): string {
  return [
    `${h.isFloat ? 'float' : 'integer'} hint ${h.counterResetHint} schema ${h.schema}`,
    [h.zeroThreshold, h.zeroCount, h.count].map(bitsOf).join(' '),
    // Straight from the field: an array would lose NaN bits.
    bitsOf(h.sum),
    JSON.stringify([h.positiveSpans, h.negativeSpans]),
    columnBits(h.positiveBuckets).join(' '),
    columnBits(h.negativeBuckets).join(' '),
    columnBits(h.customValues).join(' '),
  ].join(' | ');
}

const INTEGER = fc.nat(2 ** 40).map((count) => Float64Array.of(count));
const DOUBLE = fc.double().map((value) => Float64Array.of(value));

/** Buckets of one side, as many as its spans have. */
function side(isFloat: boolean): fc.Arbitrary<{ spans: Span[]; buckets: Float64Array }> {
  const first = fc.record({ offset: fc.integer({ min: -90, max: 90 }), length: fc.nat(4) });
  const later = fc.record({ offset: fc.nat(20), length: fc.nat(4) });
  return fc
    .tuple(fc.array(first, { maxLength: 1 }), fc.array(later, { maxLength: 3 }))
    .chain(([head, tail]) => {
      const spans = head.length === 0 ? [] : [...head, ...tail];
      const length = spans.reduce((sum, span) => sum + span.length, 0);
      const values = fc.array(isFloat ? DOUBLE : INTEGER, { minLength: length, maxLength: length });
      return values.map((columns) => ({ spans, buckets: joined(columns) }));
    });
}

/** Integer or float histograms of any schema from -9 to `schemaMax`, or with custom buckets. */
export function anyHistogram(isFloat: boolean, schemaMax = 8): fc.Arbitrary<Histogram> {
  const schema = fc.oneof(
    fc.integer({ min: -9, max: schemaMax }),
    fc.constant(CUSTOM_BUCKETS_SCHEMA),
  );
  return fc
    .record({
      hint: fc.nat(3),
      schema,
      zeroThreshold: DOUBLE,
      zeroCount: isFloat ? DOUBLE : INTEGER,
      count: isFloat ? DOUBLE : INTEGER,
      sum: DOUBLE,
      positive: side(isFloat),
      negative: side(isFloat),
      bounds: fc.array(DOUBLE, { maxLength: 3 }),
    })
    .map(
      (fields) =>
        new Histogram({
          isFloat,
          counterResetHint: fields.hint as CounterResetHint,
          schema: fields.schema,
          zeroThreshold: fields.zeroThreshold[0],
          zeroCount: fields.zeroCount[0],
          count: fields.count[0],
          sum: fields.sum[0],
          positiveSpans: fields.positive.spans,
          negativeSpans: fields.negative.spans,
          positiveBuckets: fields.positive.buckets,
          negativeBuckets: fields.negative.buckets,
          customValues: joined(fields.schema === CUSTOM_BUCKETS_SCHEMA ? fields.bounds : []),
        }),
    );
}

/** Columns one behind the other, bits and all. */
function joined(columns: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(columns.length);
  columns.forEach((column, i) => all.set(column, i));
  return all;
}
