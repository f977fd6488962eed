import fc from 'fast-check';
import { crc32c, crc32cOf } from '../../encoding/crc32c.js';

describe('CRC-32C', () => {
  it('has its check value', () => {
    const digits = Buffer.from('123456789');
    expect(crc32c(digits)).toBe(0xe3069283);
    expect(crc32cOf(digits, 0, 9)).toBe(0xe3069283);
  });

  it('goes on where it was left', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, at) => {
        expect(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at)))).toBe(crc32c(bytes));
      }),
    );
  });

  it('of a range is the same by table and by library', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.nat(300), (bytes, a, b) => {
        const start = Math.min(a, b, bytes.length);
        const end = Math.min(Math.max(a, b), bytes.length);
        expect(crc32cOf(bytes, start, end)).toBe(crc32c(bytes.subarray(start, end)));
      }),
    );
  });
});
