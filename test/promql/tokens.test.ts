import {
  describeToken,
  isLabelName,
  isMetricName,
  startsExpression,
  type TokenType,
  WORDS,
} from '../../promql/tokens.js';

function wordsThat(test: (type: TokenType, word: string) => boolean): string[] {
  return [...WORDS.values()].filter(({ type, word }) => !test(type, word)).map(({ word }) => word);
}

describe('words', () => {
  it('may name metrics, but for some', () => {
    expect(wordsThat(isMetricName).sort()).toEqual(
      'atan2 bool group_left group_right ignoring inf nan on'.split(' '),
    );
  });

  it('may name labels, but for some', () => {
    expect(wordsThat(isLabelName).sort()).toEqual(['inf', 'nan', 'without']);
  });

  it('begin expressions where they may be metrics or numbers', () => {
    expect(startsExpression({ type: 'keyword', word: 'by' })).toBe(true);
    expect(startsExpression({ type: 'keyword', word: 'on' })).toBe(false);
    expect(startsExpression({ type: 'operator', word: '-' })).toBe(true);
    expect(startsExpression({ type: 'operator', word: '*' })).toBe(false);
  });
});

describe('a token in a message', () => {
  it.each<[TokenType, string, string]>([
    ['end', '', 'end of input'],
    ['identifier', 'a_rather_long_name', 'identifier "a_rather_long_name"'],
    ['metric identifier', 'a:b', 'metric identifier "a:b"'],
    ['string', '"a"', 'string "\\"a\\""'],
    ['string', '"0123456789"', 'string "\\"012345678"...'],
    ['number', '5', 'number "5"'],
    ['keyword', 'BY', '<BY>'],
    ['operator', '=~', '<op:=~>'],
    ['@', '@', '<op:@>'],
    ['aggregator', 'sum', '<aggr:sum>'],
    ['time word', 'start', '"start"'],
    ['(', '(', '"("'],
  ])('%s %s', (type, bytes, want) => {
    expect(describeToken(type, bytes)).toBe(want);
  });
});
