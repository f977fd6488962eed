import fc from 'fast-check';
import { decodeUtf8 } from '../../model/utf8.js';
import {
  charAt,
  charLength,
  fromByteText,
  nameChar,
  quoteChar,
  toByteText,
} from '../../promql/byte-text.js';

describe('text as bytes', () => {
  it('is itself in ASCII', () => {
    expect(toByteText('up{a="b"}')).toBe('up{a="b"}');
  });

  it('has a character a byte', () => {
    expect(toByteText('é😀')).toBe('\xc3\xa9\xf0\x9f\x98\x80');
    expect(fromByteText('\xc3\xa9\xff')).toBe('é\udcff');
  });

  it('comes back as it was, stray bytes included', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = decodeUtf8(bytes);
        expect(fromByteText(toByteText(text))).toBe(text);
        expect(toByteText(text)).toHaveLength(bytes.length);
      }),
    );
  });

  it('is read character by character', () => {
    const bytes = toByteText('aé€😀\udcff');
    const chars: string[] = [];
    for (let at = 0; at < bytes.length; at += charLength(bytes, at)) chars.push(charAt(bytes, at));
    expect(chars).toEqual(['a', 'é', '€', '😀', '\ufffd']);
    expect(charAt(bytes, bytes.length)).toBe('');
    expect(charLength(bytes, bytes.length)).toBe(0);
  });

  it('has one character a byte where a sequence is cut off', () => {
    expect(charAt('\xf0\x9f', 0)).toBe('\ufffd');
    expect(charLength('\xf0\x9f', 0)).toBe(1);
  });
});

describe('a character in a message', () => {
  it('is quoted as Go does', () => {
    expect(["'", '"', 'é', '\n', ''].map(quoteChar)).toEqual([
      "'\\''",
      `'"'`,
      "'é'",
      "'\\n'",
      "'\ufffd'",
    ]);
  });

  it('is named as Go does', () => {
    expect(['q', '"', '\\', '\n', '😀'].map(nameChar)).toEqual([
      "U+0071 'q'",
      `U+0022 '"'`,
      "U+005C '\\'",
      'U+000A',
      "U+1F600 '😀'",
    ]);
  });
});
