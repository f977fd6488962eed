/** Records of float samples: known bytes, both ways, and what is no record. */
import fc from 'fast-check';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { DecodeError } from '../../model/errors.js';
import { SampleBatch } from '../../wal/sample-batch.js';
import { decodeSamples, encodeSamples, encodeSamplesV2 } from '../../wal/sample-record.js';
import { bytesOfHex, columnBits, hexOfBytes } from '../support/bits.js';
import { goldenRecord } from '../support/record-vectors.js';
import { describeShared } from '../support/shared.js';

type Encode = (samples: SampleBatch, out: ByteWriter) => void;
type Row = readonly [ref: number, time: number, startTime: number, bits: bigint];

/** A batch of these rows, their values given by bits so that none is lost on the way. */
function batchOf(rows: readonly Row[]): SampleBatch {
  const batch = new SampleBatch();
  batch.reset(rows.length);
  const bits = new BigUint64Array(batch.values.buffer);
  rows.forEach(([ref, time, startTime, value], i) => {
    batch.push(ref, time, startTime, 0);
    bits[i] = value;
  });
  return batch;
}

function encoded(encode: Encode, batch: SampleBatch): Uint8Array {
  const out = new ByteWriter();
  encode(batch, out);
  return out.bytes().slice();
}

function texts(batch: SampleBatch): string[] {
  const { refs, times, startTimes } = batch;
  return columnBits(batch.values, batch.count).map(
    (bits, i) => `${refs[i]} at ${times[i]} since ${startTimes[i]}: ${bits}`,
  );
}

function decodedTexts(record: Uint8Array): string[] {
  const batch = batchOf([[9, 9, 9, 9n]]);
  decodeSamples(record, batch);
  return texts(batch);
}

describeShared("Prometheus' golden sample records", () => {
  const value = (double: number): bigint => new BigUint64Array(Float64Array.of(double).buffer)[0];
  const T = 1_600_000_000_000;
  const rows: Row[] = [
    [300, T, 0, value(1.5)],
    [1, T, 0, value(-1)],
    [301, T - 1, 0, value(2)],
  ];

  it('of version 1', () => {
    const batch = batchOf(rows);
    expect(decodedTexts(goldenRecord(2))).toEqual(texts(batch));
    expect(hexOfBytes(encoded(encodeSamples, batch))).toBe(hexOfBytes(goldenRecord(2)));
  });

  it('of version 2, with start times', () => {
    const starts = [1_599_999_990_000, 1_599_999_990_000, 0, 1_599_999_990_500];
    const all: Row[] = [...rows, [302, T, 0, value(3)]];
    const batch = batchOf(all.map(([ref, time, , bits], i) => [ref, time, starts[i], bits]));
    expect(decodedTexts(goldenRecord(11))).toEqual(texts(batch));
    expect(hexOfBytes(encoded(encodeSamplesV2, batch))).toBe(hexOfBytes(goldenRecord(11)));
  });
});

describe('samples come out as they went in', () => {
  const SPECIAL = [
    0x7ff0000000000002n,
    0x7ff8000000000001n,
    0x8000000000000000n,
    0xfff0000000000000n,
  ];
  const bits = fc.oneof(fc.constantFrom(...SPECIAL), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
  const ref = fc.oneof(fc.nat(300), fc.nat(2 ** 30), fc.maxSafeNat());
  // Times whose differences stay within 2^53, the most that a decoder takes.
  const near = fc.integer({ min: -200, max: 200 });
  const far = fc.integer({ min: -(2 ** 51), max: 2 ** 51 });
  const time = fc.oneof(near, far);
  const startTime = fc.oneof(fc.constant(0), fc.constant(5), time);
  const rows = fc.array(fc.tuple(ref, time, startTime, bits), { maxLength: 40 });

  it('in version 1, but for the start times', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const batch = batchOf(all);
        const record = encoded(encodeSamples, batch);
        batch.startTimes.fill(0);
        expect(decodedTexts(record)).toEqual(texts(batch));
      }),
    );
  });

  it('in version 2', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const batch = batchOf(all);
        expect(decodedTexts(encoded(encodeSamplesV2, batch))).toEqual(texts(batch));
      }),
    );
  });

  it('a thousand times over, so that optimised code keeps the bits too', () => {
    const stale = Array.from({ length: 200 }, (_, i): Row => [i, i, i % 3, SPECIAL[i % 4]]);
    const batch = batchOf(stale);
    const record = encoded(encodeSamplesV2, batch);
    const again = new SampleBatch();
    for (let i = 0; i < 1000; i++) decodeSamples(record, again);
    expect(texts(again)).toEqual(texts(batch));
  });
});

describe('a sample record', () => {
  it('of the type byte alone has no samples', () => {
    expect(decodedTexts(Uint8Array.of(2))).toEqual([]);
    expect(decodedTexts(Uint8Array.of(11))).toEqual([]);
    expect(hexOfBytes(encoded(encodeSamples, new SampleBatch()))).toBe('02');
    expect(hexOfBytes(encoded(encodeSamplesV2, new SampleBatch()))).toBe('0b');
  });

  it('may stand anywhere in its buffer', () => {
    const record = encoded(
      encodeSamples,
      batchOf([
        [5, 6, 0, 7n],
        [1, 2, 0, 3n],
      ]),
    );
    const buffer = Buffer.concat([Buffer.alloc(3, 0xff), record, Buffer.alloc(40, 0xff)]);
    expect(decodedTexts(buffer.subarray(3, 3 + record.length))).toEqual(decodedTexts(record));
  });

  it.each(['encodeSamples', 'encodeSamplesV2'])(
    'cut off anywhere is a DecodeError, or ends between two samples (%s)',
    (name) => {
      const encode = name === 'encodeSamples' ? encodeSamples : encodeSamplesV2;
      const all = Array.from({ length: 12 }, (_, i): Row => [i * 90_000, 1e12 + i, 1e12 - i, 1n]);
      const record = encoded(encode, batchOf(all));
      const wanted = decodedTexts(record);
      let ends = 0;
      for (let length = 1; length < record.length; length++) {
        const batch = new SampleBatch();
        try {
          decodeSamples(record.subarray(0, length), batch);
          expect(texts(batch)).toEqual(wanted.slice(0, batch.count));
          ends++;
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }
      // Behind the type byte, behind each sample but the last; version 1 also before the first.
      expect(ends).toBe(name === 'encodeSamples' ? 13 : 12);
    },
  );

  const zeros = (count: number): string => '00'.repeat(count);
  const hostile: [string, string, RegExp][] = [
    ['a ref below zero', `02${zeros(16)}0100${zeros(8)}${zeros(40)}`, /series ref -1/],
    ['a ref of 2^60', `02${zeros(16)}8080808080808080${'20'}00${zeros(8)}`, /2\^53/],
    ['a first ref of 2^63', `0280${zeros(15)}0000${zeros(8)}`, /2\^53/],
    ['a time beyond 2^53', `02${zeros(8)}001fffffffffffff0002${zeros(8)}`, /time .* exceeds/],
    ['a varint without an end', `02${zeros(16)}${'ff'.repeat(30)}`, /exceeds 64 bits/],
    ['a first ref below zero', `0b010000${zeros(8)}`, /series ref -1/],
    [
      'refs that fall below zero',
      `0b000000${zeros(8)}010000${zeros(8)}${zeros(40)}`,
      /series ref -1/,
    ],
    [
      'a start time beyond 2^53',
      `0b0000feffffffffffff1f${zeros(8)}00000202${zeros(8)}`,
      /time .* exceeds/,
    ],
  ];
  it.each(hostile)('with %s is a DecodeError', (_, hex, message) => {
    const decode = (): void => decodeSamples(bytesOfHex(hex), new SampleBatch());
    expect(decode).toThrow(DecodeError);
    expect(decode).toThrow(message);
  });

  it('reads every start marker that it does not know as an explicit one, as Prometheus does', () => {
    const record = bytesOfHex(`0b000014${'00'.repeat(8)}02020704${'00'.repeat(8)}`);
    expect(decodedTexts(record)).toEqual([
      '0 at 0 since 10: 0000000000000000',
      '1 at 1 since 12: 0000000000000000',
    ]);
  });
});
