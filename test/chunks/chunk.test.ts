import {
  decodeChunk,
  ENCODING_FLOAT_HISTOGRAM_ST,
  ENCODING_HISTOGRAM,
  ENCODING_HISTOGRAM_ST,
  ENCODING_XOR,
  encodingName,
  isKnownEncoding,
  sampleCount,
} from '../../chunks/chunk.js';
import { Columns } from '../../model/columns.js';
import { DecodeError } from '../../model/errors.js';
import { bytesOfHex, columnBits } from '../support/bits.js';
import { readVectors, rowTexts, wantedTexts } from '../support/chunk-vectors.js';
import { describeShared } from '../support/shared.js';

describeShared('golden chunks', () => {
  it('decode to their samples, bit for bit, in all six encodings', () => {
    const seen = new Set<number>();
    for (const vector of readVectors()) {
      seen.add(vector.num);
      const chunks = vector.chunks.map(bytesOfHex);
      const counts = chunks.map((chunk) => sampleCount(vector.num, chunk));
      const columns = new Columns(1);
      for (const chunk of chunks) decodeChunk(vector.num, chunk, columns);
      expect(rowTexts(columns)).toEqual(wantedTexts(vector, counts));
    }
    expect([...seen].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('cut off anywhere are a decode error that leaves the columns as they were', () => {
    let truncations = 0;
    const wrong: string[] = [];
    for (const { num, chunks } of readVectors()) {
      const chunk = bytesOfHex(chunks[0]);
      if (chunk.length > 150) continue;
      for (let length = 0; length < chunk.length; length++, truncations++) {
        const columns = new Columns(1);
        const error = thrown(() => decodeChunk(num, chunk.subarray(0, length), columns));
        const isNamed = error instanceof DecodeError && error.offset <= length;
        if (!isNamed || columns.count > 0) wrong.push(`${num} ${chunks[0]} at ${length}: ${error}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(truncations).toBeGreaterThan(5000);
  });

  it('with a flipped byte decode to as many samples as they say, or to a decode error', () => {
    const wrong: string[] = [];
    for (const { num, chunks } of readVectors()) {
      const chunk = bytesOfHex(chunks[0]);
      if (chunk.length > 150) continue;
      for (let at = 0; at < chunk.length; at++) {
        const flipped = chunk.slice();
        flipped[at] ^= 0xff;
        const columns = new Columns(1);
        const error = thrown(() => decodeChunk(num, flipped, columns));
        const count = error === null ? sampleCount(num, flipped) : 0;
        const isNamed = error === null || error instanceof DecodeError;
        if (!isNamed || columns.count !== count)
          wrong.push(`${num} ${chunks[0]} at ${at}: ${error}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('the table of encodings', () => {
  it("has Prometheus' names", () => {
    const names = [0, 1, 2, 3, 4, 5, 6, 7].map(encodingName);
    expect(names.slice(1, 7)).toEqual([
      'XOR',
      'histogram',
      'floathistogram',
      'XOR2',
      'histogramST',
      'floathistogramST',
    ]);
    expect([names[0], names[7]]).toEqual(['none', '<unknown>']);
  });

  it('refuses what it does not know', () => {
    for (const encoding of [0, 7, 0x81, 255]) {
      expect(isKnownEncoding(encoding)).toBe(false);
      expect(() => decodeChunk(encoding, new Uint8Array(20), new Columns())).toThrow(DecodeError);
      expect(() => sampleCount(encoding, new Uint8Array(20))).toThrow(DecodeError);
    }
  });

  it('masks the reset header out of the counts of the encodings that share a word with it', () => {
    const data = Uint8Array.of(0xc0, 0x07, 0);
    expect(sampleCount(ENCODING_HISTOGRAM, data)).toBe(0xc007);
    expect(sampleCount(ENCODING_HISTOGRAM_ST, data)).toBe(7);
    expect(sampleCount(ENCODING_FLOAT_HISTOGRAM_ST, data)).toBe(7);
  });
});

describe('rows before a decoded chunk', () => {
  it('stay, and rows of floats behind histograms are floats', () => {
    const columns = new Columns(1);
    const histogram = bytesOfHex('0001c0ff3f50624dd2f1a9fc8ca48c5e3e8ac900c999999999999a20');
    const floats = bytesOfHex('0004003ff00000000000009875d80c81f4c267ff80');
    decodeChunk(ENCODING_XOR, floats, columns);
    decodeChunk(ENCODING_HISTOGRAM, histogram, columns);
    expect(() => decodeChunk(ENCODING_HISTOGRAM, histogram.subarray(0, 20), columns)).toThrow(
      DecodeError,
    );
    decodeChunk(ENCODING_XOR, floats, columns);
    expect(columns.count).toBe(9);
    const isHistogram = Array.from(columns.histograms ?? [], (h) => h !== undefined);
    expect(isHistogram).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0].map((flag) => flag === 1));
    expect(columnBits(columns.values, 4)).toEqual(columnBits(columns.values.subarray(5, 9)));
    expect([...columns.times.subarray(5, 9)]).toEqual([0, 15000, 30000, 45500]);
  });
});

function thrown(action: () => void): Error | null {
  try {
    action();
    return null;
  } catch (error) {
    return error as Error;
  }
}
