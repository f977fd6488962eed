/** Integers from bytes that nobody vouches for, against BigInt. */
import fc from 'fast-check';
import { ByteReader } from '../../encoding/byte-reader.js';
import { wordsOf } from '../../encoding/float-bits.js';
import { DecodeError } from '../../model/errors.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** LEB128, seven bits a byte. */
function uvarintBytes(value: bigint): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80n; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  return [...bytes, Number(value)];
}

function varintBytes(value: bigint): number[] {
  return uvarintBytes(value < 0n ? -2n * value - 1n : 2n * value);
}

function reader(...bytes: number[]): ByteReader {
  return new ByteReader(Uint8Array.from(bytes));
}

/** Near zero, near 2^32, near 2^53, anywhere, and the extremes. */
const int64 = fc.oneof(
  fc.bigInt({ min: -200n, max: 200n }),
  fc.bigInt({ min: SAFE_MAX - 5n, max: SAFE_MAX + 5n }),
  fc.bigInt({ min: -SAFE_MAX - 5n, max: -SAFE_MAX + 5n }),
  fc.bigInt({ min: 2n ** 32n - 5n, max: 2n ** 32n + 5n }),
  fc.bigInt({ min: INT64_MIN, max: INT64_MAX }),
  fc.constantFrom(INT64_MIN, INT64_MAX),
);

function isSafe(value: bigint): boolean {
  return value >= -SAFE_MAX && value <= SAFE_MAX;
}

describe('variable integers', () => {
  it('are read exactly within 2^53, refused beyond', () => {
    fc.assert(
      fc.property(int64, (value) => {
        const signed = reader(...varintBytes(value));
        if (isSafe(value)) {
          expect(BigInt(signed.varint())).toBe(value);
          expect(signed.remaining).toBe(0);
        } else {
          expect(() => signed.varint()).toThrow('varint exceeds ±2^53');
        }
        const unsigned = reader(...uvarintBytes(BigInt.asUintN(64, value)));
        if (value >= 0n && isSafe(value)) {
          expect(BigInt(unsigned.uvarint())).toBe(value);
          expect(unsigned.remaining).toBe(0);
        } else {
          expect(() => unsigned.uvarint()).toThrow('varint exceeds 2^53');
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('are rounded where they are bounds, so that the extremes of int64 have a name', () => {
    fc.assert(
      fc.property(int64, (value) => {
        expect(reader(...varintBytes(value)).varint(false)).toBe(Number(value));
      }),
    );
    expect(reader(...varintBytes(INT64_MIN)).varint(false)).toBe(MIN_TIME);
    expect(reader(...varintBytes(INT64_MAX)).varint(false)).toBe(MAX_TIME);
  });

  it('are read in their longest form too, as Go reads them', () => {
    expect(reader(0x85, 0x80, 0x80, 0x00).uvarint()).toBe(5);
    expect(reader(...Array<number>(9).fill(0x80), 0x00).uvarint()).toBe(0);
    expect(reader(...Array<number>(9).fill(0x80), 0x00).varint()).toBe(0);
  });

  it.each([
    ['no byte', [], 'varint is cut off'],
    ['a cut one', [0x80, 0x80], 'varint is cut off'],
    ['eleven bytes', Array<number>(11).fill(0x80), 'varint is longer than 10 bytes'],
    ['all ones', Array<number>(20).fill(0xff), 'varint'],
  ])('are refused: %s', (_name, bytes, message) => {
    expect(() => reader(...bytes).uvarint()).toThrow(DecodeError);
    expect(() => reader(...bytes).uvarint()).toThrow(message);
    expect(() => reader(...bytes).varint()).toThrow(DecodeError);
  });

  it('are refused where the tenth byte has more than one bit', () => {
    const tooLarge = [...Array<number>(9).fill(0xff), 0x02];
    expect(() => reader(...tooLarge).varint(false)).toThrow('varint exceeds 64 bits');
    expect(() => reader(...tooLarge).uvarint()).toThrow('varint exceeds 2^53');
  });

  it('are refused at the byte at which they began', () => {
    const cut = reader(1, 2, 0x80);
    cut.skip(2);
    expect(() => cut.uvarint()).toThrow(expect.objectContaining({ offset: 2 }));
  });
});

describe('fixed integers', () => {
  it('are big-endian', () => {
    const input = reader(1, 2, 3, 4, 5, 6, 7, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
    expect(input.u8()).toBe(1);
    expect(input.u16()).toBe(0x0203);
    expect(input.u32()).toBe(0x04050607);
    expect(input.u64()).toBe(Number.MAX_SAFE_INTEGER);
    expect(input.remaining).toBe(0);
  });

  it('of 64 bits are exact within 2^53, refused or rounded beyond', () => {
    fc.assert(
      fc.property(int64, (value) => {
        const bytes = new Uint8Array(8);
        new DataView(bytes.buffer).setBigInt64(0, value);
        if (isSafe(value)) expect(BigInt(new ByteReader(bytes).i64())).toBe(value);
        else expect(() => new ByteReader(bytes).i64()).toThrow('integer exceeds ±2^53');
        expect(new ByteReader(bytes).i64(false)).toBe(Number(value));
        if (value >= 0n && isSafe(value)) {
          expect(BigInt(new ByteReader(bytes).u64())).toBe(value);
        } else {
          expect(() => new ByteReader(bytes).u64()).toThrow('integer exceeds 2^53');
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('floats', () => {
  it('keep the bits of a NaN into a typed array', () => {
    const column = new Float64Array(1);
    column[0] = reader(0x7f, 0xf0, 0, 0, 0, 0, 0, 2).f64();
    expect([...wordsOf(column)]).toEqual([2, 0x7ff00000]);
  });
});

describe('a range', () => {
  it('is never left', () => {
    const calls: ((input: ByteReader) => unknown)[] = [
      (input) => input.u8(),
      (input) => input.u16(),
      (input) => input.u32(),
      (input) => input.u64(),
      (input) => input.i64(),
      (input) => input.f64(),
      (input) => input.uvarint(),
      (input) => input.varint(),
      (input) => input.string(),
      (input) => input.takeBytes(3),
      (input) => input.skip(2),
      (input) => input.count(2, 'things'),
    ];
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 8, maxLength: 40 }),
        fc.nat(7),
        fc.nat(7),
        fc.array(fc.constantFrom(...calls), { maxLength: 20 }),
        (bytes, start, cut, reads) => {
          const end = Math.max(start, bytes.length - cut);
          const input = new ByteReader(bytes, start, end);
          for (const read of reads) {
            const before = input.offset;
            try {
              read(input);
            } catch (error) {
              expect(error).toBeInstanceOf(DecodeError);
              expect((error as DecodeError).offset).toBeGreaterThanOrEqual(before);
              expect((error as DecodeError).offset).toBeLessThanOrEqual(end);
            }
            expect(input.offset).toBeGreaterThanOrEqual(before);
            expect(input.offset).toBeLessThanOrEqual(end);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([4, -1, NaN, Infinity, 2 ** 53])('refuses to give %d of 3 bytes', (length) => {
    const input = reader(1, 2, 3);
    expect(() => input.takeBytes(length)).toThrow(DecodeError);
    expect(() => input.skip(length)).toThrow(DecodeError);
    expect(input.offset).toBe(0);
  });

  it('may begin in the middle of a buffer', () => {
    const input = new ByteReader(new Uint8Array(Uint8Array.of(9, 9, 0, 7, 9).buffer, 1, 3), 1);
    expect(input.u16()).toBe(7);
    expect(() => input.u8()).toThrow('wanted 1 bytes, 0 left');
  });
});

describe('text and counts', () => {
  it('are preceded by their length', () => {
    const input = reader(3, 0x61, 0xff, 0x62, 0);
    expect(input.string()).toBe('a\udcffb');
    expect(input.string()).toBe('');
  });

  it('of more than what follows are refused before anything is reserved', () => {
    expect(() => reader(...uvarintBytes(2n ** 40n), 0x61).string()).toThrow(DecodeError);
    const counts = reader(3, 0, 0, 0, 0);
    expect(() => counts.count(2, 'series')).toThrow('3 series do not fit in 4 bytes');
    expect(reader(2, 0, 0, 0, 0).count(2, 'series')).toBe(2);
  });
});
