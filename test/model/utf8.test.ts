/** Label text keeps every byte, and sorts as the bytes do. */
import fc from 'fast-check';
import {
  compareBytes,
  compareUtf8,
  decodeUtf8,
  encodeUtf8,
  isValidUtf8,
  replaceInvalidUtf8,
} from '../../model/utf8.js';

/** Bytes that are often nearly UTF-8: pieces of text, cut sequences, stray bytes. */
const almostUtf8 = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }).map((text) => new TextEncoder().encode(text)),
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom(
        Uint8Array.of(0xed, 0xa0, 0x80), // a surrogate in UTF-8
        Uint8Array.of(0xc0, 0x80), // overlong
        Uint8Array.of(0xf4, 0x90, 0x80, 0x80), // above U+10FFFF
        Uint8Array.of(0xf0, 0x9f, 0x98), // cut
        Uint8Array.of(0xee, 0x80, 0x80), // U+E000
        Uint8Array.of(0xef, 0xbb, 0xbf), // a byte order mark
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

describe('label text', () => {
  it('gives back the bytes that it was made from, whatever they are', () => {
    fc.assert(
      fc.property(almostUtf8, (bytes) => {
        expect(Buffer.compare(encodeUtf8(decodeUtf8(bytes)), bytes)).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the text itself where the bytes are UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeUtf8(new TextEncoder().encode(text))).toBe(text);
        expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text));
        expect(isValidUtf8(text)).toBe(true);
        expect(replaceInvalidUtf8(text)).toBe(text);
      }),
    );
  });

  it('says where the bytes were no UTF-8', () => {
    fc.assert(
      fc.property(almostUtf8, (bytes) => {
        const decoder = new TextDecoder('utf-8', { fatal: true });
        let valid = true;
        try {
          decoder.decode(bytes);
        } catch (error) {
          expect(error).toHaveProperty('code', 'ERR_ENCODING_INVALID_ENCODED_DATA');
          valid = false;
        }
        expect(isValidUtf8(decodeUtf8(bytes))).toBe(valid);
      }),
      { numRuns: 1000 },
    );
  });

  function check(bytes: number[], want: string): void {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBe(want);
  }

  it('escapes each byte that belongs to no sequence, and keeps what follows', () => {
    check([0x61, 0xff, 0x62], 'a\udcffb');
    check([0xc3, 0xa9, 0xc3], 'é\udcc3');
    check([0xf0, 0x9f, 0x98, 0x80, 0x80], '\u{1f600}\udc80');
    check([0xed, 0xa0, 0x80], '\udced\udca0\udc80');
    check([0xc0, 0x80], '\udcc0\udc80');
    check([0xef, 0xbb, 0xbf, 0x61], '\ufeffa');
    check([], '');
  });

  it('is decoded from a part of the bytes', () => {
    expect(decodeUtf8(new TextEncoder().encode('a long text, then more'), 2, 6)).toBe('long');
    expect(decodeUtf8(Uint8Array.of(0x61, 0xff, 0xfe), 1, 2)).toBe('\udcff');
  });

  it('shows a regular expression one U+FFFD for each escaped byte', () => {
    expect(replaceInvalidUtf8('a\udcff\udc80\u{1f600}')).toBe('a\ufffd\ufffd\u{1f600}');
  });

  it('of a megabyte of stray bytes decodes without an exception for each', () => {
    const bytes = new Uint8Array(1 << 20).fill(0xff);
    expect(decodeUtf8(bytes)).toHaveLength(1 << 20);
  });
});

describe('the order of label texts', () => {
  it('is the order of their bytes', () => {
    fc.assert(
      fc.property(almostUtf8, almostUtf8, almostUtf8, (prefix, a, b) => {
        const x = new Uint8Array(Buffer.concat([prefix, a]));
        const y = new Uint8Array(Buffer.concat([prefix, b]));
        const want = Math.sign(Buffer.compare(x, y));
        expect(Math.sign(compareUtf8(decodeUtf8(x), decodeUtf8(y)))).toBe(want);
        expect(Math.sign(compareBytes(x, y))).toBe(want);
      }),
      { numRuns: 2000 },
    );
  });

  it('differs from the order of UTF-16 units above the surrogates', () => {
    expect('\uff5e' > '\u{1f600}').toBe(true);
    expect(compareUtf8('\uff5e', '\u{1f600}')).toBeLessThan(0);
    expect(compareUtf8('\u{1f600}', '\u{1f601}')).toBeLessThan(0);
    expect(compareUtf8('a', 'a')).toBe(0);
    expect(compareUtf8('a', 'ab')).toBeLessThan(0);
  });
});
