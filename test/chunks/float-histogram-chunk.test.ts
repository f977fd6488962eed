import { decodeFloatHistogramChunk } from '../../chunks/float-histogram-chunk.js';
import { Columns } from '../../model/columns.js';
import type { Histogram } from '../../model/histogram.js';
import { bitsOf, bytesOfHex } from '../support/bits.js';
import { histogramHeader, writeDouble, writeVarbit } from '../support/histogram-writer.js';

const GOLDEN =
  '000300ff3f50624dd2f1a9fc8ca48c5e3e84014000000000000400000000000000040326666666666663ff00000000000003ff00000000000003ff0000000000000f83a98d42ef603db96e66666666666c25fff4a2eb0b8c00000000000c25fff612fff8';

function decoded(data: Uint8Array): Histogram[] {
  const columns = new Columns(1);
  decodeFloatHistogramChunk(data, false, columns);
  return (columns.histograms ?? []).map((histogram) => histogram as Histogram);
}

describe('a float histogram chunk', () => {
  it('has absolute counts, each XOR coded for itself', () => {
    const histograms = decoded(bytesOfHex(GOLDEN));
    expect(histograms.map((h) => [h.count, h.zeroCount, h.sum, ...h.positiveBuckets])).toEqual([
      [5, 2, 18.4, 1, 1, 1],
      [9, 3, 20.5, 1, 2, 1],
      [12, 4, 21, 2, 2, 2],
    ]);
    expect(histograms[0].isFloat).toBe(true);
  });

  it('gives every sample buckets of its own', () => {
    const [first, second] = decoded(bytesOfHex(GOLDEN));
    expect(first.positiveBuckets.buffer).not.toBe(second.positiveBuckets.buffer);
    expect(first.positiveSpans).toBe(second.positiveSpans);
  });

  it('keeps the bits of counts that are no numbers', () => {
    const writer = histogramHeader(1, 0, { schema: 0, negativeSpans: [{ offset: -1, length: 1 }] });
    writeVarbit(writer, 1);
    writeDouble(writer, Infinity);
    writeDouble(writer, -0);
    writeDouble(writer, NaN);
    writer.wideBits(0x7ff00000, 3, 64);
    const [histogram] = decoded(writer.bytes());
    expect(bitsOf(histogram.count)).toBe('7ff0000000000000');
    expect(bitsOf(histogram.zeroCount)).toBe('8000000000000000');
    expect(bitsOf(histogram.negativeBuckets[0])).toBe('7ff0000000000003');
  });

  it('of a finer schema than 8 is reduced to it', () => {
    const writer = histogramHeader(1, 0, { schema: 9, positiveSpans: [{ offset: 1, length: 2 }] });
    writeVarbit(writer, 1);
    for (const value of [4.5, 0, 10, 1.5, 3]) writeDouble(writer, value);
    const [histogram] = decoded(writer.bytes());
    expect([histogram.schema, ...histogram.positiveBuckets]).toEqual([8, 4.5]);
  });

  it('whose buckets need more bits than there are is refused before there is room for them', () => {
    const spans = [{ offset: 0, length: 1000 }];
    const writer = histogramHeader(1, 0, { schema: 0, positiveSpans: spans });
    for (let i = 0; i < 100; i++) writer.wideBits(0, 0, 64);
    expect(() => decoded(writer.bytes())).toThrow('1000 buckets do not fit');
  });
});
