/** Last digits: what Go 1.26 prints where JavaScript's own functions give a neighbour. */
import fc from 'fast-check';
import * as go from '../../promql/go-trigonometry.js';

const PAIRS: readonly (readonly [
  name: string,
  of: (value: number) => number,
  js: (value: number) => number,
])[] = [
  ['sin', go.goSin, Math.sin],
  ['cos', go.goCos, Math.cos],
  ['tan', go.goTan, Math.tan],
  ['asin', go.goAsin, Math.asin],
  ['acos', go.goAcos, Math.acos],
  ['atan', go.goAtan, Math.atan],
  ['sinh', go.goSinh, Math.sinh],
  ['cosh', go.goCosh, Math.cosh],
  ['tanh', go.goTanh, Math.tanh],
  ['asinh', go.goAsinh, Math.asinh],
  ['acosh', go.goAcosh, Math.acosh],
  ['atanh', go.goAtanh, Math.atanh],
];

describe("Go's trigonometry", () => {
  it.each([
    [go.goSin, -5.273838564074894, 0.8464842222687059],
    [go.goSin, -98.25, 0.7582519738110214],
    [go.goCos, -0.6928006423969288, 0.769460279638024],
    [go.goCos, 0.764879203746816, 0.7214660080479106],
    [go.goSin, -0, -0],
    [go.goAsinh, -0, -0],
    [go.goAtanh, -0, -0],
    [go.goAtanh, -1e-300, -1e-300],
    [go.goTan, Infinity, NaN],
  ])('%p(%p) is %p', (of, value, result) => {
    expect(of(value)).toBe(result);
  });

  it.each(PAIRS)('%s agrees with JavaScript but for the last places', (_, of, js) => {
    const check = (value: number): void => {
      const wanted = js(value);
      const got = of(value);
      if (!Number.isFinite(wanted)) expect(got).toBe(wanted);
      else
        expect(Math.abs(got - wanted)).toBeLessThanOrEqual(2e-13 * Math.max(1, Math.abs(wanted)));
    };
    fc.assert(fc.property(fc.double({ min: -20, max: 20, noNaN: true }), check));
    fc.assert(fc.property(fc.double({ min: -1, max: 1, noNaN: true }), check));
  });

  it('reduces large angles by all digits of π that matter', () => {
    for (const angle of [2 ** 29, 1e15, 1e22, 1e300, Number.MAX_VALUE]) {
      expect(go.goSin(angle)).toBeCloseTo(Math.sin(angle), 12);
      expect(go.goCos(-angle)).toBeCloseTo(Math.cos(angle), 12);
    }
  });

  it('finds the quadrant of an arc tangent', () => {
    expect(go.goAtan2(1, -1)).toBe((3 * Math.PI) / 4);
    expect(go.goAtan2(-1, -1)).toBe((-3 * Math.PI) / 4);
    expect(go.goAtan2(-0, -1)).toBe(-Math.PI);
    expect(go.goAtan2(Infinity, Infinity)).toBe(Math.PI / 4);
  });
});
