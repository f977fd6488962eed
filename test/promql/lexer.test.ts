import fc from 'fast-check';
import { ParseError } from '../../model/errors.js';
import { Lexer } from '../../promql/lexer.js';

/** `type:text` of each token, the message of an error last. */
function tokens(text: string): string[] {
  const lexer = new Lexer(text);
  const found: string[] = [];
  try {
    for (;;) {
      lexer.next();
      if (lexer.type === 'end') return found;
      found.push(lexer.type === lexer.word ? lexer.word : `${lexer.type}:${lexer.text()}`);
    }
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return [...found, error.message];
  }
}

function check(text: string, want: readonly string[]): void {
  expect(tokens(text)).toEqual(want);
}

describe('the lexer', () => {
  it('knows keywords in any case outside braces only', () => {
    check('SUM by a:b Inf {sum}', [
      'aggregator:SUM',
      'keyword:by',
      'metric identifier:a:b',
      'number:Inf',
      '{',
      'identifier:sum',
      '}',
    ]);
  });

  it('knows fill only before a parenthesis', () => {
    check('fill fill (', [
      'identifier:fill',
      'keyword:fill',
      '(',
      '1:12: parse error: unclosed left parenthesis',
    ]);
  });

  it('takes the longest operator', () => {
    check('<= </ < >= >/ > == = != ^@', [
      ...'<= </ < >= >/ > =='.split(' ').map((operator) => `operator:${operator}`),
      '=',
      'operator:!=',
      'operator:^',
      '@',
    ]);
  });

  it('knows only durations behind a bracket, until a number', () => {
    check('[step() + 5m:1s]', [
      '[',
      'time word:step',
      '(',
      ')',
      'operator:+',
      'duration:5m',
      ':',
      'duration:1s',
      ']',
    ]);
    check('[foo', ['[', "1:2: parse error: unexpected character in duration expression: 'f'"]);
    check('[5m foo', [
      '[',
      'duration:5m',
      "1:5: parse error: unexpected character: 'f', expected ':'",
    ]);
    check('[#', ['[', "1:2: parse error: unexpected character in duration expression: '#'"]);
    check('[5m # c\n', ['[', 'duration:5m', '2:1: parse error: unclosed left bracket']);
  });

  it('reports some characters behind them', () => {
    check(')', ["1:2: parse error: unexpected right parenthesis ')'"]);
    check('[:', ['[', '1:3: parse error: unexpected colon before duration in duration expression']);
    check('[5m::', ['[', 'duration:5m', ':', "1:5: parse error: unexpected colon ':'"]);
    check(']', ["1:1: parse error: unexpected right bracket ']'"]);
    check('[5m[', ['[', 'duration:5m', "1:4: parse error: unexpected left bracket '['"]);
  });

  it('counts bytes', () => {
    check('"é" é', ['string:"é"', "1:6: parse error: unexpected character: 'é'"]);
    check('\udcff', ["1:1: parse error: unexpected character: '\ufffd'"]);
  });

  it('tells numbers from durations, and from what is neither', () => {
    check('5m 5 .5 5e3 0x1f 1h30m', [
      'duration:5m',
      'number:5',
      'number:.5',
      'number:5e3',
      'number:0x1f',
      'duration:1h30m',
    ]);
    check('0xfp1', ['1:1: parse error: bad number or duration syntax: "0xf"']);
    check('1h1', ['1:1: parse error: bad number or duration syntax: "1h1"']);
    check('5mé', ['duration:5m', "1:3: parse error: unexpected character: 'é'"]);
    check('5mx', ['1:1: parse error: bad number or duration syntax: "5mx"']);
    check('.', ["1:1: parse error: unexpected character: '.'"]);
  });

  it('comes to an end whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        expect(tokens(text).length).toBeLessThanOrEqual(2 * text.length + 1);
      }),
    );
  });
});
