import fc from 'fast-check';
import { parseNumber } from '../../promql/number-literal.js';

describe('a number', () => {
  it.each([
    ['0', 0],
    ['5', 5],
    ['010', 8],
    ['08', 8],
    ['07_7', 63],
    ['1_000.5', 1000.5],
    ['5.', 5],
    ['.5', 0.5],
    ['1e3', 1000],
    ['1E-2', 0.01],
    ['0x1F', 31],
    ['0X_1f', 31],
    ['0x7fffffffffffffff', 2 ** 63],
    ['9223372036854775808', 2 ** 63],
    // Octal beyond int64 is decimal after all.
    ['01777777777777777777777', 1.7777777777777778e21],
    ['Inf', Infinity],
    ['NAN', NaN],
    ['1e-999', 0],
  ])('%s is %d', (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });

  it.each(['0x', '0x_', '0xffffffffffffffffff', '1_', '07_', '1e', '1e+', '1.5e3.5'])(
    '%s is none',
    (text) => {
      expect(() => parseNumber(text)).toThrow(
        `error parsing number: strconv.ParseFloat: parsing "${text}": invalid syntax`,
      );
    },
  );

  it('may be too large', () => {
    expect(() => parseNumber('1e999')).toThrow('parsing "1e999": value out of range');
  });

  it('is the double that was printed', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseNumber(String(value))).toBe(value + 0);
      }),
    );
  });
});
