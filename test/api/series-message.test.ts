import fc from 'fast-check';
import { decodeMessage, numberOf, TimeSeries } from '../../api/remote-messages.js';
import { encodeTimeSeries } from '../../api/series-message.js';
import { wordsOf } from '../../encoding/float-bits.js';
import { Columns } from '../../model/columns.js';
import { Histogram } from '../../model/histogram.js';
import { Labels } from '../../model/labels.js';

function columnsOf(times: readonly number[], values: Float64Array): Columns {
  const columns = new Columns(times.length);
  columns.times.set(times);
  columns.values.set(values);
  columns.commitFloats(times.length);
  return columns;
}

const time = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer(),
  fc.constantFrom(0, -1, 127, 128, 2 ** 32, -(2 ** 32), 2 ** 53 - 1, -(2 ** 53) + 1),
);

describe('a series as a message', () => {
  it('is what the generated code reads, to the bit', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(time, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))), (rows) => {
        const values = new Float64Array(BigUint64Array.from(rows.map(([, bits]) => bits)).buffer);
        const times = rows.map(([one]) => one);
        const labels = Labels.from({ __name__: 'up', ключ: '\u{1f98a}' });
        const read = decodeMessage(TimeSeries, encodeTimeSeries(labels, columnsOf(times, values)));
        expect(read.labels.map(({ name, value }) => [text(name), text(value)])).toEqual([
          ...labels,
        ]);
        expect(read.samples.map((sample) => numberOf(sample.time))).toEqual(times);
        const back = new Float64Array(rows.length);
        read.samples.forEach((sample, i) => {
          back[i] = sample.value;
        });
        expect(wordsOf(back)).toEqual(wordsOf(values));
      }),
    );
  });

  it('has its histograms beside its floats', () => {
    const columns = columnsOf([1], Float64Array.of(5));
    const fields = {
      counterResetHint: 0,
      schema: 3,
      zeroThreshold: 0.001,
      sum: 7.5,
      positiveSpans: [{ offset: -2, length: 3 }],
      negativeSpans: [],
      negativeBuckets: new Float64Array(0),
      customValues: new Float64Array(0),
    } as const;
    const positiveBuckets = Float64Array.of(4, 1, 3);
    columns.pushHistogram(
      2,
      0,
      new Histogram({ ...fields, isFloat: false, zeroCount: 2, count: 10, positiveBuckets }),
    );
    columns.pushHistogram(
      3,
      0,
      new Histogram({ ...fields, isFloat: true, zeroCount: 0.5, count: 8.5, positiveBuckets }),
    );
    const read = decodeMessage(TimeSeries, encodeTimeSeries(Labels.EMPTY, columns));
    expect(read.samples.map((sample) => sample.value)).toEqual([5]);
    const [integer, float] = read.histograms;
    expect(numberOf(integer.countInt ?? -1)).toBe(10);
    expect(integer.positiveDeltas.map(numberOf)).toEqual([4, -3, 2]);
    expect(integer.positiveSpans).toMatchObject([{ offset: -2, length: 3 }]);
    expect(numberOf(integer.time)).toBe(2);
    expect(float).toMatchObject({ countFloat: 8.5, zeroCountFloat: 0.5, sum: 7.5, schema: 3 });
    expect(float.positiveCounts).toEqual([4, 1, 3]);
  });
});

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
