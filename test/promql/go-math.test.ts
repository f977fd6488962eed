/** Last digits: what Go 1.26 prints where JavaScript's own functions give a neighbour. */
import fc from 'fast-check';
import { goExp, goLog, goLog10, goLog2, goMax, goMin, goPow } from '../../promql/go-math.js';

describe("Go's mathematics", () => {
  it.each([
    [goExp, 1, 2.718281828459045],
    [goExp, -745.2, 0],
    [goExp, 710, Infinity],
    [goExp, -1e300, 0],
    [goExp, 0.1, 1.1051709180756477],
    [goLog, 10, 2.302585092994046],
    [goLog, -1, NaN],
    [goLog, 0, -Infinity],
    [goLog10, 1000, 3],
    [goLog10, 88.75, 1.9481683617271317],
    [goLog2, 8, 3],
    [goLog2, 2 ** -1074, -1074],
  ])('%p(%p) is %p', (of, value, result) => {
    expect(of(value)).toBe(result);
  });

  it.each([
    [2, 0.5, Math.SQRT2],
    [1, NaN, 1],
    [-1, Infinity, 1],
    [-8, 1 / 3, NaN],
    [2, -1074, 2 ** -1074],
    [10, 308, 1.0000000000000006e308],
    [0.5, 2 ** 70, 0],
    [NaN, 0, 1],
  ])('%p to the power of %p is %p', (base, exponent, result) => {
    expect(goPow(base, exponent)).toBe(result);
  });

  it('is as exact as JavaScript is, to the last places', () => {
    const close = (a: number, b: number): boolean =>
      Object.is(a, b) || Math.abs(a - b) <= 4e-16 * Math.max(Math.abs(a), Math.abs(b));
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 700, noNaN: true }), (value) => {
        expect(close(goExp(-value), Math.exp(-value))).toBe(true);
        expect(close(goExp(value), Math.exp(value))).toBe(true);
        expect(close(goLog(value), Math.log(value))).toBe(true);
      }),
    );
  });

  it('lets infinity win over NaN in extremes', () => {
    expect([goMax(NaN, Infinity), goMax(NaN, 1)]).toEqual([Infinity, NaN]);
    expect([goMin(-Infinity, NaN), goMin(1, 2)]).toEqual([-Infinity, 1]);
  });
});
