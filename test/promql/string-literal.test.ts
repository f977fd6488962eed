import fc from 'fast-check';
import { goQuote } from '../../model/go-quote.js';
import { readStringLiteral } from '../../promql/string-literal.js';

describe('a string literal', () => {
  it('says what was quoted, whatever that was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('\ufffd'));
        const literal = goQuote(text);
        expect(readStringLiteral(`x${literal}y`, 1)).toEqual({
          value: text,
          end: literal.length + 1,
        });
      }),
    );
  });

  it('in backquotes says itself', () => {
    expect(readStringLiteral('`\\n"\'`', 0)).toEqual({ value: '\\n"\'', end: 6 });
  });

  it('cut off anywhere is an error at its start', () => {
    const literal = '"a\\n\\x41\\u00e9\\\\ \\101"';
    for (let end = 1; end < literal.length; end++) {
      expect(() => readStringLiteral(`..${literal.slice(0, end)}`, 2)).toThrow(
        expect.objectContaining({ code: 'TSDB_SELECTOR', offset: 2 }),
      );
    }
  });
});
