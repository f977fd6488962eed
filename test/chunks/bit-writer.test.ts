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
