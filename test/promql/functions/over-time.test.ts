/** Functions over windows against the same function of each window by itself. */
import fc from 'fast-check';
import { Columns } from '../../../model/columns.js';
import { OVER_TIME } from '../../../promql/functions/over-time.js';
import { ABSENT, StepColumn } from '../../../promql/step-column.js';
import { run, windowsOf } from '../../support/windows.js';

const NUMBERS = fc.constantFrom(0, -0, 1, 2, 3, -5, 0.1, 0.25, 1e300, -1e300, NaN, Infinity);

/** All windows at once, and each by itself, must agree to the bit. */
function agrees(name: string, values: readonly number[], range: number): void {
  const all = run(OVER_TIME[name], values, { range, steps: values.length + 3 });
  for (let step = 0; step < all.steps; step++) {
    const low = Math.max(0, step - range + 1);
    const alone = values.slice(low, Math.min(step + 1, values.length));
    const one = new StepColumn(1);
    if (alone.length > 0) OVER_TIME[name](windowsOf(alone, { range: 1000, at: 500 }), one);
    expect(all.kinds[step]).toBe(alone.length === 0 ? ABSENT : one.kinds[0]);
    if (alone.length > 0 && !/^ts_/.test(name)) expect(all.values[step]).toBe(one.values[0]);
  }
}

describe('functions over time', () => {
  it.each(Object.keys(OVER_TIME).filter((name) => name !== 'quantile_over_time'))(
    '%s of all windows is that of each',
    (name) => {
      fc.assert(
        fc.property(
          fc.array(NUMBERS, { minLength: 1, maxLength: 25 }),
          fc.integer({ min: 1, max: 30 }),
          (values, range) => agrees(name, values, range),
        ),
      );
    },
  );

  it.each([
    ['sum_over_time', [1e100, 1, -1e100], 1],
    ['avg_over_time', [Number.MAX_VALUE, Number.MAX_VALUE], Number.MAX_VALUE],
    ['sum_over_time', [Infinity, 1], Infinity],
    ['stdvar_over_time', [1, 2, 3, 4], 1.25],
    ['stddev_over_time', [2, 4, 4, 4, 5, 5, 7, 9], 2],
    ['mad_over_time', [1, 1, 2, 2, 4, 6, 9], 1],
    ['mad_over_time', [1, NaN, 3], NaN],
    ['max_over_time', [NaN, -1, NaN], -1],
    ['min_over_time', [NaN, NaN], NaN],
    ['count_over_time', [NaN, 1], 2],
    ['first_over_time', [7, 8], 7],
    ['last_over_time', [7, 8], 8],
    ['ts_of_max_over_time', [1, 5, 5, 2], 0.002],
    ['ts_of_min_over_time', [1, 5, 1, 2], 0.002],
    ['ts_of_first_over_time', [1, 5], 0],
    ['ts_of_last_over_time', [1, 5], 0.001],
    ['present_over_time', [0], 1],
  ] as const)('%s of %p is %p', (name, values, result) => {
    const out = new StepColumn(1);
    OVER_TIME[name](windowsOf(values, { range: 1000, at: 500 }), out);
    expect(out.values[0]).toBe(result);
  });

  it('quantiles warn where they are none', () => {
    const windows = windowsOf([1, 2, 3, 4], { range: 1000, at: 500, args: [Float64Array.of(1.5)] });
    const out = new StepColumn(1);
    OVER_TIME.quantile_over_time(windows, out);
    expect(out.values[0]).toBe(Infinity);
    expect(windows.context.annotations.texts('x').warnings).toEqual([
      'PromQL warning: quantile value should be between 0 and 1, got 1.5 (1:1)',
    ]);
  });

  it('sums of whole numbers are taken of prefixes only where none is rounded', () => {
    const large = [2 ** 53, 1, 1, 1, 1, 1];
    agrees('sum_over_time', large, 6);
    agrees('avg_over_time', large, 6);
    expect(new Columns().count).toBe(0);
  });
});
