/** Histograms as values: what they keep of what they are given. */
import { isStale, STALE_NAN } from '../../encoding/float-bits.js';
import {
  Histogram,
  type HistogramFields,
  HINT_GAUGE,
  HINT_NOT_RESET,
  HINT_RESET,
  HINT_UNKNOWN,
} from '../../model/histogram.js';

const FIELDS: HistogramFields = {
  isFloat: true,
  counterResetHint: HINT_GAUGE,
  schema: -53,
  zeroThreshold: 0.001,
  zeroCount: 1,
  count: 6,
  sum: 12.5,
  positiveSpans: [{ offset: 1, length: 2 }],
  negativeSpans: [{ offset: 0, length: 1 }],
  positiveBuckets: Float64Array.of(2, 1.5),
  negativeBuckets: Float64Array.of(1.5),
  customValues: Float64Array.of(0.1, 1),
};

describe('a histogram', () => {
  it('has the fields that it was given', () => {
    expect({ ...new Histogram(FIELDS) }).toEqual(FIELDS);
  });

  it('shares spans, buckets and bounds instead of copying them', () => {
    const histogram = new Histogram(FIELDS);
    expect(histogram.positiveSpans).toBe(FIELDS.positiveSpans);
    expect(histogram.positiveBuckets).toBe(FIELDS.positiveBuckets);
    expect(histogram.customValues).toBe(FIELDS.customValues);
  });

  it('that is stale stays so, in optimized code too', () => {
    const column = new Float64Array(1);
    for (let i = 0; i < 20_000; i++) {
      column.set(STALE_NAN);
      const stale = new Histogram({ ...FIELDS, sum: column[0] });
      column[0] = i;
      const fresh = new Histogram({ ...FIELDS, sum: column[0] });
      if (!isStale(stale.sum) || isStale(fresh.sum)) throw new Error(`wrong in turn ${i}`);
    }
  });

  it('has the hints that Prometheus numbers so', () => {
    expect([HINT_UNKNOWN, HINT_RESET, HINT_NOT_RESET, HINT_GAUGE]).toEqual([0, 1, 2, 3]);
  });
});
