/** Columns: rows that keep their bits, memory that is reused. */
import { isStaleAt, STALE_NAN, wordsOf } from '../../encoding/float-bits.js';
import { AssertionError } from '../../model/assert.js';
import { Columns } from '../../model/columns.js';
import { Histogram } from '../../model/histogram.js';

const HISTOGRAM = new Histogram({
  isFloat: false,
  counterResetHint: 0,
  schema: 0,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 1,
  sum: 2,
  positiveSpans: [{ offset: 0, length: 1 }],
  negativeSpans: [],
  positiveBuckets: Float64Array.of(1),
  negativeBuckets: new Float64Array(0),
  customValues: new Float64Array(0),
});

/** `values` at times 0, 1, 2… */
function floats(...values: number[]): Columns {
  const columns = new Columns(1);
  columns.reserve(values.length);
  values.forEach((value, i) => {
    columns.times[i] = i;
    columns.values[i] = value;
  });
  columns.count = values.length;
  return columns;
}

describe('columns', () => {
  it('grow by doubling and keep their rows', () => {
    const columns = new Columns(4);
    const sizes = new Set<number>();
    for (let i = 0; i < 1000; i++) {
      columns.reserve(1);
      columns.withStartTimes()[columns.count] = i + 1;
      columns.values[columns.count] = 2 * i;
      columns.times[columns.count++] = i;
      sizes.add(columns.times.length);
    }
    expect(sizes.size).toBeLessThan(10);
    expect(columns.values).toHaveLength(columns.times.length);
    for (let i = 0; i < 1000; i++) {
      const row = [columns.times[i], columns.values[i], columns.withStartTimes()[i]];
      expect(row).toEqual([i, 2 * i, i + 1]);
    }
  });

  it('make room for many rows at once', () => {
    const columns = new Columns(4);
    columns.reserve(100);
    expect(columns.times.length).toBeGreaterThanOrEqual(100);
    const { times } = columns;
    columns.reserve(100);
    expect(columns.times).toBe(times);
  });

  it('forget their rows and keep their memory', () => {
    const columns = floats(1, 2, 3);
    columns.withHistograms()[0] = HISTOGRAM;
    columns.withStartTimes()[0] = 7;
    const { times } = columns;
    columns.clear();
    expect(columns.count).toBe(0);
    expect(columns.times).toBe(times);
    expect([columns.histograms, columns.startTimes]).toEqual([null, null]);
    expect(columns.withStartTimes()[0]).toBe(0);
  });

  it('copy rows with all their bits', () => {
    const from = floats(1, 2);
    from.values.set(STALE_NAN, 1);
    const to = new Columns(1);
    to.pushRows(from, 1, 2);
    to.pushRows(from, 0, 1);
    expect(isStaleAt(to.values, 0)).toBe(true);
    expect([...to.times.subarray(0, 2)]).toEqual([1, 0]);
    expect([to.startTimes, to.histograms]).toEqual([null, null]);
    to.pushRows(from, 1, 1);
    expect(to.count).toBe(2);
    expect(() => to.pushRows(from, 1, 3)).toThrow(AssertionError);
  });

  it('copy start times and histograms, unknown for the rows before', () => {
    const from = new Columns(1);
    from.pushHistogram(5, 3, HISTOGRAM);
    const to = floats(1);
    to.pushRows(from, 0, 1);
    to.pushRows(floats(9), 0, 1);
    expect([...to.withStartTimes().subarray(0, 3)]).toEqual([0, 3, 0]);
    expect([0, 1, 2].map((row) => to.histograms?.[row])).toEqual([undefined, HISTOGRAM, undefined]);
    expect([...to.times.subarray(0, 3)]).toEqual([0, 5, 0]);
  });

  it('have a NaN as the value of a histogram row, and start times only where one is known', () => {
    const columns = new Columns(1);
    columns.pushHistogram(1, 0, HISTOGRAM);
    expect(columns.startTimes).toBeNull();
    expect(columns.values[0]).toBeNaN();
    columns.pushHistogram(2, 1, HISTOGRAM);
    columns.pushHistogram(3, 0, HISTOGRAM);
    expect([...columns.withStartTimes().subarray(0, 3)]).toEqual([0, 1, 0]);
  });

  it('count float rows that were filled in place, unknown in every other column', () => {
    const columns = new Columns(4);
    columns.withStartTimes().fill(9);
    columns.withHistograms()[1] = HISTOGRAM;
    columns.values.set([1, 2]);
    columns.commitFloats(2);
    expect(columns.count).toBe(2);
    expect([...columns.withStartTimes().subarray(0, 2)]).toEqual([0, 0]);
    expect(columns.withHistograms()).toEqual([undefined, undefined]);
    columns.commitFloats(1, true);
    expect(columns.withStartTimes()[2]).toBe(9);
    expect(() => columns.commitFloats(2)).toThrow(AssertionError);
  });

  it('move a row forward with all its bits', () => {
    const columns = floats(1, 2, 3);
    columns.values.set(STALE_NAN, 2);
    columns.withStartTimes()[2] = 1;
    columns.withHistograms()[2] = HISTOGRAM;
    columns.moveRow(2, 0);
    columns.moveRow(1, 1);
    expect([...columns.times.subarray(0, 2)]).toEqual([2, 1]);
    expect([...wordsOf(columns.values).subarray(0, 2)]).toEqual([2, 0x7ff00000]);
    expect(columns.withStartTimes()[0]).toBe(1);
    expect(columns.withHistograms()[0]).toBe(HISTOGRAM);
  });

  it('drop rows in the middle, in every column', () => {
    const columns = floats(1, 2, 3, 4, 5);
    columns.values.set(STALE_NAN, 3);
    columns.withStartTimes()[3] = 7;
    columns.withHistograms()[4] = HISTOGRAM;
    columns.dropRows(1, 3);
    expect(columns.count).toBe(3);
    expect([...columns.times.subarray(0, 3)]).toEqual([0, 3, 4]);
    expect([...wordsOf(columns.values).subarray(2, 4)]).toEqual([2, 0x7ff00000]);
    expect([...columns.withStartTimes().subarray(0, 3)]).toEqual([0, 7, 0]);
    expect(columns.withHistograms()[2]).toBe(HISTOGRAM);
  });
});
