import fc from 'fast-check';
import { goQuote } from '../../model/go-quote.js';
import { toByteText } from '../../promql/byte-text.js';
import { scanString, unquote } from '../../promql/string-literal.js';

describe('a string literal', () => {
  it('says what was quoted, whatever that was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('\ufffd'));
        const literal = toByteText(goQuote(text));
        expect(scanString(`x${literal}y`, 1)).toBe(literal.length + 1);
        expect(unquote(literal)).toBe(text);
      }),
    );
  });

  it('in backquotes says itself', () => {
    expect(scanString('`\\n"\'`', 0)).toBe(6);
    expect(unquote('`\\n"\'`')).toBe('\\n"\'');
  });

  it('knows the escapes of Go, and the quote that it stands in', () => {
    expect(unquote('"\\a\\b\\f\\n\\r\\t\\v\\\\\\"\'"')).toBe('\x07\b\f\n\r\t\v\\"\'');
    expect(unquote("'\\''")).toBe("'");
    expect(unquote('"\\101\\x41\\u00e9\\U0001F600"')).toBe('AAé😀');
    expect(unquote('"\\xc3\\xa9\\xff"')).toBe('é\udcff');
  });

  it.each([
    ['"a', 'unterminated quoted string'],
    ['"a\n"', 'unterminated quoted string'],
    ['`a', 'unterminated raw string'],
    ['"\\q"', "unknown escape sequence U+0071 'q'"],
    ['"\\\'"', `unknown escape sequence U+0027 '''`],
    ['"\\xg0"', "illegal character U+0067 'g' in escape sequence"],
    ['"\\x0', 'escape sequence not terminated'],
    ['"\\', 'escape sequence not terminated'],
    ['"\\400"', 'escape sequence is an invalid Unicode code point'],
    ['"\\ud800"', 'escape sequence is an invalid Unicode code point'],
    ['"\\U00110000"', 'escape sequence is an invalid Unicode code point'],
    ['"\xff"', 'invalid UTF-8 rune'],
    ['`\xef\xbf\xbd`', 'invalid UTF-8 rune'],
  ])('%j is refused: %s', (literal, reason) => {
    expect(() => scanString(`..${literal}`, 2)).toThrow(`1:3: parse error: ${reason}`);
  });

  it('cut off anywhere is an error at its start', () => {
    const literal = '"a\\n\\x41\\u00e9\\\\ \\101"';
    for (let end = 1; end < literal.length; end++) {
      expect(() => scanString(`..${literal.slice(0, end)}`, 2)).toThrow(
        expect.objectContaining({ code: 'TSDB_PARSE', offset: 2 }),
      );
    }
  });
});
