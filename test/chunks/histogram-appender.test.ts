/**
 * Which histograms a chunk takes, and what becomes of its layout; the bytes are held to Prometheus'
 * in series-encoder.test.ts.
 */
import { decodeHistogramChunk } from '../../chunks/histogram-chunk.js';
import { HistogramAppender } from '../../chunks/histogram-appender.js';
import { makeSampleWriter } from '../../chunks/histogram-encoder.js';
import { BitWriter } from '../../chunks/bit-writer.js';
import { STALE_NAN } from '../../encoding/float-bits.js';
import { Columns } from '../../model/columns.js';
import { HINT_GAUGE, HINT_RESET, Histogram, type Span } from '../../model/histogram.js';

interface Parts {
  readonly at?: readonly Span[];
  readonly buckets?: readonly number[];
  readonly hint?: 0 | 1 | 2 | 3;
  readonly count?: number;
  readonly schema?: number;
  readonly zeroThreshold?: number;
  readonly zeroCount?: number;
  readonly bounds?: readonly number[];
  readonly isStale?: boolean;
  readonly isFloat?: boolean;
}

function histogram(parts: Parts = {}): Histogram {
  return new Histogram({
    isFloat: parts.isFloat ?? false,
    counterResetHint: parts.hint ?? 0,
    schema: parts.schema ?? 0,
    zeroThreshold: parts.zeroThreshold ?? 0,
    zeroCount: parts.zeroCount ?? 0,
    count: parts.count ?? 9,
    sum: parts.isStale === true ? STALE_NAN[0] : 1,
    positiveSpans: parts.at ?? [{ offset: 0, length: 2 }],
    negativeSpans: [],
    positiveBuckets: Float64Array.from(parts.buckets ?? [1, 1]),
    negativeBuckets: new Float64Array(0),
    customValues: Float64Array.from(parts.bounds ?? []),
  });
}

/** What the chunk says to the second histogram: null is that it takes it. */
function answer(first: Parts, second: Parts): number | null {
  const appender = new HistogramAppender(first.isFloat ?? false, false);
  expect(appender.append(0, 0, histogram(first))).toBeNull();
  return appender.append(1, 0, histogram(second));
}

it('a counter that goes on is taken', () => {
  expect(answer({}, {})).toBeNull();
  expect(answer({}, { count: 12, buckets: [1, 5] })).toBeNull();
});

it('a counter that was reset is refused, and the next chunk says so', () => {
  expect(answer({}, { count: 8 })).toBe(0b10);
  expect(answer({}, { buckets: [0, 9] })).toBe(0b10);
  expect(answer({ zeroCount: 1 }, {})).toBe(0b10);
  expect(answer({}, { hint: HINT_RESET })).toBe(0b10);
  expect(answer({ isFloat: true }, { isFloat: true, count: 8 })).toBe(0b10);
});

it('another scale is refused, of which nothing is known', () => {
  expect(answer({}, { schema: 1 })).toBe(0b00);
  expect(answer({}, { zeroThreshold: 1 })).toBe(0b00);
  expect(answer({ isFloat: true }, { isFloat: true, schema: 1 })).toBe(0b00);
  const custom = { schema: -53, bounds: [1, 2] };
  expect(answer(custom, custom)).toBeNull();
  expect(answer(custom, { schema: -53, bounds: [1, 3] })).toBe(0b10);
});

it('behind a stale marker only stale markers are taken', () => {
  expect(answer({}, { isStale: true })).toBeNull();
  expect(answer({ isStale: true }, { isStale: true })).toBeNull();
  expect(answer({ isStale: true }, {})).toBe(0b00);
  const gauge = { hint: HINT_GAUGE, isStale: true } as const;
  expect(answer(gauge, gauge)).toBeNull();
  expect(answer(gauge, { hint: HINT_GAUGE })).toBe(0b11);
});

it('gauges and counters do not share a chunk', () => {
  expect(answer({ hint: HINT_GAUGE }, { hint: HINT_GAUGE, count: 1, buckets: [0, 1] })).toBeNull();
  expect(answer({ hint: HINT_GAUGE }, {})).toBe(0b01);
  expect(answer({}, { hint: HINT_GAUGE })).toBe(0b11);
  expect(answer({ hint: HINT_GAUGE, isFloat: true }, { isFloat: true })).toBe(0b00);
  expect(answer({ hint: HINT_GAUGE }, { hint: HINT_GAUGE, schema: 3 })).toBe(0b11);
});

it('new buckets widen the chunk, missing ones are added to the sample', () => {
  const appender = new HistogramAppender(false, false);
  appender.append(0, 0, histogram({ buckets: [3, 0] }));
  appender.append(1, 0, histogram({ at: [{ offset: 0, length: 1 }], buckets: [4] }));
  appender.append(2, 0, histogram({ at: [{ offset: 0, length: 4 }], buckets: [5, 0, 0, 2] }));
  const columns = new Columns();
  decodeHistogramChunk(appender.bytes(), false, columns);
  const read = columns.histograms?.map((item) => [...(item?.positiveBuckets ?? [])]);
  expect(read).toEqual([
    [3, 0, 0, 0],
    [4, 0, 0, 0],
    [5, 0, 0, 2],
  ]);
  expect(appender.sampleCount).toBe(3);
});

it('the header stands in another byte where there are start times', () => {
  const plain = new HistogramAppender(false, false, 0b10);
  plain.append(0, 0, histogram());
  expect([...plain.bytes().subarray(0, 3)]).toEqual([0, 1, 0x80]);
  const started = new HistogramAppender(false, true, 0b10);
  started.append(5, 3, histogram());
  expect([...started.bytes().subarray(0, 3)]).toEqual([0x80, 1, 0x80]);
});

it('the fields of a stale marker take as few bits as they can', () => {
  const bitsOf = (isFloat: boolean): number => {
    const writer = new BitWriter();
    const samples = makeSampleWriter(isFloat);
    const none = { positive: new Float64Array(0), negative: new Float64Array(0) };
    samples.writeFirst(writer, 0, histogram({ isStale: true }), none);
    const before = writer.length;
    for (let i = 0; i < 8; i++) samples.write(writer, 0, histogram({ isStale: true }), none);
    return writer.length - before;
  };
  expect(bitsOf(false)).toBe(4);
  expect(bitsOf(true)).toBe(4);
});
