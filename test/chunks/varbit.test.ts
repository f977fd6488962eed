import fc from 'fast-check';
import { BitReader } from '../../chunks/bit-reader.js';
import { BitWriter } from '../../chunks/bit-writer.js';
import {
  readVarbitHalves,
  readVarbitInt,
  readVarbitUint,
  writeVarbitInt,
  writeVarbitUint,
  writeVarbitWide,
} from '../../chunks/varbit.js';
import { DecodeError } from '../../model/errors.js';

/** The stream of a prefix of `ones` and the `width` bits of a field behind it. */
function stream(ones: number, value: bigint, width: number): BitReader {
  const writer = new BitWriter();
  writer.bits(2 ** ones - 1, ones);
  if (ones < 8) writer.bits(0, 1);
  writer.wideBits(Number((value >> 32n) & 0xffff_ffffn), Number(value & 0xffff_ffffn), width);
  return new BitReader(writer.bytes());
}

const BUCKETS = [
  [1, 3],
  [2, 6],
  [3, 9],
  [4, 12],
  [5, 18],
  [6, 25],
  [7, 56],
] as const;

describe('a varbit', () => {
  it('is zero in one bit', () => {
    expect(readVarbitInt(new BitReader(Uint8Array.of(0)))).toBe(0);
    expect(readVarbitUint(new BitReader(Uint8Array.of(0)))).toBe(0);
  });

  it.each(BUCKETS)('with %i ones leans to the positive in its %i bits', (ones, width) => {
    const half = 2n ** BigInt(width - 1);
    const halves = (value: bigint): bigint => {
      const reader = stream(ones, value, width);
      readVarbitHalves(reader);
      return (BigInt(reader.high) << 32n) | BigInt(reader.low >>> 0);
    };
    expect(halves(half)).toBe(half);
    expect(halves(half + 1n)).toBe(-half + 1n);
    expect(halves(2n * half - 1n)).toBe(-1n);
    expect(halves(1n)).toBe(1n);
  });

  it('of 64 bits is two’s complement', () => {
    expect(readVarbitInt(stream(8, 2n ** 64n - 5n, 64))).toBe(-5);
    expect(readVarbitInt(stream(8, 2n ** 53n - 1n, 64))).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('beyond ±2^53 is refused where it begins', () => {
    const beyond = [stream(8, 2n ** 53n, 64), stream(8, 2n ** 63n, 64), stream(7, 2n ** 54n, 56)];
    for (const reader of beyond) {
      expect(() => readVarbitInt(reader)).toThrow(new DecodeError('integer exceeds ±2^53', 0));
    }
    expect(() => readVarbitUint(stream(8, 2n ** 64n - 1n, 64))).toThrow('integer exceeds 2^53');
  });

  it('unsigned uses the same buckets as plain numbers', () => {
    expect(readVarbitUint(stream(1, 7n, 3))).toBe(7);
    expect(readVarbitUint(stream(6, 2n ** 25n - 1n, 25))).toBe(2 ** 25 - 1);
    expect(readVarbitUint(stream(7, 2n ** 52n, 56))).toBe(2 ** 52);
  });
});

describe('a written integer in buckets of bits', () => {
  /** How many bits it takes, and what is read back. */
  function written(write: (writer: BitWriter) => void): [bits: number, reader: BitReader] {
    const writer = new BitWriter();
    write(writer);
    writer.bits(1, 1);
    const bytes = writer.bytes();
    const bits =
      8 * bytes.length - 1 - (31 - Math.clz32(bytes[bytes.length - 1] & -bytes[bytes.length - 1]));
    return [bits, new BitReader(bytes)];
  }

  it('takes the smallest bucket that holds it', () => {
    const bitsOf = (value: number): number => written((writer) => writeVarbitInt(writer, value))[0];
    expect([0, 4, 5, -3, -4, 32, 33].map(bitsOf)).toEqual([1, 5, 9, 5, 9, 9, 13]);
    expect([131072, 131073, 16777216, 16777217, 2 ** 53].map(bitsOf)).toEqual([24, 32, 32, 64, 64]);
    const wideBits = (value: bigint): number =>
      written((writer) => writeVarbitWide(writer, value))[0];
    expect([2n ** 55n, 2n ** 55n + 1n, -(2n ** 55n) + 1n, -(2n ** 55n)].map(wideBits)).toEqual([
      64, 72, 64, 72,
    ]);
    const countBits = (value: number): number =>
      written((writer) => writeVarbitUint(writer, value))[0];
    expect([0, 7, 8, 2 ** 25 - 1, 2 ** 25].map(countBits)).toEqual([1, 5, 9, 32, 64]);
  });

  it('reads back', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeNat(), (signed, unsigned) => {
        const reader = written((writer) => {
          writeVarbitInt(writer, signed);
          writeVarbitUint(writer, unsigned);
          writeVarbitWide(writer, BigInt(signed));
        })[1];
        expect([readVarbitInt(reader), readVarbitUint(reader), readVarbitInt(reader)]).toEqual([
          signed,
          unsigned,
          signed,
        ]);
      }),
    );
  });

  it('reads back from its halves beyond 2^53', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const reader = written((writer) => writeVarbitWide(writer, value))[1];
        readVarbitHalves(reader);
        expect((BigInt(reader.high) << 32n) | BigInt(reader.low >>> 0)).toBe(value);
      }),
    );
  });
});
