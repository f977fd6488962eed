import { numberAt, sparkline, summary } from '../../cli/sparkline.js';
import { STALE_NAN } from '../../encoding/float-bits.js';
import { Columns } from '../../model/columns.js';
import { Histogram } from '../../model/histogram.js';

function columns(values: readonly number[], stepMs = 1000): Columns {
  const made = new Columns(Math.max(values.length, 1));
  values.forEach((value, i) => {
    made.times[i] = i * stepMs;
    made.values[i] = value;
  });
  made.count = values.length;
  return made;
}

const empty = new Float64Array(0);

function histogram(count: number, sum: number): Histogram {
  return new Histogram({
    isFloat: false,
    counterResetHint: 0,
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    count,
    sum,
    positiveSpans: [],
    negativeSpans: [],
    positiveBuckets: empty,
    negativeBuckets: empty,
    customValues: empty,
  });
}

describe('sparkline', () => {
  it('rises with the values', () => {
    expect(sparkline(columns([0, 1, 2, 3, 4, 5, 6, 7]), 8)).toBe('▁▂▃▄▅▆▇█');
  });

  it('is as wide as asked, whatever the number of samples', () => {
    expect(sparkline(columns([1, 2]), 10)).toHaveLength(10);
    expect(sparkline(columns(Array.from({ length: 999 }, (_, i) => i)), 10)).toHaveLength(10);
    expect(sparkline(columns([5]), 3)).toBe('▁  ');
    expect(sparkline(columns([]), 3)).toBe('   ');
  });

  it('spans all doubles', () => {
    const { MAX_VALUE } = Number;
    expect(sparkline(columns([-MAX_VALUE, 0, MAX_VALUE]), 3)).toBe('▁▅█');
  });

  it('leaves gaps for stale markers, and draws infinities at the edges', () => {
    const gaps = columns([1, 0, 2, Infinity, -Infinity]);
    gaps.values.set(STALE_NAN, 1);
    expect(sparkline(gaps, 5)).toBe('▁ ██▁');
  });
});

describe('summary', () => {
  it('counts, and gives the range and the last number', () => {
    expect(summary(columns([3, 1, 2e6, 2]))).toBe('4 samples, min 1, max 2e+06, last 2');
    expect(summary(columns([7]))).toBe('1 sample, min 7, max 7, last 7');
  });

  it('of stale markers alone is their count', () => {
    const stale = columns([0]);
    stale.values.set(STALE_NAN);
    expect(summary(stale)).toBe('1 sample');
  });

  it('takes the count of histograms', () => {
    const mixed = columns([1]);
    mixed.pushHistogram(1000, 0, histogram(9, 2.5));
    expect(summary(mixed)).toBe('2 samples, min 1, max 9, last 9');
    mixed.pushHistogram(2000, 0, histogram(0, NaN));
    expect(numberAt(mixed, 2)).toBeNaN();
  });
});
