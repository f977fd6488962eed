import { histogramText, sampleJson } from '../../cli/sample-text.js';
import { STALE_NAN } from '../../encoding/float-bits.js';
import { Columns } from '../../model/columns.js';
import { CUSTOM_BUCKETS_SCHEMA, Histogram, type HistogramFields } from '../../model/histogram.js';

const none = new Float64Array(0);

function histogram(fields: Partial<HistogramFields>): Histogram {
  return new Histogram({
    isFloat: false,
    counterResetHint: 0,
    schema: 1,
    zeroThreshold: 0.001,
    zeroCount: 0,
    count: 0,
    sum: 0,
    positiveSpans: [],
    negativeSpans: [],
    positiveBuckets: none,
    negativeBuckets: none,
    customValues: none,
    ...fields,
  });
}

const full = histogram({
  count: 12_000_000,
  sum: 18.4,
  zeroCount: 2,
  negativeSpans: [{ offset: 1, length: 1 }],
  negativeBuckets: Float64Array.of(1),
  positiveSpans: [{ offset: 0, length: 2 }],
  positiveBuckets: Float64Array.of(3_000_000, 4),
});

const custom = histogram({
  isFloat: true,
  schema: CUSTOM_BUCKETS_SCHEMA,
  count: 3.5,
  sum: 1.25,
  positiveSpans: [{ offset: 0, length: 3 }],
  positiveBuckets: Float64Array.of(1, 0, 2.5),
  customValues: Float64Array.of(0.005, 2.5),
});

describe('histogramText', () => {
  it('prints integer counts without exponents, and buckets from the lowest up', () => {
    expect(histogramText(full)).toBe(
      '{count:12000000, sum:18.4, [-1.414213562373095,-1):1, [-0.001,0.001]:2, ' +
        '(0.7071067811865475,1]:3000000, (1,1.414213562373095]:4}',
    );
  });

  it('prints float counts as floats, and custom bounds to both infinities', () => {
    expect(histogramText(custom)).toBe('{count:3.5, sum:1.25, [-Inf,0.005]:1, (2.5,+Inf]:2.5}');
    expect(histogramText(histogram({ isFloat: true, count: 1e7 }))).toBe('{count:1e+07, sum:0}');
  });

  it('prints a zero bucket of no width, and stale markers', () => {
    const zero = histogram({ zeroThreshold: 0, zeroCount: 1, count: 1 });
    expect(histogramText(zero)).toBe('{count:1, sum:0, [-0,0]:1}');
    const stale = histogram({ sum: STALE_NAN[0], count: 7 });
    expect(histogramText(stale)).toBe('{count:0, sum:NaN}');
  });
});

describe('sampleJson', () => {
  it('has times in ms and values as text, stale markers by name', () => {
    const columns = new Columns(4);
    columns.count = 4;
    columns.times.set([1000, 2000, 3000, 4000]);
    columns.values.set([1.5, NaN, Infinity]);
    columns.values.set(STALE_NAN, 3);
    expect([0, 1, 2, 3].map((row) => sampleJson(columns, row))).toEqual([
      '[1000,"1.5"]',
      '[2000,"NaN"]',
      '[3000,"+Inf"]',
      '[4000,"stale"]',
    ]);
  });

  it("has histograms in the shape of Prometheus' API", () => {
    const columns = new Columns();
    columns.pushHistogram(1, 0, full);
    columns.pushHistogram(2, 0, custom);
    columns.pushHistogram(3, 0, histogram({}));
    columns.pushHistogram(4, 0, histogram({ sum: STALE_NAN[0] }));
    const json = [0, 1, 2, 3].map((row) => JSON.parse(sampleJson(columns, row)) as unknown);
    expect(json).toEqual([
      [
        1,
        {
          count: '12000000',
          sum: '18.4',
          buckets: [
            [1, '-1.414213562373095', '-1', '1'],
            [3, '-0.001', '0.001', '2'],
            [0, '0.7071067811865475', '1', '3000000'],
            [0, '1', '1.414213562373095', '4'],
          ],
        },
      ],
      [
        2,
        {
          count: '3.5',
          sum: '1.25',
          buckets: [
            [3, '-Inf', '0.005', '1'],
            [0, '2.5', '+Inf', '2.5'],
          ],
        },
      ],
      [3, { count: '0', sum: '0' }],
      [4, 'stale'],
    ]);
  });
});
