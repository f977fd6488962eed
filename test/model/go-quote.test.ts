import { goQuote } from '../../model/go-quote.js';
import { decodeUtf8 } from '../../model/utf8.js';

describe('goQuote', () => {
  it.each([
    ['', '""'],
    ['plain text/1', '"plain text/1"'],
    ['say "hi" \\', '"say \\"hi\\" \\\\"'],
    ['\x07\b\f\n\r\t\v\x00\x1f\x7f', '"\\a\\b\\f\\n\\r\\t\\v\\x00\\x1f\\x7f"'],
    ['é клю́ч 😀 日本', '"é клю́ч 😀 日本"'],
    ['\u00a0\u00ad\u2028\ufeff', '"\\u00a0\\u00ad\\u2028\\ufeff"'],
    ['\ue000\u{e0001}\u{10ffff}', '"\\ue000\\U000e0001\\U0010ffff"'],
    ['\ufffd', '"\ufffd"'],
  ])('prints %j as Go does', (text, quoted) => {
    expect(goQuote(text)).toBe(quoted);
  });

  it("escapes what Go's Unicode 15 does not know, whatever this runtime's tables say", () => {
    expect(goQuote('\u{2ffc}\u{1c89}\u{323b0}\u{1fae9}')).toBe(
      '"\\u2ffc\\u1c89\\U000323b0\\U0001fae9"',
    );
    expect(goQuote('\u{2ffb}\u{1c88}\u{31350}\u{1fae8}')).toBe(
      '"\u{2ffb}\u{1c88}\u{31350}\u{1fae8}"',
    );
  });

  it('writes bytes that are no UTF-8 as themselves, each one', () => {
    const text = decodeUtf8(Uint8Array.of(0x61, 0xff, 0xed, 0xa0, 0x80, 0xc3));
    expect(goQuote(text)).toBe('"a\\xff\\xed\\xa0\\x80\\xc3"');
  });
});
