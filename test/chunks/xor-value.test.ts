import fc from 'fast-check';
import { BitReader } from '../../chunks/bit-reader.js';
import { BitWriter } from '../../chunks/bit-writer.js';
import { XorReader, XorWriter } from '../../chunks/xor-value.js';
import { DecodeError } from '../../model/errors.js';
import { columnBits } from '../support/bits.js';

function written(values: readonly bigint[]): BitReader {
  const writer = new BitWriter();
  const xor = new XorWriter();
  values.forEach((value, i) => {
    const high = Number(value >> 32n) | 0;
    const low = Number(value & 0xffff_ffffn) | 0;
    if (i === 0) xor.writeFirst(writer, high, low);
    else xor.write(writer, high, low);
  });
  return new BitReader(writer.bytes());
}

function readAll(reader: BitReader, count: number): string[] {
  const column = new Float64Array(count);
  const words = new Uint32Array(column.buffer);
  const xor = new XorReader();
  for (let i = 0; i < count; i++) {
    if (i === 0) xor.readFirst(reader);
    else xor.read(reader);
    xor.storeAt(words, i);
  }
  return columnBits(column);
}

const anyBits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
/** Bits that differ in a few places only, so that windows are reused. */
const nearBits = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 56 }))
  .map(([byte, shift]) => 0x4008_0000_0000_0000n ^ (BigInt(byte) << BigInt(shift)));

describe('an XOR coded value', () => {
  it('comes back with all its bits', () => {
    const series = fc.array(fc.oneof(anyBits, nearBits), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(series, (values) => {
        const wanted = values.map((value) => value.toString(16).padStart(16, '0'));
        expect(readAll(written(values), values.length)).toEqual(wanted);
      }),
    );
  });

  it('with all 64 bits significant stores a zero for their number', () => {
    const values = [0n, 0x8000_0000_0000_0001n];
    const reader = written(values);
    reader.wideBits(64);
    expect([reader.bits(2), reader.bits(5), reader.bits(6)]).toEqual([0b11, 0, 0]);
    expect(readAll(written(values), 2)[1]).toBe('8000000000000001');
  });

  it('with more than 31 leading zeros stores 31', () => {
    const reader = written([0n, 1n]);
    reader.wideBits(64);
    expect([reader.bits(2), reader.bits(5), reader.bits(6)]).toEqual([0b11, 31, 33]);
    expect(readAll(written([0n, 1n]), 2)[1]).toBe('0000000000000001');
  });

  it('in a window that was never written has 64 bits, as Prometheus reads it', () => {
    const writer = new BitWriter();
    writer.wideBits(0, 5, 64);
    writer.bits(0b10, 2);
    writer.wideBits(0x10, 2, 64);
    expect(readAll(new BitReader(writer.bytes()), 2)[1]).toBe('0000001000000007');
  });

  it('in a window of more than 64 bits is refused', () => {
    const writer = new BitWriter();
    writer.bits(0b11, 2);
    writer.bits(31, 5);
    writer.bits(34, 6);
    writer.wideBits(0, 0, 64);
    const read = (): void => new XorReader().read(new BitReader(writer.bytes()));
    expect(read).toThrow(new DecodeError('window of 31 + 34 bits exceeds 64', 0));
  });
});
