import { decodeHistogramChunk } from '../../chunks/histogram-chunk.js';
import type { BitWriter } from '../../chunks/bit-writer.js';
import { Columns } from '../../model/columns.js';
import type { Histogram } from '../../model/histogram.js';
import { bytesOfHex } from '../support/bits.js';
import { histogramHeader, writeDouble, writeVarbit } from '../support/histogram-writer.js';

function decoded(data: Uint8Array): Histogram[] {
  const columns = new Columns(1);
  decodeHistogramChunk(data, false, columns);
  return (columns.histograms ?? []).map((histogram) => histogram as Histogram);
}

/** The fields of a first sample. */
function writeFirst(writer: BitWriter, count: number, buckets: readonly number[]): Uint8Array {
  writeVarbit(writer, 1000);
  writeVarbit(writer, count);
  writeVarbit(writer, 0);
  writeDouble(writer, 1.5);
  for (const bucket of buckets) writeVarbit(writer, bucket);
  return writer.bytes();
}

describe('an integer histogram chunk', () => {
  it('has absolute counts: the deltas of chunks are undone', () => {
    const histograms = decoded(
      bytesOfHex(
        '000300ff3f50624dd2f1a9fc8ca48c5e3e8ac900c999999999999a27c1d4c523b72dcccccccccccd1bcae8c000000000008da4',
      ),
    );
    expect(histograms.map((h) => [h.count, h.zeroCount, h.sum, ...h.positiveBuckets])).toEqual([
      [5, 2, 18.4, 1, 1, 1],
      [9, 3, 20.5, 1, 2, 1],
      [12, 4, 21, 2, 2, 2],
    ]);
    expect(histograms[0].isFloat).toBe(false);
  });

  it('has custom bounds', () => {
    const [first] = decoded(
      bytesOfHex('00030000ee5c664ade9c5f1f44c7fe800000000000113e0ea622d8168de516133ffe3690'),
    );
    expect([...first.customValues]).toEqual([0.005, 2.5]);
    expect([...first.positiveBuckets]).toEqual([1, 1, 1]);
  });

  it('of a finer schema than 8 is reduced to it', () => {
    // Schema 10: four neighbours become one. Indexes 1..4 are one bucket, 5..8 the next.
    const header = histogramHeader(1, 0, { schema: 10, positiveSpans: [{ offset: 2, length: 5 }] });
    const [histogram] = decoded(writeFirst(header, 15, [1, 1, 1, 1, 1]));
    expect(histogram.schema).toBe(8);
    expect(histogram.positiveSpans).toEqual([{ offset: 1, length: 2 }]);
    expect([...histogram.positiveBuckets]).toEqual([1 + 2 + 3, 4 + 5]);
  });

  it('with counts up to 2^53 is exact, beyond it is refused', () => {
    const max = Number.MAX_SAFE_INTEGER;
    const header = () =>
      histogramHeader(1, 0, { schema: 0, positiveSpans: [{ offset: 0, length: 2 }] });
    expect([...decoded(writeFirst(header(), max, [max, -1]))[0].positiveBuckets]).toEqual([
      max,
      max - 1,
    ]);
    expect(() => decoded(writeFirst(header(), 2 ** 53, [1, 0]))).toThrow('exceeds ±2^53');
    expect(() => decoded(writeFirst(header(), -1, [1, 0]))).toThrow('histogram count exceeds 2^53');
    expect(() => decoded(writeFirst(header(), 1, [max, 1]))).toThrow('bucket count exceeds 2^53');
  });
});
