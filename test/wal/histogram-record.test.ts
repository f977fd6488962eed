/** Records of native histograms: known bytes, both ways, and what is no record. */
import fc from 'fast-check';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { DecodeError } from '../../model/errors.js';
import { type Histogram, HINT_RESET, HINT_NOT_RESET } from '../../model/histogram.js';
import {
  decodeHistograms,
  encodeHistograms,
  type HistogramEntry,
  type HistogramRecordOptions,
  isHistogramRecord,
} from '../../wal/histogram-record.js';
import { bitsOf, bytesOfHex, hexOfBytes } from '../support/bits.js';
import { anyHistogram, histogramBits, histogramOf } from '../support/histograms.js';
import { goldenRecord } from '../support/record-vectors.js';
import { describeShared } from '../support/shared.js';

const STALE = new Float64Array(new BigUint64Array([0x7ff0000000000002n]).buffer);

function encoded(
  entries: readonly HistogramEntry[],
  type: number,
  first?: HistogramRecordOptions['first'],
): Uint8Array {
  const out = new ByteWriter();
  encodeHistograms(entries, { type, first }, out);
  return out.bytes().slice();
}

function texts(entries: readonly HistogramEntry[]): string[] {
  return entries.map(
    ({ ref, time, startTime, histogram }) =>
      `${ref} at ${time} since ${startTime}: ${histogramBits(histogram)}`,
  );
}

function decodedTexts(record: Uint8Array): string[] {
  const entries: HistogramEntry[] = [];
  expect(decodeHistograms(record, entries)).toBe(0);
  return texts(entries);
}

describeShared("Prometheus' golden histogram records", () => {
  const exponential = (isFloat: boolean): Histogram =>
    histogramOf({
      isFloat,
      schema: 1,
      zeroThreshold: 0.001,
      zeroCount: 2,
      count: 5,
      sum: 18.4,
      positiveSpans: [
        { offset: 0, length: 2 },
        { offset: 1, length: 1 },
      ],
      positiveBuckets: Float64Array.of(1, 1, 1),
    });
  const custom = (isFloat: boolean): Histogram =>
    histogramOf({
      isFloat,
      schema: -53,
      count: 3,
      sum: 1.25,
      positiveSpans: [{ offset: 0, length: 3 }],
      positiveBuckets: Float64Array.of(1, 1, 1),
      customValues: Float64Array.of(0.005, 2.5),
    });
  const entry = (ref: number, time: number, startTime: number, histogram: Histogram) => ({
    ref,
    time,
    startTime,
    histogram,
  });
  /** The custom-bucket one came first in the commit, and has a record of its own. */
  const first = { ref: 300, time: 1000 };
  const cases: [number, HistogramEntry[], typeof first | undefined][] = [
    [7, [entry(299, 1001, 0, exponential(false))], first],
    [8, [entry(299, 1001, 0, exponential(true))], first],
    [9, [entry(300, 1000, 0, custom(false))], undefined],
    [10, [entry(300, 1000, 0, custom(true))], undefined],
    [
      12,
      [entry(300, 1000, 500, custom(false)), entry(299, 1001, 700, exponential(false))],
      undefined,
    ],
    [
      13,
      [entry(300, 1000, 500, custom(true)), entry(300, 1000, 500, exponential(true))],
      undefined,
    ],
  ];
  it.each(cases)('of type %d', (type, entries, from) => {
    const golden = goldenRecord(type);
    expect(decodedTexts(golden)).toEqual(texts(entries));
    expect(hexOfBytes(encoded(entries, type, from))).toBe(hexOfBytes(golden));
  });
});

describe('histograms come out as they went in', () => {
  const place = fc.record({
    ref: fc.nat(2 ** 40),
    time: fc.integer(),
    startTime: fc.oneof(fc.constant(0), fc.constant(5), fc.integer()),
  });
  const entriesOf = (isFloat: boolean): fc.Arbitrary<HistogramEntry[]> =>
    fc.array(
      fc.tuple(place, anyHistogram(isFloat)).map(([at, histogram]) => ({ ...at, histogram })),
      { maxLength: 6 },
    );

  const types: [number, boolean, boolean][] = [
    [7, false, false],
    [8, true, false],
    [9, false, false],
    [10, true, false],
    [12, false, true],
    [13, true, true],
  ];
  it.each(types)('in records of type %d', (type, isFloat, hasStarts) => {
    fc.assert(
      fc.property(entriesOf(isFloat), (entries) => {
        const wanted = hasStarts ? entries : entries.map((entry) => ({ ...entry, startTime: 0 }));
        expect(decodedTexts(encoded(entries, type))).toEqual(texts(wanted));
      }),
      { numRuns: 60 },
    );
  });

  it('also the stale marker', () => {
    const stale = histogramOf({ sum: STALE[0], counterResetHint: HINT_RESET });
    const entries: HistogramEntry[] = [];
    decodeHistograms(encoded([{ ref: 1, time: 2, startTime: 0, histogram: stale }], 7), entries);
    expect(bitsOf(entries[0].histogram.sum)).toBe('7ff0000000000002');
    expect(entries[0].histogram.counterResetHint).toBe(HINT_RESET);
  });
});

describe('schemas', () => {
  it('finer than 8 come out as 8', () => {
    const fine = histogramOf({
      schema: 9,
      counterResetHint: HINT_NOT_RESET,
      positiveSpans: [{ offset: 1, length: 2 }],
      positiveBuckets: Float64Array.of(3, 4),
    });
    const entries: HistogramEntry[] = [];
    const record = encoded([{ ref: 1, time: 2, startTime: 0, histogram: fine }], 7);
    expect(decodeHistograms(record, entries)).toBe(0);
    expect(histogramBits(entries[0].histogram)).toBe(
      histogramBits(
        histogramOf({
          schema: 8,
          counterResetHint: HINT_NOT_RESET,
          positiveSpans: [{ offset: 1, length: 1 }],
          positiveBuckets: Float64Array.of(7),
        }),
      ),
    );
  });

  it.each([7, 12])(
    'that nobody knows are left out and counted, the rest is kept (type %d)',
    (type) => {
      const schemas = [53, 3, -10, -54, 4];
      const entries = schemas.map((schema, i) => ({
        ref: i,
        time: 10 * i,
        startTime: 0,
        histogram: histogramOf({ schema }),
      }));
      const kept: HistogramEntry[] = [];
      expect(decodeHistograms(encoded(entries, type), kept)).toBe(3);
      expect(texts(kept)).toEqual(texts([entries[1], entries[4]]));
    },
  );
});

describe('a histogram record', () => {
  it('is one of six types', () => {
    const types = Array.from({ length: 256 }, (_, type) => type).filter(isHistogramRecord);
    expect(types).toEqual([7, 8, 9, 10, 12, 13]);
    expect(() => decodeHistograms(Uint8Array.of(2), [])).toThrow(/BUG/);
    expect(() => encoded([], 11)).toThrow(/BUG/);
  });

  it('of integers takes no float histograms', () => {
    const histogram = histogramOf({ isFloat: true });
    expect(() => encoded([{ ref: 1, time: 1, startTime: 0, histogram }], 7)).toThrow(/BUG/);
  });

  it('of the type byte alone is empty, and empties the array', () => {
    for (const type of [7, 8, 9, 10, 12, 13]) {
      const entries = [{ ref: 1, time: 1, startTime: 0, histogram: histogramOf({}) }];
      expect(decodeHistograms(Uint8Array.of(type), entries)).toBe(0);
      expect(entries).toEqual([]);
      expect([...encoded([], type)]).toEqual([type]);
    }
  });

  it('cut off anywhere is a DecodeError, or ends between two histograms', () => {
    const histogram = histogramOf({
      isFloat: true,
      count: 6,
      positiveSpans: [{ offset: 2, length: 3 }],
      positiveBuckets: Float64Array.of(1, 2, 3),
    });
    const entries = [1, 2, 3].map((ref) => ({ ref, time: ref, startTime: 0, histogram }));
    for (const type of [8, 13]) {
      const record = encoded(entries, type);
      const wanted = decodedTexts(record);
      let ends = 0;
      for (let length = 1; length < record.length; length++) {
        const some: HistogramEntry[] = [];
        try {
          decodeHistograms(record.subarray(0, length), some);
          expect(texts(some)).toEqual(wanted.slice(0, some.length));
          ends++;
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }
      expect(ends).toBe(type === 8 ? 4 : 3);
    }
  });

  /** Behind the type: ref0, t0, two differences, hint, schema 0, threshold, two counts, sum. */
  const START = `07${'00'.repeat(16)}0000${'0000'}${'00'.repeat(8)}0000${'00'.repeat(8)}`;
  const hostile: [string, string, RegExp][] = [
    ['more buckets than the spans have', `${START}0100010002020200`, /2 buckets, the spans have 1/],
    [
      'fewer buckets than the spans have',
      `${START}0100020001020000`,
      /1 buckets, the spans have 2/,
    ],
    ['spans without buckets', `${START}010002000000`, /0 buckets, the spans have 2/],
    ['2^53 spans', `${START}ffffffffffffff0f`, /do not fit/],
    ['2^60 buckets', `${START}0000ffffffffffffffff0f`, /2\^53/],
    ['2^50 buckets', `${START}000080808080808080${'02'}`, /do not fit/],
    ['a span of 2^40 buckets', `${START}010080808080802000${'00'.repeat(3)}`, /exceeds 32 bits/],
    [
      'a span that begins too far',
      `${START}018080808080200100${'00'.repeat(3)}`,
      /exceeds 32 bits/,
    ],
    ['a span that goes back', `${START}020001010100020202${'00'.repeat(3)}`, /1 buckets inside/],
    ['an unknown hint', START.slice(0, 38) + '04' + START.slice(40) + '00000000', /hint 4/],
    ['a bucket beyond 2^53', `${START}0100020002${'feffffffffffff1f'}0200`, /bucket exceeds/],
  ];
  it.each(hostile)('with %s is a DecodeError', (_, hex, message) => {
    const decode = (): unknown => decodeHistograms(bytesOfHex(hex), []);
    expect(decode).toThrow(DecodeError);
    expect(decode).toThrow(message);
  });
});
