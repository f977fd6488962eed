/**
 * Native histograms as values: exponential schemas and custom buckets, integer and float.
 *
 * Bucket counts are absolute in both kinds (the delta forms of chunks and WAL records are undone on
 * decoding). Counts of integer histograms stay below 2^53; decoders refuse larger ones.
 */

/** The schema number of histograms with custom bucket bounds. */
export const CUSTOM_BUCKETS_SCHEMA = -53;

/** What is known of a counter reset before a histogram: Prometheus' numbers. */
export type CounterResetHint = 0 | 1 | 2 | 3;
export const HINT_UNKNOWN = 0;
export const HINT_RESET = 1;
export const HINT_NOT_RESET = 2;
export const HINT_GAUGE = 3;

/** A run of buckets: `offset` from the end of the previous span (from index 0 for the first). */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** The fields of a histogram, in Prometheus' names. */
export interface HistogramFields {
  readonly isFloat: boolean;
  readonly counterResetHint: CounterResetHint;
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: number;
  readonly positiveSpans: readonly Span[];
  readonly negativeSpans: readonly Span[];
  /** Absolute counts, one for each bucket of the positive spans. */
  readonly positiveBuckets: Float64Array;
  readonly negativeBuckets: Float64Array;
  /** Upper bounds of custom buckets; empty for exponential schemas. */
  readonly customValues: Float64Array;
}

/**
 * One histogram sample. Immutable; spans and custom bounds may be shared between the samples of a
 * chunk. A stale marker is a histogram whose `sum` has the stale marker's bits: a class field keeps
 * them (arithmetic and destructuring do not).
 */
export class Histogram implements HistogramFields {
  readonly isFloat: boolean;
  readonly counterResetHint: CounterResetHint;
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: number;
  readonly positiveSpans: readonly Span[];
  readonly negativeSpans: readonly Span[];
  readonly positiveBuckets: Float64Array;
  readonly negativeBuckets: Float64Array;
  readonly customValues: Float64Array;

  constructor(fields: HistogramFields, counterResetHint = fields.counterResetHint) {
    this.isFloat = fields.isFloat;
    this.counterResetHint = counterResetHint;
    this.schema = fields.schema;
    this.zeroThreshold = fields.zeroThreshold;
    this.zeroCount = fields.zeroCount;
    this.count = fields.count;
    this.sum = fields.sum;
    this.positiveSpans = fields.positiveSpans;
    this.negativeSpans = fields.negativeSpans;
    this.positiveBuckets = fields.positiveBuckets;
    this.negativeBuckets = fields.negativeBuckets;
    this.customValues = fields.customValues;
  }

  /** The same with another hint. */
  withHint(counterResetHint: CounterResetHint): Histogram {
    return new Histogram(this, counterResetHint);
  }
}
