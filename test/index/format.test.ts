import { crc32c } from '../../encoding/crc32c.js';
import {
  decodeHeader,
  decodeToc,
  encodeToc,
  endOfSeries,
  type Toc,
  TOC_BYTES,
} from '../../index/format.js';

const TOC: Toc = {
  symbols: 5,
  series: 0x26,
  labelIndices: 0x50,
  labelOffsetTable: 0xd4,
  postings: 0x8c,
  postingsOffsetTable: 0xf3,
};

describe("an index's header", () => {
  it('says which version it is', () => {
    const version = (byte: number) => decodeHeader(Uint8Array.of(0xba, 0xaa, 0xd7, 0, byte));
    expect([1, 2, 3].map(version)).toEqual([1, 2, 3]);
    for (const byte of [0, 4, 255]) {
      expect(() => version(byte)).toThrow(
        expect.objectContaining({ message: `unknown index version ${byte}`, offset: 4 }),
      );
    }
  });

  it('begins with the magic', () => {
    expect(() => decodeHeader(Uint8Array.of(0x85, 0xbd, 0x40, 0xdd, 1))).toThrow(
      'index magic is 0x85bd40dd, not 0xbaaad700',
    );
  });
});

describe('the table of contents', () => {
  it('is six offsets and their checksum', () => {
    const bytes = encodeToc(TOC);
    const fields = [5, 0x26, 0x50, 0xd4, 0x8c, 0xf3].map((n) => n.toString(16).padStart(16, '0'));
    const checksum = crc32c(Buffer.from(fields.join(''), 'hex'));
    expect(Buffer.from(bytes).toString('hex')).toBe(
      fields.join('') + checksum.toString(16).padStart(8, '0'),
    );
    expect(decodeToc(bytes, 400)).toEqual(TOC);
  });

  it('may lack sections, but has none outside the file', () => {
    const without = { ...TOC, labelIndices: 0 };
    expect(decodeToc(encodeToc(without), 400)).toEqual(without);
    for (const offset of [1, 4, 349, 2 ** 50]) {
      expect(() => decodeToc(encodeToc({ ...TOC, postings: offset }), 400)).toThrow(
        expect.objectContaining({ offset: 32, code: 'TSDB_DECODE' }),
      );
    }
  });

  it('with any bit flipped is refused', () => {
    const bytes = encodeToc(TOC);
    const accepted: number[] = [];
    for (let bit = 0; bit < 8 * TOC_BYTES; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3] ^= 1 << (bit & 7);
      try {
        decodeToc(damaged, 400);
        accepted.push(bit);
      } catch (error) {
        expect(error).toMatchObject({ code: 'TSDB_DECODE' });
      }
    }
    expect(accepted).toEqual([]);
  });

  it('says where the series end', () => {
    expect(endOfSeries(TOC, 400)).toBe(0x50);
    expect(endOfSeries({ ...TOC, labelIndices: 0 }, 400)).toBe(0x8c);
    expect(endOfSeries({ ...TOC, labelIndices: 0, postings: 0x26 }, 400)).toBe(0x26);
  });
});
