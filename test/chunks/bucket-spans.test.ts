/** Spans, indexes, and what two histograms have in common. */
import fc from 'fast-check';
import {
  bucketIndexes,
  countsFor,
  countsUp,
  spansOf,
  unionOfBuckets,
} from '../../chunks/bucket-spans.js';

const ascending = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { maxLength: 20 });

function sorted(indexes: readonly number[]): number[] {
  return [...indexes].sort((a, b) => a - b);
}

it('spans tell the indexes of their buckets, empty ones in between too', () => {
  const spans = [
    { offset: -2, length: 2 },
    { offset: 3, length: 0 },
    { offset: 1, length: 1 },
  ];
  expect(bucketIndexes(spans)).toEqual([-2, -1, 4]);
  expect(bucketIndexes([])).toEqual([]);
});

it('indexes make the fewest spans', () => {
  expect(spansOf([-2, -1, 4])).toEqual([
    { offset: -2, length: 2 },
    { offset: 4, length: 1 },
  ]);
  fc.assert(
    fc.property(ascending, (indexes) => {
      expect(bucketIndexes(spansOf(sorted(indexes)))).toEqual(sorted(indexes));
    }),
  );
});

it('a union has the buckets of either, and says who lacks some', () => {
  expect(unionOfBuckets([1, 2], [1, 2])).toEqual({
    indexes: [1, 2],
    isNewToChunk: false,
    isNewToSample: false,
  });
  expect(unionOfBuckets([1], [1, 2])).toMatchObject({ isNewToChunk: true, isNewToSample: false });
  expect(unionOfBuckets([1, 2], [2])).toMatchObject({ isNewToChunk: false, isNewToSample: true });
  fc.assert(
    fc.property(ascending, ascending, (a, b) => {
      const union = unionOfBuckets(sorted(a), sorted(b));
      expect(union.indexes).toEqual(sorted([...new Set([...a, ...b])]));
      expect(union.isNewToChunk).toBe(b.some((index) => !a.includes(index)));
      expect(union.isNewToSample).toBe(a.some((index) => !b.includes(index)));
    }),
  );
});

describe('a counter', () => {
  const side = (counts: Record<number, number>): { indexes: number[]; counts: Float64Array } => ({
    indexes: Object.keys(counts).map(Number),
    counts: Float64Array.from(Object.values(counts)),
  });

  it('counts up where no bucket lost anything', () => {
    expect(countsUp(side({ 1: 2, 3: 0, 4: 5 }), side({ 1: 2, 2: 9, 4: 6 }))).toBe(true);
    expect(countsUp(side({}), side({ 1: 1 }))).toBe(true);
  });

  it('was reset where a bucket counts less, or is gone', () => {
    expect(countsUp(side({ 1: 2 }), side({ 1: 1 }))).toBe(false);
    expect(countsUp(side({ 1: 2 }), side({ 2: 5 }))).toBe(false);
    expect(countsUp(side({ 1: 0, 2: 1 }), side({ 1: 0 }))).toBe(false);
    expect(countsUp(side({ 1: NaN }), side({ 2: 1 }))).toBe(false);
  });
});

it('buckets that were not there count nothing', () => {
  const counts = countsFor({ indexes: [1, 4], counts: Float64Array.of(7, 8) }, [0, 1, 3, 4, 5]);
  expect([...counts]).toEqual([0, 7, 0, 8, 0]);
});
