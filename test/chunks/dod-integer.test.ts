import fc from 'fast-check';
import { BitReader } from '../../chunks/bit-reader.js';
import { BitWriter } from '../../chunks/bit-writer.js';
import { DodInteger, DodIntegerWriter } from '../../chunks/dod-integer.js';

/** A varbit of 64 bits. */
function writeWide(writer: BitWriter, value: bigint): void {
  writer.bits(0xff, 8);
  const bits = BigInt.asUintN(64, value);
  writer.wideBits(Number(bits >> 32n), Number(bits & 0xffff_ffffn), 64);
}

function valuesOf(values: readonly bigint[]): number[] {
  const writer = new BitWriter();
  let delta = 0n;
  values.forEach((value, i) => {
    if (i === 0) {
      const bits = BigInt.asUintN(64, value);
      writer.wideBits(Number(bits >> 32n), Number(bits & 0xffff_ffffn), 64);
      return;
    }
    writeWide(writer, value - values[i - 1] - delta);
    delta = value - values[i - 1];
  });
  const reader = new BitReader(writer.bytes());
  const integer = new DodInteger();
  return values.map((_, i) => {
    if (i === 0) {
      reader.wideBits(64);
      integer.setFirst(reader);
    } else integer.read(reader);
    return integer.value(reader);
  });
}

describe('an integer coded by the change of its delta', () => {
  it('comes back exactly within ±2^53, though the changes may need 55 bits', () => {
    const safe = fc.maxSafeInteger().map(BigInt);
    fc.assert(
      fc.property(fc.array(safe, { minLength: 1, maxLength: 20 }), (values) => {
        expect(valuesOf(values)).toEqual(values.map(Number));
      }),
    );
    const ends = [1n - 2n ** 53n, 2n ** 53n - 1n, 2n - 2n ** 53n, 2n ** 53n - 2n];
    expect(valuesOf(ends)).toEqual(ends.map(Number));
  });

  it('beyond ±2^53 is refused when it is asked for', () => {
    expect(() => valuesOf([0n, 2n ** 53n])).toThrow('integer exceeds ±2^53');
    expect(() => valuesOf([-(2n ** 63n)])).toThrow('integer exceeds ±2^53');
  });
});

it('what is written comes back, however far the values leap', () => {
  const near = fc.integer({ min: -100, max: 100 });
  const values = fc.array(fc.oneof(near, fc.maxSafeInteger()), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(values, ([first, ...others]) => {
      const writer = new BitWriter();
      const integer = new DodIntegerWriter();
      integer.setFirst(first);
      for (const value of others) integer.write(writer, value);
      const reader = new BitReader(writer.bytes());
      const read = new DodInteger();
      reader.high = Math.floor(first / 2 ** 32);
      reader.low = first | 0;
      read.setFirst(reader);
      for (const value of others) {
        read.read(reader);
        expect(read.value(reader)).toBe(value);
      }
    }),
  );
});
