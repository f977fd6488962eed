import { parseError, positionOf } from '../../promql/parse-error.js';

describe('the place of an error', () => {
  it('is line and column from 1, in bytes', () => {
    expect(positionOf('abc', 0)).toBe('1:1');
    expect(positionOf('abc', 3)).toBe('1:4');
    expect(positionOf('a\n\xc3\xa9b', 4)).toBe('2:3');
  });

  it('is on the same line behind a carriage return', () => {
    expect(positionOf('a\rb', 2)).toBe('1:3');
  });

  it('is unknown in an empty text', () => {
    expect(positionOf('', 0)).toBe('unknown position');
  });

  it('stands before the reason', () => {
    expect(parseError('a b', 2, 'no')).toMatchObject({
      code: 'TSDB_PARSE',
      offset: 2,
      message: '1:3: parse error: no',
    });
  });
});
