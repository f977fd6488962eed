/** Accumulators: by columns, straight from samples, and one step at a time, to the same bits. */
import fc from 'fast-check';
import {
  type Accumulator,
  Average,
  Count,
  Deviation,
  Extreme,
  Quantile,
} from '../../../promql/aggregations/accumulators.js';
import { Sum } from '../../../promql/aggregations/sum.js';
import { fillInstant, type InstantView, Runs } from '../../../promql/instant-steps.js';
import { ABSENT, StepColumn } from '../../../promql/step-column.js';
import { columnBits } from '../../support/bits.js';
import { series } from '../../support/queryable.js';

const VIEW: InstantView = { start: -3, interval: 7, steps: 24, lookbackMs: 25 };

const MAKERS: readonly (readonly [name: string, make: (steps: number) => Accumulator])[] = [
  ['sum', (steps) => new Sum(steps)],
  ['avg', (steps) => new Average(steps)],
  ['min', (steps) => new Extreme(steps, -1)],
  ['max', (steps) => new Extreme(steps, 1)],
  ['count', (steps) => new Count(steps, false)],
  ['group', (steps) => new Count(steps, true)],
  ['stddev', (steps) => new Deviation(steps, true)],
  ['stdvar', (steps) => new Deviation(steps, false)],
  ['quantile', (steps) => new Quantile(new Float64Array(steps).fill(0.4))],
];

function finished(accumulator: Accumulator, steps: number): StepColumn {
  const out = new StepColumn(steps);
  for (let step = 0; step < steps; step += 5)
    accumulator.finish(out, step, Math.min(steps, step + 5));
  return out;
}

/** Values and presence as texts; all NaNs are one. */
function texts({ kinds, values }: StepColumn): string[] {
  const bits = columnBits(values.map((value) => (value === value ? value : NaN)));
  return Array.from(kinds, (kind, i) => (kind === ABSENT ? '-' : bits[i]));
}

const value = fc.constantFrom(
  ...['1', '-0', '0', '0.1', '-7.25', '1e308', '-1e308', 'Inf', '-Inf', 'NaN', 'stale', '_', '3'],
);
const manySeries = fc.array(fc.array(value, { minLength: 1, maxLength: 20 }), {
  minLength: 1,
  maxLength: 8,
});

describe('accumulators', () => {
  it.each(MAKERS)('%s straight from samples is that of columns and of single steps', (_, make) => {
    fc.assert(
      fc.property(manySeries, (all) => {
        const byColumn = make(VIEW.steps);
        const bySamples = make(VIEW.steps);
        const byStep = Array.from({ length: VIEW.steps }, () => make(1));
        for (const values of all) {
          const { samples } = series({ n: 'a' }, values.join(' '), 10);
          const column = new StepColumn(VIEW.steps);
          fillInstant(samples, VIEW, column);
          byColumn.add(column);
          expect(bySamples.addSamples(samples, VIEW, new Runs())).toBe(column.count);
          byStep.forEach((one, step) => {
            const single = new StepColumn(1);
            if (column.kinds[step] !== ABSENT) single.setFloat(0, column.values[step]);
            one.add(single);
          });
        }
        const wanted = texts(finished(byColumn, VIEW.steps));
        expect(texts(finished(bySamples, VIEW.steps))).toEqual(wanted);
        expect(byStep.flatMap((one) => texts(finished(one, 1)))).toEqual(wanted);
      }),
    );
  });

  it.each([
    ['sum', [1e100, 1, -1e100], 1],
    ['sum', [-0, -0], 0],
    ['sum', [1.5e308, 1.5e308, -1.5e308], Infinity],
    ['sum', [Infinity, -Infinity], NaN],
    ['avg', [1.5e308, 1.5e308], 1.5e308],
    ['avg', [1, 2, 4], 7 / 3],
    ['max', [NaN, 3, 5], 5],
    ['min', [NaN, NaN], NaN],
    ['max', [-0, 0], -0],
    ['stdvar', [1, 2, 3, 4], 1.25],
    ['stddev', [Infinity], NaN],
    ['count', [NaN, 1], 2],
    ['group', [7, 8], 1],
    ['quantile', [1, 2, 3, 4, 5, 6], 3],
  ] as const)('%s of %p is %p', (name, values, result) => {
    const make = MAKERS.find(([known]) => known === name)?.[1];
    if (make === undefined) throw new Error(name);
    const accumulator = make(1);
    for (const one of values) {
      const column = new StepColumn(1);
      column.setFloat(0, one);
      accumulator.add(column);
    }
    expect(finished(accumulator, 1).values[0]).toBe(result);
  });
});
