/** The unchecked varints of the fast path, held against the checked reader. */
import fc from 'fast-check';
import { ByteReader } from '../../encoding/byte-reader.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { SHORT_VARINT_BYTES, VarintCursor } from '../../wal/varint-cursor.js';
import { bitsOf } from '../support/bits.js';

/** The greatest magnitude of a zigzag varint of four bytes. */
const SHORT_MAX = 2 ** 27 - 1;

describe('a cursor over short varints', () => {
  it('reads what the checked reader reads, byte for byte', () => {
    const value = fc.integer({ min: -SHORT_MAX - 1, max: SHORT_MAX });
    fc.assert(
      fc.property(fc.array(fc.oneof(value, fc.integer({ min: -70, max: 70 }))), (values) => {
        const out = new ByteWriter();
        for (const one of values) out.varint(one);
        const cursor = new VarintCursor(out.bytes(), 0);
        const reader = new ByteReader(out.bytes());
        for (const one of values) {
          expect(cursor.varint()).toBe(one);
          expect(reader.varint()).toBe(one);
          expect(cursor.offset).toBe(reader.offset);
        }
        expect(cursor.isLong).toBe(false);
      }),
    );
  });

  it.each([SHORT_MAX + 1, -SHORT_MAX - 2, 2 ** 52])('says that %d is long', (value) => {
    const out = new ByteWriter().varint(value).raw(new Uint8Array(SHORT_VARINT_BYTES));
    const cursor = new VarintCursor(out.bytes(), 0);
    cursor.varint();
    expect(cursor.isLong).toBe(true);
  });

  it('reads bytes and doubles where it stands', () => {
    const bytes = new ByteWriter().u8(9).u8(200).f64(-1.5).varint(-3).bytes();
    const cursor = new VarintCursor(bytes, 1);
    expect(cursor.u8()).toBe(200);
    expect(bitsOf(cursor.f64())).toBe(bitsOf(-1.5));
    expect(cursor.varint()).toBe(-3);
    expect(cursor.offset).toBe(bytes.length);
  });
});
