import fc from 'fast-check';
import { decodeXor, readCount, XorAppender } from '../../chunks/xor.js';
import { BitWriter } from '../../chunks/bit-writer.js';
import { AssertionError } from '../../model/assert.js';
import { Columns } from '../../model/columns.js';
import { DecodeError } from '../../model/errors.js';
import { bytesOfHex, columnBits, hexOfBytes } from '../support/bits.js';
import { readVectors } from '../support/chunk-vectors.js';
import { xorChunk } from '../support/segment.js';
import { type Series, seriesArbitrary } from '../support/series.js';
import { describeShared } from '../support/shared.js';

function decoded(data: Uint8Array): Series {
  const columns = new Columns(1);
  decodeXor(data, columns);
  return {
    times: columns.times.slice(0, columns.count),
    values: columns.values.slice(0, columns.count),
  };
}

/** A chunk by hand: a count, then whatever `write` adds. */
function chunkOf(count: number, write: (writer: BitWriter) => void): Uint8Array {
  const writer = new BitWriter();
  writer.bits(count, 16);
  write(writer);
  return writer.bytes();
}

describe('an XOR chunk', () => {
  it('has the bytes of the specification', () => {
    const times = Float64Array.of(0, 15000, 30000, 45500);
    const values = Float64Array.of(1, 1.5, 1.5, 2);
    const { data } = xorChunk({ times, values });
    expect(hexOfBytes(data)).toBe('0004003ff00000000000009875d80c81f4c267ff80');
    const one = xorChunk({ times: Float64Array.of(10000), values: Float64Array.of(-3) });
    expect(hexOfBytes(one.data)).toBe('0001a09c01c008000000000000');
  });

  it('gives its samples back, bit for bit, whatever they are', () => {
    fc.assert(
      fc.property(seriesArbitrary(150), (series) => {
        const got = decoded(xorChunk(series).data);
        expect([...got.times]).toEqual([...series.times]);
        expect(columnBits(got.values)).toEqual(columnBits(series.values));
      }),
    );
  });

  it('codes every change of the step, at the edges of each width too', () => {
    const edges = [8192, 65536, 524288].flatMap((edge) => [edge, edge + 1, 1 - edge, -edge]);
    const dods = [...edges, 1e12, -1e12, 2 ** 52];
    const times = new Float64Array(dods.length + 2);
    times[1] = 1e7;
    dods.forEach((dod, i) => (times[i + 2] = 2 * times[i + 1] - times[i] + dod));
    const values = new Float64Array(times.length);
    expect([...decoded(xorChunk({ times, values }).data).times]).toEqual([...times]);
  });

  it('may end in the spare zero byte of Prometheus 2.55 and before', () => {
    const { times } = decoded(bytesOfHex('0001a09c01c00800000000000000'));
    expect([...times]).toEqual([10000]);
  });

  it('without samples is empty', () => {
    expect(decoded(Uint8Array.of(0, 0)).times.length).toBe(0);
  });

  it('refuses a count that its bits cannot hold before it makes room', () => {
    expect(() => decoded(bytesOfHex('ffff00'))).toThrow('65535 samples do not fit in 3 bytes');
    expect(() => readCount(Uint8Array.of(1))).toThrow(DecodeError);
  });

  it('refuses times and deltas that a double does not hold', () => {
    const value = (writer: BitWriter): void => writer.wideBits(0, 0, 64);
    const first = (time: number) => (writer: BitWriter) => (writer.varint(time), value(writer));
    const late = chunkOf(2, (writer) => {
      first(Number.MAX_SAFE_INTEGER)(writer);
      writer.uvarint(1);
      writer.bits(0, 1);
    });
    expect(() => decoded(late)).toThrow('time exceeds ±2^53');
    const steep = chunkOf(3, (writer) => {
      first(-9e15)(writer);
      writer.uvarint(Number.MAX_SAFE_INTEGER);
      writer.bits(0b0_1110, 5);
      writer.bits(5, 20);
      writer.bits(0, 8);
    });
    expect(() => decoded(steep)).toThrow('time delta exceeds ±2^53');
    const huge = chunkOf(3, (writer) => {
      first(0)(writer);
      writer.uvarint(1);
      writer.bits(0b0_1111, 5);
      writer.wideBits(0x7fff_ffff, 0, 64);
      writer.bits(0, 8);
    });
    expect(() => decoded(huge)).toThrow('integer exceeds ±2^53');
  });

  it('is appended to in order and within bounds only', () => {
    const appender = new XorAppender();
    const times = Float64Array.of(5, 4, 2 ** 53, NaN);
    appender.append(times, times, 0);
    for (const row of [1, 2, 3]) {
      expect(() => appender.append(times, times, row)).toThrow(AssertionError);
    }
    expect(appender.sampleCount).toBe(1);
  });
});

describeShared('golden XOR chunks', () => {
  it('encode to the same bytes', () => {
    let chunks = 0;
    for (const vector of readVectors().filter(({ num }) => num === 1)) {
      const times = Float64Array.from(vector.samples, ({ t }) => t);
      const values = new Float64Array(times.length);
      const view = new DataView(values.buffer);
      vector.samples.forEach(({ v }, i) => view.setBigUint64(8 * i, BigInt(`0x${v}`), true));
      expect(hexOfBytes(xorChunk({ times, values }).data)).toBe(vector.chunks[0]);
      chunks++;
    }
    expect(chunks).toBe(120);
  });
});
