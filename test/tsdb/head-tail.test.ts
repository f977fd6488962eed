/** In-order samples of a head series: what is appended comes back, bits and all. */
import fc from 'fast-check';
import { wordsOf } from '../../encoding/float-bits.js';
import { Columns } from '../../model/columns.js';
import { Histogram, HINT_UNKNOWN } from '../../model/histogram.js';
import { HeadTail } from '../../tsdb/head-tail.js';

const EMPTY = new Float64Array(0);

function histogram(count: number, isFloat = false): Histogram {
  return new Histogram({
    isFloat,
    counterResetHint: HINT_UNKNOWN,
    schema: 0,
    zeroThreshold: 0,
    zeroCount: count,
    count,
    sum: count,
    positiveSpans: [],
    negativeSpans: [],
    positiveBuckets: EMPTY,
    negativeBuckets: EMPTY,
    customValues: EMPTY,
  });
}

function read(tail: HeadTail): Columns {
  const columns = new Columns();
  for (const run of tail.runs()) run.read(columns);
  return columns;
}

describe('HeadTail', () => {
  it('gives back what was appended, over any number of sealed chunks', () => {
    fc.assert(
      fc.property(
        fc.float64Array({ minLength: 1, maxLength: 400 }),
        fc.boolean(),
        (values, withStartTimes) => {
          const tail = new HeadTail();
          values.forEach((_, i) => tail.appendFloat(i * 15, withStartTimes ? 7 : 0, values, i));
          const columns = read(tail);
          expect(tail.count).toBe(values.length);
          expect(tail.lastTime).toBe((values.length - 1) * 15);
          expect(wordsOf(columns.values).slice(0, 2 * columns.count)).toEqual(wordsOf(values));
          expect(columns.startTimes?.[0]).toBe(withStartTimes ? 7 : undefined);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('seals floats at 120, so that they no longer cost 16 bytes each', () => {
    const tail = new HeadTail();
    const value = Float64Array.of(1);
    for (let i = 0; i < 121; i++) tail.appendFloat(i, 0, value, 0);
    expect(tail.runs().map(({ minTime, maxTime }) => [minTime, maxTime])).toEqual([
      [0, 119],
      [120, 120],
    ]);
  });

  it('starts a run where the kind of value changes, and tells the last kind', () => {
    const tail = new HeadTail();
    expect(tail.lastKind).toBe('float');
    tail.appendFloat(1, 0, Float64Array.of(5), 0);
    tail.appendHistogram(2, 0, histogram(1));
    expect(tail.lastKind).toBe('histogram');
    tail.appendHistogram(3, 9, histogram(2, true));
    expect(tail.lastKind).toBe('float histogram');
    tail.appendFloat(4, 0, Float64Array.of(6), 0);
    expect(tail.runs()).toHaveLength(4);
    const columns = read(tail);
    const counts = Array.from({ length: 4 }, (_, i) => columns.histograms?.[i]?.count);
    expect(counts).toEqual([undefined, 1, 2, undefined]);
    expect([...(columns.startTimes ?? []).slice(0, 4)]).toEqual([0, 0, 9, 0]);
  });
});
