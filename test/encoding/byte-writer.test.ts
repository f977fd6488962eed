/** What is written is what is read, bit for bit. */
import fc from 'fast-check';
import { ByteReader } from '../../encoding/byte-reader.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { wordsOf } from '../../encoding/float-bits.js';
import { AssertionError } from '../../model/assert.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { decodeUtf8 } from '../../model/utf8.js';

/** One field: how it is written, how it is read, and its value. */
interface Field {
  readonly write: (out: ByteWriter) => unknown;
  readonly read: (input: ByteReader) => unknown;
  readonly want: unknown;
}

const safe = fc.maxSafeInteger();
const field: fc.Arbitrary<Field> = fc.oneof(
  fc
    .nat(0xff)
    .map((want): Field => ({ write: (out) => out.u8(want), read: (input) => input.u8(), want })),
  fc
    .nat(0xffff)
    .map((want): Field => ({ write: (out) => out.u16(want), read: (input) => input.u16(), want })),
  fc
    .nat(0xffff_ffff)
    .map((want): Field => ({ write: (out) => out.u32(want), read: (input) => input.u32(), want })),
  safe.map((want): Field => ({
    write: (out) => out.u64(want),
    read: (input) => input.i64(),
    want,
  })),
  safe.map((want): Field => ({
    write: (out) => out.varint(want),
    read: (input) => input.varint(),
    want,
  })),
  fc.maxSafeNat().map((want): Field => ({
    write: (out) => out.uvarint(want),
    read: (input) => input.uvarint(),
    want,
  })),
  fc
    .double({ noNaN: true })
    .map((want): Field => ({ write: (out) => out.f64(want), read: (input) => input.f64(), want })),
  fc.uint8Array({ maxLength: 300 }).map((bytes): Field => {
    const want = decodeUtf8(bytes);
    return { write: (out) => out.string(want), read: (input) => input.string(), want };
  }),
  fc.uint8Array({ maxLength: 300 }).map((want): Field => ({
    write: (out) => out.raw(want),
    read: (input) => new Uint8Array(input.takeBytes(want.length)),
    want,
  })),
);

describe('a byte writer', () => {
  it('writes what a byte reader reads', () => {
    const out = new ByteWriter(1);
    fc.assert(
      fc.property(fc.array(field, { maxLength: 30 }), (fields) => {
        out.clear();
        for (const { write } of fields) write(out);
        const input = new ByteReader(out.bytes());
        for (const { read, want } of fields) expect(read(input)).toEqual(want);
        expect(input.remaining).toBe(0);
        expect(out.length).toBe(input.end);
      }),
      { numRuns: 300 },
    );
  });

  function check(write: (out: ByteWriter) => unknown, want: string): void {
    const out = new ByteWriter();
    write(out);
    expect(Buffer.from(out.bytes()).toString('hex')).toBe(want);
  }

  it('writes the bytes that Prometheus writes', () => {
    check((out) => out.u16(0x0102).u32(0x03040506), '010203040506');
    check((out) => out.u8(9).u32s(Uint32Array.of(0x01020304, 0xfffefdfc)), '0901020304fffefdfc');
    // The checksum of 32 zeros, from RFC 3720.
    check((out) => out.u8(9).raw(new Uint8Array(32)).crc32cFrom(1), `09${'00'.repeat(32)}8a9136aa`);
    check(
      (out) => out.uvarint(0x7f).uvarint(0x80).uvarint(0x3fff).uvarint(0x4000),
      '7f8001ff7f808001',
    );
    check((out) => out.u64(-2), 'fffffffffffffffe');
    check((out) => out.u64(2 ** 63), '8000000000000000');
    check((out) => out.u64(MIN_TIME), '8000000000000000');
    check((out) => out.uvarint(300), 'ac02');
    check((out) => out.varint(-1).varint(1).varint(-64).varint(64), '01027f8001');
    check((out) => out.string('é'), '02c3a9');
    check((out) => out.f64(1), '3ff0000000000000');
  });

  it('writes the extremes of int64 as varints', () => {
    check((out) => out.varint(MIN_TIME), 'ffffffffffffffffff01');
    check((out) => out.varint(MAX_TIME), 'feffffffffffffffff01');
    for (const bound of [MIN_TIME, MAX_TIME, 2 ** 53, -(2 ** 53) - 2, 2 ** 52, -(2 ** 52)]) {
      const out = new ByteWriter().varint(bound);
      expect(new ByteReader(out.bytes()).varint(false)).toBe(bound);
    }
  });

  it('keeps the bits of a NaN', () => {
    const column = new Float64Array(1);
    wordsOf(column).set([2, 0x7ff00000]);
    check((out) => out.f64(column[0]), '7ff0000000000002');
  });

  it.each([
    ['u8', 256],
    ['u8', -1],
    ['u16', 65536],
    ['u32', 2 ** 32],
    ['u32', NaN],
    ['u64', 2 ** 64],
    ['u64', 0.5],
    ['uvarint', -1],
    ['uvarint', 2 ** 53],
    ['varint', 0.5],
    ['varint', 2 ** 64],
  ] as const)('refuses as a bug: %s(%d)', (method, value) => {
    expect(() => new ByteWriter()[method](value)).toThrow(AssertionError);
  });
});
