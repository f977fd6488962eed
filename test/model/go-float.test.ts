import fc from 'fast-check';
import { formatG, formatJsonFloat, formatPlain, formatSeconds } from '../../model/go-float.js';

describe('formatG', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [1, '1'],
    [-1.5, '-1.5'],
    [999999, '999999'],
    [999999.5, '999999.5'],
    [1000000, '1e+06'],
    [-123456789, '-1.23456789e+08'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [0.000012345, '1.2345e-05'],
    [1e21, '1e+21'],
    [1e100, '1e+100'],
    [1.5e-300, '1.5e-300'],
    [5e-324, '5e-324'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [NaN, 'NaN'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
  ])('prints %d as Go does: %s', (value, text) => {
    expect(formatG(value)).toBe(text);
  });

  it("has JavaScript's shortest digits, and Go's exponent rule", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = formatG(value);
        expect(Number(text)).toBe(value);
        const [digits, exponent] = value.toExponential().split('e');
        const plain = Number(exponent) >= -4 && Number(exponent) < 6;
        expect(text.includes('e')).toBe(value !== 0 && !plain);
        expect(significant(text)).toBe(significant(digits));
        if (text.includes('e')) expect(text).toMatch(/e[+-]\d{2,3}$/);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('formatJsonFloat', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [1e6, '1000000'],
    [-1, '-1'],
    [-1e-7, '-1e-07'],
    [123456789012345680000, '123456789012345680000'],
    [1e21, '1e+21'],
    [0.000001, '0.000001'],
    [0.0000001, '1e-07'],
    [NaN, 'NaN'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
  ])("prints %d as Prometheus' API does: %s", (value, text) => {
    expect(formatJsonFloat(value)).toBe(text);
  });
});

describe('formatSeconds', () => {
  // Go: fmt.Sprintf("%.3f", float64(ms)/1000)
  it.each([
    [0, '0.000'],
    [5, '0.005'],
    [-5, '-0.005'],
    [60000, '60.000'],
    [1700215884373, '1700215884.373'],
    [-1700215884373, '-1700215884.373'],
    [8796093022208063, '8796093022208.062'],
    [8796093022208187, '8796093022208.188'],
    [9007199254740991, '9007199254740.990'],
    [-9007199254740991, '-9007199254740.990'],
  ])('prints %d ms as Go prints their seconds: %s', (ms, text) => {
    expect(formatSeconds(ms)).toBe(text);
  });

  it('is the integer with a point in it, through all times that a clock shows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e15 }), (ms) => {
        expect(
          formatSeconds(ms)
            .replace('.', '')
            .replace(/^0+(?=\d)/, ''),
        ).toBe(String(ms));
      }),
    );
  });
});

function significant(text: string): string {
  return text.replace(/e.*$/, '').replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '');
}

describe('formatPlain', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [1e-7, '0.0000001'],
    [-1.25e-7, '-0.000000125'],
    [1e21, '1000000000000000000000'],
    [1.2345e22, '12345000000000000000000'],
    [1.5, '1.5'],
    [NaN, 'NaN'],
    [-Infinity, '-Inf'],
  ])('prints %d without an exponent: %s', (value, text) => {
    expect(formatPlain(value)).toBe(text);
  });

  it('reads back as the same double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = formatPlain(value);
        expect(text).toMatch(/^-?[0-9]+(?:\.[0-9]+)?$/);
        expect(Number(text)).toBe(value);
      }),
    );
  });
});
