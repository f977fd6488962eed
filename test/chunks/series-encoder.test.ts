/** Samples into chunks: Prometheus' own, byte for byte, and where chunks end. */
import fc from 'fast-check';
import { decodeChunk, sampleCount } from '../../chunks/chunk.js';
import {
  type EncodedChunk,
  encodeFloats,
  encodeSamples,
  recodeChunk,
} from '../../chunks/series-encoder.js';
import { STALE_NAN } from '../../encoding/float-bits.js';
import { Kernel } from '../../kernel/kernel.js';
import { Columns } from '../../model/columns.js';
import { HINT_GAUGE, Histogram, type HistogramFields } from '../../model/histogram.js';
import { bytesOfHex, columnBits, hexOfBytes } from '../support/bits.js';
import { readVectors, rowTexts, vectorColumns } from '../support/chunk-vectors.js';
import { seriesArbitrary } from '../support/series.js';
import { describeShared } from '../support/shared.js';

describeShared('golden samples', () => {
  it('encode to the golden chunks, byte for byte, in all six encodings', () => {
    const seen = new Set<number>();
    const wrong: string[] = [];
    for (const vector of readVectors()) {
      seen.add(vector.num);
      const chunks = recodeChunk(vector.num, vectorColumns(vector));
      const made = chunks.map(({ data }) => hexOfBytes(data));
      if (made.join() !== vector.chunks.join()) wrong.push(`${vector.enc}: ${made.join()}`);
    }
    expect(wrong).toEqual([]);
    expect([...seen].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('survive a chunk: what was decoded encodes to samples that decode to the same', () => {
    for (const { num, chunks } of readVectors()) {
      for (const chunk of chunks) {
        const before = decoded(num, bytesOfHex(chunk));
        const after = new Columns();
        for (const { data } of recodeChunk(num, before)) decodeChunk(num, data, after);
        expect(rowTexts(after)).toEqual(rowTexts(before));
      }
    }
  });
});

function decoded(encoding: number, data: Uint8Array): Columns {
  const columns = new Columns();
  decodeChunk(encoding, data, columns);
  return columns;
}

/** `encoding:samples@minTime-maxTime` of each chunk. */
function shapes(samples: Columns, floatEncoding?: 1 | 4): string[] {
  return encodeSamples(samples, floatEncoding).map(({ encoding, data, minTime, maxTime }) => {
    return `${encoding}:${sampleCount(encoding, data)}@${minTime}-${maxTime}`;
  });
}

function floats(count: number): Columns {
  const columns = new Columns();
  columns.reserve(count);
  for (let i = 0; i < count; i++) {
    columns.times[i] = i;
    columns.values[i] = i * i;
  }
  columns.commitFloats(count);
  return columns;
}

const SMALL: HistogramFields = {
  isFloat: false,
  counterResetHint: 0,
  schema: 0,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 1,
  sum: 1,
  positiveSpans: [{ offset: 0, length: 1 }],
  negativeSpans: [],
  positiveBuckets: Float64Array.of(1),
  negativeBuckets: new Float64Array(0),
  customValues: new Float64Array(0),
};

describe('a chunk ends', () => {
  it('after 120 samples, however large it is', () => {
    expect(shapes(new Columns())).toEqual([]);
    expect(shapes(floats(120))).toEqual(['1:120@0-119']);
    expect(shapes(floats(241))).toEqual(['1:120@0-119', '1:120@120-239', '1:1@240-240']);
    expect(shapes(floats(3), 4)).toEqual(['4:3@0-2']);
  });

  it('where the kind of samples changes', () => {
    const samples = floats(2);
    samples.pushHistogram(2, 0, new Histogram(SMALL));
    samples.pushHistogram(3, 0, new Histogram({ ...SMALL, isFloat: true }));
    samples.pushHistogram(4, 0, new Histogram({ ...SMALL, isFloat: true }));
    expect(shapes(samples)).toEqual(['1:2@0-1', '2:1@2-2', '3:2@3-4']);
  });

  it('where a float has a start time and the chunk is XOR, but not where it has none any more', () => {
    const samples = floats(6);
    samples.withStartTimes()[2] = 1;
    expect(shapes(samples)).toEqual(['1:2@0-1', '4:4@2-5']);
  });

  it('where a histogram gains or loses its start time', () => {
    const samples = new Columns();
    [0, 1, 1, 0].forEach((start, time) => {
      samples.pushHistogram(time, start, new Histogram(SMALL));
    });
    expect(shapes(samples)).toEqual(['2:1@0-0', '5:2@1-2', '2:1@3-3']);
  });

  it('where a counter goes back; and then the header says that it was reset', () => {
    const samples = new Columns();
    samples.pushHistogram(0, 0, new Histogram({ ...SMALL, count: 2 }));
    samples.pushHistogram(1, 0, new Histogram(SMALL));
    const chunks = encodeSamples(samples);
    expect(chunks.map(({ data }) => data[2] >>> 6)).toEqual([0, 2]);
  });
});

it('plain floats become the same chunks by the kernel', () => {
  const kernel = new Kernel();
  fc.assert(
    fc.property(seriesArbitrary(400), ({ times, values }) => {
      const samples = new Columns(times.length);
      samples.times.set(times);
      samples.values.set(values);
      samples.commitFloats(times.length);
      const chunks: EncodedChunk[] = [];
      encodeFloats(samples, kernel, (chunk) => {
        chunks.push({ ...chunk, data: chunk.data.slice() });
      });
      expect(chunks).toEqual(encodeSamples(samples));
    }),
    { numRuns: 50 },
  );
});

it('what is left of a chunk of gauges with a stale marker takes two chunks', () => {
  const samples = new Columns();
  const gauge = new Histogram({ ...SMALL, counterResetHint: HINT_GAUGE });
  samples.pushHistogram(0, 0, gauge);
  samples.pushHistogram(1, 0, new Histogram({ ...SMALL, sum: STALE_NAN[0] }));
  const chunks = recodeChunk(2, samples);
  expect(chunks.map(({ minTime, data }) => [minTime, data[2] >>> 6])).toEqual([
    [0, 3],
    [1, 1],
  ]);
});

it('floats keep all their bits', () => {
  const samples = floats(3);
  samples.values.set(STALE_NAN, 1);
  samples.values[2] = -0;
  const [{ data }] = recodeChunk(1, samples);
  expect(columnBits(decoded(1, data).values, 3)).toEqual(columnBits(samples.values, 3));
});
