import { BitReader } from '../../chunks/bit-reader.js';
import { BitWriter } from '../../chunks/bit-writer.js';
import { type HistogramLayout, readLayout, writeLayout } from '../../chunks/histogram-layout.js';
import { DecodeError } from '../../model/errors.js';
import { bytesOfHex } from '../support/bits.js';
import { histogramHeader, type LayoutParts } from '../support/histogram-writer.js';

const HEADER_BYTES = 3;

function layoutOf(parts: LayoutParts, bucketBits = 0): HistogramLayout {
  const bytes = histogramHeader(1, 0, parts).bytes();
  return readLayout(new BitReader(bytes, HEADER_BYTES), bucketBits);
}

describe('a histogram layout', () => {
  it('of a golden chunk reads', () => {
    // Schema 1, zero threshold 0.001, spans {0,2}{1,1}.
    const bytes = bytesOfHex('0001c0ff3f50624dd2f1a9fc8ca48c5e3e8ac900c999999999999a20');
    const layout = readLayout(new BitReader(bytes, HEADER_BYTES), 1);
    expect(layout).toMatchObject({ schema: 1, zeroThreshold: 0.001, positiveCount: 3 });
    expect(layout.positiveSpans).toEqual([
      { offset: 0, length: 2 },
      { offset: 1, length: 1 },
    ]);
    expect(layout.negativeSpans).toEqual([]);
  });

  it('has zero thresholds of one byte for zero and powers of two', () => {
    for (const [code, threshold] of [
      [0, 0],
      [1, 2 ** -243],
      [116, 2 ** -128],
      [254, 2 ** 10],
    ]) {
      const writer = new BitWriter();
      writer.bits(code, 8);
      writer.bits(0, 3);
      const layout = readLayout(new BitReader(writer.bytes()), 0);
      expect(layout.zeroThreshold).toBe(threshold);
    }
  });

  it('has custom bounds in thousandths, or raw', () => {
    const layout = layoutOf({ schema: -53, customThousandths: [5, 2500, 33_554_430] });
    expect([...layout.customValues]).toEqual([0.005, 2.5, 33554.43]);
  });

  it.each([-10, 53, -54, 2 ** 31 + 1])('of the unknown schema %i is refused', (schema) => {
    expect(() => layoutOf({ schema })).toThrow(`unknown histogram schema ${schema}`);
  });

  it('of reserved schemas is known', () => {
    for (const schema of [-9, -5, 9, 52]) expect(layoutOf({ schema }).schema).toBe(schema);
  });

  it('with more spans, bounds or buckets than bits is refused before there is room for them', () => {
    const hostile = (write: (writer: BitWriter) => void): (() => unknown) => {
      const writer = new BitWriter();
      write(writer);
      return () => readLayout(new BitReader(writer.bytes()), 1);
    };
    const huge = (writer: BitWriter): void => {
      writer.bits(0xff, 8);
      writer.wideBits(0x1f_ffff, -1, 64);
    };
    expect(
      hostile((writer) => {
        writer.bits(0, 9);
        huge(writer);
      }),
    ).toThrow('9007199254740991 spans do not fit');
    expect(
      hostile((writer) => {
        writer.bits(0, 8);
        writer.bits(0b1111110, 7); // a varbit of 25 bits: schema -53
        writer.bits(-53, 25);
        writer.bits(0, 2);
        huge(writer);
      }),
    ).toThrow('9007199254740991 custom bounds do not fit');
    const span = { offset: 0, length: 2 ** 32 - 1 };
    expect(() => layoutOf({ schema: 0, positiveSpans: [span] }, 1)).toThrow(
      '4294967295 buckets do not fit',
    );
  });

  it('with spans out of range is refused', () => {
    const wide = { schema: 0, positiveSpans: [{ offset: 0, length: 2 ** 32 }] };
    expect(() => layoutOf(wide)).toThrow(DecodeError);
    const far = { schema: 0, negativeSpans: [{ offset: 2 ** 31, length: 0 }] };
    expect(() => layoutOf(far)).toThrow(DecodeError);
  });

  it('whose spans go back is refused where buckets would be merged', () => {
    const spans = [
      { offset: 5, length: 1 },
      { offset: -2, length: 1 },
    ];
    expect(() => layoutOf({ schema: 9, positiveSpans: spans })).toThrow('goes back by 2');
    expect(layoutOf({ schema: 8, positiveSpans: spans }).positiveCount).toBe(2);
  });
});

describe('a written layout', () => {
  function written(zeroThreshold: number, bounds?: readonly number[]): HistogramLayout {
    const writer = new BitWriter();
    writeLayout(writer, {
      schema: bounds === undefined ? 3 : -53,
      zeroThreshold,
      positiveSpans: [{ offset: -7, length: 3 }],
      negativeSpans: [
        { offset: 0, length: 0 },
        { offset: 100, length: 1 },
      ],
      customValues: Float64Array.from(bounds ?? []),
    });
    return readLayout(new BitReader(writer.bytes()), 0);
  }

  it('reads back', () => {
    expect(written(0.001)).toMatchObject({
      schema: 3,
      positiveSpans: [{ offset: -7, length: 3 }],
      negativeSpans: [
        { offset: 0, length: 0 },
        { offset: 100, length: 1 },
      ],
    });
  });

  it('keeps every zero threshold', () => {
    const thresholds = [
      0,
      2 ** -243,
      2 ** -244,
      2 ** -128,
      0.5,
      1,
      2 ** 10,
      2 ** 11,
      0.3,
      5e-324,
      -1,
    ];
    expect(thresholds.map((threshold) => written(threshold).zeroThreshold)).toEqual(thresholds);
  });

  it('keeps every custom bound', () => {
    const bounds = [-1, 0, 0.001, 2.5, 33554.43, 33554.431, 1 / 3, 1e300, Infinity];
    expect([...written(0, bounds).customValues]).toEqual(bounds);
  });
});
