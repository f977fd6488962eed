import { BitReader } from '../../chunks/bit-reader.js';
import { BitWriter } from '../../chunks/bit-writer.js';
import { readVarbitHalves, readVarbitInt, readVarbitUint } from '../../chunks/varbit.js';
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
