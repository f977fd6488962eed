import { readFileSync } from 'node:fs';
import {
  EXPONENTIAL_SCHEMA_MAX,
  customBound,
  exponentialBound,
  nonEmptyBuckets,
} from '../../model/exponential-bounds.js';
import { CUSTOM_BUCKETS_SCHEMA, Histogram, type HistogramFields } from '../../model/histogram.js';
import { describeShared, shared } from '../support/shared.js';

const none = new Float64Array(0);

function histogram(fields: Partial<HistogramFields>): Histogram {
  return new Histogram({
    isFloat: true,
    counterResetHint: 0,
    schema: 0,
    zeroThreshold: 0,
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

function text(h: Histogram): string[] {
  return nonEmptyBuckets(h).map(
    (b) =>
      `${b.lowerInclusive ? '[' : '('}${b.lower},${b.upper}${b.upperInclusive ? ']' : ')'}:${b.count}`,
  );
}

describeShared("the table of schema 8 has Prometheus' bits", () => {
  it('in all of its 256 entries, and so in every coarser schema', () => {
    const lines = readFileSync(shared('vectors/exponential-bounds.txt'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(256);
    const bits = new DataView(new ArrayBuffer(8));
    for (let schema = 1; schema <= EXPONENTIAL_SCHEMA_MAX; schema++) {
      const step = 2 ** (8 - schema);
      for (let i = 0; i < 2 ** schema; i++) {
        // Index i - 2^schema of this schema lies in [0.5, 1), where the table is.
        bits.setFloat64(0, exponentialBound(i - 2 ** schema, schema));
        expect(bits.getBigUint64(0).toString(16)).toBe(lines[i * step].split(' ')[0]);
      }
    }
  });
});

describe('bounds of exponential buckets', () => {
  it('are powers of two in schema 0, and of their powers below it', () => {
    for (let index = -1074; index < 1024; index++) {
      expect(exponentialBound(index, 0)).toBe(2 ** index);
    }
    expect(exponentialBound(3, -2)).toBe(4096);
    expect(exponentialBound(-3, -4)).toBe(2 ** -48);
  });

  it('end with the largest finite double where they would be 2^1024, and then with +Inf', () => {
    for (let schema = -4; schema <= EXPONENTIAL_SCHEMA_MAX; schema++) {
      const last = 1024 * 2 ** schema;
      expect(exponentialBound(last, schema)).toBe(Number.MAX_VALUE);
      expect(exponentialBound(last + 1, schema)).toBe(Infinity);
      expect(exponentialBound(last - 1, schema)).toBeLessThan(Number.MAX_VALUE);
    }
  });

  it('round to zero below the least double', () => {
    expect(exponentialBound(-1074, 0)).toBe(Number.MIN_VALUE);
    expect(exponentialBound(-1075, 0)).toBe(0);
    expect(exponentialBound(-1075 * 256, 8)).toBe(0);
    expect(exponentialBound(-68, -4)).toBe(0);
  });

  it('grow strictly through the normal range', () => {
    for (const schema of [1, 3, 8]) {
      let previous = 0;
      for (let index = -20 * 2 ** schema; index <= 20 * 2 ** schema; index++) {
        const bound = exponentialBound(index, schema);
        expect(bound).toBeGreaterThan(previous);
        previous = bound;
      }
    }
  });

  it('do not exist in schemas finer than 8', () => {
    expect(exponentialBound(0, 9)).toBeNaN();
  });
});

describe('buckets that are not empty', () => {
  it('go from the lowest to the highest, through the zero bucket', () => {
    const h = histogram({
      schema: 1,
      zeroThreshold: 0.001,
      zeroCount: 2,
      negativeSpans: [{ offset: 0, length: 2 }],
      negativeBuckets: Float64Array.of(5, 6),
      positiveSpans: [
        { offset: -2, length: 1 },
        { offset: 1, length: 2 },
      ],
      positiveBuckets: Float64Array.of(1, 0, 3),
    });
    expect(text(h)).toEqual([
      '[-1.414213562373095,-1):6',
      '[-1,-0.7071067811865475):5',
      '[-0.001,0.001]:2',
      '(0.35355339059327373,0.5]:1',
      '(1,1.414213562373095]:3',
    ]);
  });

  it('of custom bounds begin at -Inf, inclusively, and end at +Inf', () => {
    const h = histogram({
      schema: CUSTOM_BUCKETS_SCHEMA,
      positiveSpans: [{ offset: 0, length: 3 }],
      positiveBuckets: Float64Array.of(1, 2, 3),
      customValues: Float64Array.of(0.5, 2),
    });
    expect(text(h)).toEqual(['[-Infinity,0.5]:1', '(0.5,2]:2', '(2,Infinity]:3']);
    expect(customBound(99, h.customValues)).toBe(Infinity);
  });

  it('are none where there are fewer counts than the spans promise', () => {
    const h = histogram({ positiveSpans: [{ offset: 0, length: 9 }] });
    expect(nonEmptyBuckets(h)).toEqual([]);
  });
});
