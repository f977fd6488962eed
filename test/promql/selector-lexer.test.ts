import { SelectorLexer, type Token } from '../../promql/selector-lexer.js';

function tokens(text: string, isInBraces: boolean): string[] {
  const lexer = new SelectorLexer(text);
  const found: string[] = [];
  for (;;) {
    let token: Token;
    try {
      token = isInBraces ? lexer.nextInBraces() : lexer.next();
    } catch (error) {
      return [...found, (error as Error).message];
    }
    if (token.type === 'end') return found;
    found.push(`${token.type} ${token.text} ${token.offset}`);
  }
}

describe('the tokens of a selector', () => {
  it('outside braces are words of the language', () => {
    expect(tokens('up BY sum:x fill fill (', false)).toEqual([
      'identifier up 0',
      'keyword BY 3',
      'metric identifier sum:x 6',
      'identifier fill 12',
      'keyword fill 17',
      'punctuation ( 22',
    ]);
    expect(tokens('1.5e3 .5 1h30m >= nan', false)).toEqual([
      'number 1.5e3 0',
      'number .5 6',
      'duration 1h30m 9',
      'operator >= 15',
      'number nan 18',
    ]);
  });

  it('between braces are labels, strings and matching operators', () => {
    expect(tokens('by="a",x!~`b`}', true)).toEqual([
      'identifier by 0',
      'punctuation = 2',
      'string "a" 3',
      'punctuation , 6',
      'identifier x 7',
      'operator !~ 8',
      'string `b` 10',
      'punctuation } 13',
      'unexpected end of input inside braces',
    ]);
  });

  it('that are none are refused', () => {
    expect(tokens('\u{1f600}', false)).toEqual(["unexpected character: '\u{1f600}'"]);
    expect(tokens('5', true)).toEqual(["unexpected character inside braces: '5'"]);
    expect(tokens("'", true)).toEqual(['unterminated quoted string']);
  });
});
