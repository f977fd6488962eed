/** Numbers in text: the same doubles as Go's, and the same refusals. */
import fc from 'fast-check';
import {
  DECIMAL_OK,
  DECIMAL_RANGE,
  DECIMAL_SYNTAX,
  formatOpenMetricsFloat,
  parseDecimal,
} from '../../encoding/decimal.js';
import { wordsOf } from '../../encoding/float-bits.js';

function parse(text: string): { status: number; value: number; words: number[] } {
  const into = new Float64Array(1);
  // Surrounded by digits that do not belong to it.
  const bytes = Buffer.from(`9${text}9`);
  const status = parseDecimal(bytes, 1, bytes.length - 1, into);
  return { status, value: into[0], words: [...wordsOf(into)] };
}

describe('a decimal', () => {
  it.each([
    ['0', 0],
    ['-0', -0],
    ['+1', 1],
    ['1.', 1],
    ['.5', 0.5],
    ['-12.75', -12.75],
    ['1e5', 1e5],
    ['1E+5', 1e5],
    ['25e-1', 2.5],
    ['0.1', 0.1],
    ['1700000000.123', 1700000000.123],
    ['9007199254740993', 9007199254740992],
    ['123456789012345678901234567890', 1.2345678901234568e29],
    ['0.00000000000000000000000000001', 1e-29],
    ['5e-324', 5e-324],
    ['1e-400', 0],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['inf', Infinity],
    ['+Inf', Infinity],
    ['-INFINITY', -Infinity],
  ])('%s is %d', (text, value) => {
    expect(parse(text)).toMatchObject({ status: DECIMAL_OK, value });
  });

  it.each(['', '+', '-', '.', '+.', 'e5', '1e', '1e+', '1.2.3', '--1', '1 ', ' 1', '1_0', '0x10'])(
    '%j is none',
    (text) => expect(parse(text).status).toBe(DECIMAL_SYNTAX),
  );

  it.each(['0x1p4', '+NaN', '-nan', 'infinit', 'Infinityy', '1f', '1\r', '1,5', '١'])(
    '%j is none either',
    (text) => expect(parse(text).status).toBe(DECIMAL_SYNTAX),
  );

  it.each(['1e309', '-1e999', '179769313486231580793728971405301e277'])(
    '%s is too large',
    (text) => {
      expect(parse(text).status).toBe(DECIMAL_RANGE);
    },
  );

  it.each(['NaN', 'nan', 'NAN'])('%s gets the bits that Prometheus stores', (text) => {
    expect(parse(text)).toMatchObject({ status: DECIMAL_OK, words: [1, 0x7ff80000] });
  });

  it('is the double that its digits are nearest to', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parse(String(value)).value).toBe(value + 0);
        expect(parse(value.toExponential(20)).value).toBe(value + 0);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0 }), fc.nat(10 ** 9), fc.boolean(), (whole, part, minus) => {
        const text = `${minus ? '-' : ''}${whole}.${part}`;
        expect(parse(text).value).toBe(Number(text));
      }),
    );
  });
});

describe('a bound of OpenMetrics', () => {
  it.each([
    [1, '1.0'],
    [0, '0.0'],
    [-0, '0.0'],
    [-1, '-1.0'],
    [2.5, '2.5'],
    [123456, '123456.0'],
    [1e6, '1e+06'],
    [1234567, '1.234567e+06'],
    [1e-4, '0.0001'],
    [1e-5, '1e-05'],
    [1.5e-7, '1.5e-07'],
    [1e100, '1e+100'],
    [NaN, 'NaN'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
  ])('%d is %s', (value, text) => expect(formatOpenMetricsFloat(value)).toBe(text));
});
