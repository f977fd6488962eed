import fc from 'fast-check';
import { BitReader, CHUNK_BYTES_MAX } from '../../chunks/bit-reader.js';
import { BitWriter } from '../../chunks/bit-writer.js';
import { DecodeError } from '../../model/errors.js';
import { bytesOfHex } from '../support/bits.js';

function reader(hex: string): BitReader {
  return new BitReader(bytesOfHex(hex));
}

/** The offset of the decode error that `read` throws. */
function thrownOffset(read: () => void): number {
  try {
    read();
  } catch (error) {
    if (error instanceof DecodeError) return error.offset;
  }
  throw new Error('no decode error was thrown');
}

describe('a bit reader', () => {
  it('reads fields most significant bit first', () => {
    const bits = reader('b5f0');
    expect([bits.bits(1), bits.bits(2), bits.bits(5), bits.bits(8)]).toEqual([1, 1, 0x15, 0xf0]);
    expect(bits.remainingBits).toBe(0);
  });

  it('reads any 32 bits at any position, at the end of the data too', () => {
    for (let skip = 1; skip < 8; skip++) {
      const bits = reader('0123456789');
      bits.bits(skip);
      expect(BigInt(bits.bits(32))).toBe((0x0123456789n >> BigInt(8 - skip)) & 0xffff_ffffn);
    }
  });

  it('counts ones up to a limit and consumes the zero behind fewer', () => {
    const bits = reader('eff0');
    expect([bits.ones(4), bits.ones(8), bits.ones(4)]).toEqual([3, 8, 0]);
    expect(bits.remainingBits).toBe(3);
    expect(() => bits.ones(8)).not.toThrow();
  });

  it('knows where a field begins that the data does not hold', () => {
    const bits = reader('ffffff');
    bits.bits(17);
    for (const read of [() => bits.bits(8), () => bits.wideBits(40), () => bits.uvarint()]) {
      expect(thrownOffset(read)).toBe(2);
    }
    expect(bits.bits(7)).toBe(0x7f);
  });

  it('reads only the range that it is given', () => {
    const bits = new BitReader(bytesOfHex('00ab00'), 1, 2);
    expect(bits.bits(8)).toBe(0xab);
    expect(() => bits.bits(1)).toThrow(DecodeError);
    expect(() => new BitReader(bytesOfHex('00'), 3)).toThrow(DecodeError);
    const huge = { length: CHUNK_BYTES_MAX + 1 } as Uint8Array;
    expect(() => new BitReader(huge)).toThrow(DecodeError);
  });

  it('refuses varints of more than 64 bits or than a double holds', () => {
    expect(reader('ffffffffffffff0f').uvarint()).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => reader('8080808080808010').uvarint()).toThrow('exceeds 2^53');
    expect(() => reader('ffffffffffffffffff02').varint()).toThrow('exceeds 64 bits');
    expect(() => reader('8080808080808080808000').uvarint()).toThrow('exceeds 64 bits');
    expect(reader('8100').uvarint()).toBe(1);
    expect(reader('fdffffffffffff1f').varint()).toBe(Number.MIN_SAFE_INTEGER);
    expect(() => reader('ffffffffffffff1f').varint()).toThrow('exceeds ±2^53');
  });
});

describe('what a bit writer wrote', () => {
  const field = fc.oneof(
    fc.record({
      kind: fc.constant('bits' as const),
      width: fc.integer({ min: 1, max: 32 }),
      value: fc.integer({ min: 0, max: 0xffff_ffff }),
    }),
    fc.record({
      kind: fc.constant('wide' as const),
      width: fc.integer({ min: 0, max: 64 }),
      value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    }),
    fc.record({ kind: fc.constant('uvarint' as const), value: fc.maxSafeNat() }),
    fc.record({ kind: fc.constant('varint' as const), value: fc.maxSafeInteger() }),
  );

  it('is read back, field by field', () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 30 }), (fields) => {
        const writer = new BitWriter();
        for (const { kind, ...rest } of fields) {
          if (kind === 'bits') {
            const { value, width } = rest as { value: number; width: number };
            writer.bits(value, width);
          } else if (kind === 'wide') {
            const { value, width } = rest as { value: bigint; width: number };
            writer.wideBits(Number(value >> 32n), Number(value & 0xffff_ffffn), width);
          } else writer[kind](rest.value as number);
        }
        const bits = new BitReader(writer.bytes());
        for (const wanted of fields) {
          if (wanted.kind === 'wide') {
            bits.wideBits(wanted.width);
            const got = (BigInt(bits.high >>> 0) << 32n) | BigInt(bits.low >>> 0);
            expect(got).toBe(BigInt.asUintN(wanted.width, wanted.value));
          } else if (wanted.kind === 'bits') {
            const { value, width } = wanted;
            expect(bits.bits(width)).toBe(width === 32 ? value : value % 2 ** width);
          } else expect(bits[wanted.kind]()).toBe(wanted.value);
        }
        expect(bits.remainingBits).toBeLessThan(8);
      }),
    );
  });
});
