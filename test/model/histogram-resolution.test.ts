/** Histograms of finer schemas than are worked with. */
import fc from 'fast-check';
import type { Span } from '../../model/histogram.js';
import { isKnownSchema, withKnownResolution } from '../../model/histogram-resolution.js';
import { anyHistogram, histogramBits, histogramOf } from '../support/histograms.js';

/** Count by bucket index. */
function byIndex(spans: readonly Span[], buckets: Float64Array): Map<number, number> {
  const counts = new Map<number, number>();
  let index = 0;
  let bucket = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let i = 0; i < length; i++) counts.set(index++, buckets[bucket++]);
  }
  expect(bucket).toBe(buckets.length);
  return counts;
}

/** What each bucket of the coarser histogram must count. */
function coarser(counts: Map<number, number>, ratio: number): Map<number, number> {
  const sums = new Map<number, number>();
  for (const [index, count] of counts) {
    // Bucket i reaches from base^(i-1), excluded, to base^i.
    const target = Math.ceil(index / ratio);
    sums.set(target, (sums.get(target) ?? 0) + count);
  }
  return sums;
}

describe('the resolution of a histogram', () => {
  it('of schema 8 and below stays as it is', () => {
    fc.assert(
      fc.property(anyHistogram(true), (histogram) => {
        expect(withKnownResolution(histogram)).toBe(histogram);
      }),
    );
  });

  it('of finer schemas is brought to 8: every bucket goes into the one that covers it', () => {
    const fine = fc.tuple(anyHistogram(false), fc.integer({ min: 9, max: 52 }));
    fc.assert(
      fc.property(fine, ([drawn, schema]) => {
        const { positiveSpans, positiveBuckets, negativeSpans, negativeBuckets } = drawn;
        const buckets = { positiveSpans, positiveBuckets, negativeSpans, negativeBuckets };
        const result = withKnownResolution(histogramOf({ schema, ...buckets, sum: 7, count: 9 }));
        expect([result.schema, result.sum, result.count]).toEqual([8, 7, 9]);
        const ratio = 2 ** (schema - 8);
        expect(byIndex(result.positiveSpans, result.positiveBuckets)).toEqual(
          coarser(byIndex(positiveSpans, positiveBuckets), ratio),
        );
        expect(byIndex(result.negativeSpans, result.negativeBuckets)).toEqual(
          coarser(byIndex(negativeSpans, negativeBuckets), ratio),
        );
      }),
    );
  });

  it('joins buckets and spans that meet', () => {
    const fine = histogramOf({
      schema: 10,
      positiveSpans: [
        { offset: 0, length: 4 },
        { offset: 0, length: 0 },
        { offset: 3, length: 2 },
      ],
      positiveBuckets: Float64Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(histogramBits(withKnownResolution(fine))).toBe(
      histogramBits(
        histogramOf({
          schema: 8,
          positiveSpans: [{ offset: 0, length: 3 }],
          positiveBuckets: Float64Array.of(1, 9, 11),
        }),
      ),
    );
  });

  it('is known from -9 to 52, and for custom buckets', () => {
    const known = (schema: number): boolean => isKnownSchema(schema);
    expect([-53, -9, -4, 0, 8, 9, 52].every(known)).toBe(true);
    expect([-54, -52, -10, 53].some(known)).toBe(false);
  });
});
