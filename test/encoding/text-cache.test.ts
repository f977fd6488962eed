/** Equal texts share one string; no text is taken for another. */
import fc from 'fast-check';
import { TextCache } from '../../encoding/text-cache.js';
import { decodeUtf8 } from '../../model/utf8.js';

describe('a cache of texts', () => {
  it('gives what decoding gives, again and again, for any bytes', () => {
    const cache = new TextCache();
    const byte = fc.oneof(fc.constantFrom(0x61, 0xc3, 0xa9, 0xe9, 0xff, 0x80), fc.nat(255));
    const text = fc.oneof(
      fc.array(byte, { maxLength: 6 }).map((bytes) => Uint8Array.from(bytes)),
      fc.string({ unit: 'grapheme', maxLength: 200 }).map((one) => new TextEncoder().encode(one)),
    );
    fc.assert(
      fc.property(text, fc.nat(3), (bytes, offset) => {
        const buffer = Buffer.concat([Buffer.alloc(offset, 0x61), bytes, Buffer.alloc(3, 0x61)]);
        for (let round = 0; round < 2; round++) {
          const found = cache.text(buffer, offset, offset + bytes.length);
          expect(found).toBe(decodeUtf8(bytes));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('does not take the byte e9 for the character é, whose code that is', () => {
    const cache = new TextCache();
    const character = new TextEncoder().encode('é');
    expect(cache.text(character, 0, 2)).toBe('é');
    expect(cache.text(Uint8Array.of(0xe9), 0, 1)).toBe('\udce9');
    expect(cache.text(character, 0, 2)).toBe('é');
  });

  it('goes on being right when there are more texts than slots', () => {
    const cache = new TextCache();
    const wrong: number[] = [];
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 40_000; i++) {
        const bytes = Buffer.from(`text ${i}`);
        if (cache.text(bytes, 0, bytes.length) !== `text ${i}`) wrong.push(i);
      }
    }
    expect(wrong).toEqual([]);
  });
});
