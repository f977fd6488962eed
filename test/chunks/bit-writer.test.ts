import fc from 'fast-check';
import { BitReader } from '../../chunks/bit-reader.js';
import { BitWriter } from '../../chunks/bit-writer.js';
import { AssertionError } from '../../model/assert.js';
import { hexOfBytes } from '../support/bits.js';

describe('a bit writer', () => {
  it('packs fields and pads the last byte with zeros', () => {
    const writer = new BitWriter();
    writer.bits(0b1, 1);
    writer.bits(0b0101, 4);
    expect(hexOfBytes(writer.bytes())).toBe('a8');
    writer.bits(0xffff_ffff, 3);
    expect(writer.length).toBe(1);
    writer.wideBits(-1, 0x01020304, 40);
    expect(hexOfBytes(writer.bytes())).toBe('afff01020304');
  });

  it('takes only the low bits of a value, of negative ones too', () => {
    const writer = new BitWriter();
    writer.bits(-2, 4);
    writer.bits(0x1f5, 4);
    expect(hexOfBytes(writer.bytes())).toBe('e5');
  });

  it('writes varints as Go does', () => {
    const writer = new BitWriter();
    writer.uvarint(300);
    writer.varint(-1);
    writer.varint(64);
    writer.varint(Number.MAX_SAFE_INTEGER);
    writer.varint(Number.MIN_SAFE_INTEGER);
    expect(hexOfBytes(writer.bytes())).toBe(
      `${'ac02'}${'01'}${'8001'}${'feffffffffffff1f'}${'fdffffffffffff1f'}`,
    );
  });

  it('keeps what is written when it grows, and overwrites only what was', () => {
    const writer = new BitWriter();
    for (let i = 0; i < 1000; i++) writer.bits(i, 16);
    writer.setU16(2, 0xbeef);
    expect(hexOfBytes(writer.bytes().subarray(0, 8))).toBe('0000beef00020003');
    expect(() => writer.setU16(1999, 0)).toThrow(AssertionError);
  });
});

it('fields of any widths read back, after a clear too', () => {
  const field = fc.record({ value: fc.integer(), width: fc.integer({ min: 0, max: 32 }) });
  const writer = new BitWriter();
  fc.assert(
    fc.property(fc.array(field, { maxLength: 100 }), (fields) => {
      writer.clear();
      for (const { value, width } of fields) writer.bits(value, width);
      const bits = fields.reduce((sum, { width }) => sum + width, 0);
      expect(writer.length).toBe(Math.ceil(bits / 8));
      const reader = new BitReader(writer.bytes());
      for (const { value, width } of fields) {
        reader.wideBits(width);
        expect(reader.low >>> 0).toBe(Number(BigInt.asUintN(width, BigInt(value))));
      }
    }),
  );
});

it('a byte that waits to fill its word can be overwritten', () => {
  const writer = new BitWriter();
  writer.bits(0x0102, 16);
  writer.setU8(1, 0xff);
  writer.bits(0x03, 8);
  expect(hexOfBytes(writer.bytes())).toBe('01ff03');
});
