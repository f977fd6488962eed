/** The windows of range selectors, and rates over them, against a look at each step by itself. */
import fc from 'fast-check';
import { Columns } from '../../model/columns.js';
import { extrapolatedRate, RATE } from '../../promql/functions/rates.js';
import type { QueryContext } from '../../promql/query-context.js';
import { FLOAT, StepColumn } from '../../promql/step-column.js';
import { Windows } from '../../promql/window.js';

interface Case {
  readonly distances: readonly number[];
  readonly values: readonly number[];
  readonly interval: number;
  readonly range: number;
  readonly start: number;
}

const STEPS = 15;

function columnsOf({ distances, values }: Case): Columns {
  const columns = new Columns(distances.length);
  let time = 0;
  distances.forEach((distance, row) => {
    columns.times[row] = time += distance;
    columns.values[row] = values[row % values.length];
  });
  columns.commitFloats(distances.length);
  return columns;
}

function windowsOf({ interval, range, start }: Case): Windows {
  const shape = {
    grid: { start, interval, steps: STEPS, isInstant: false },
    range,
    offset: 0,
    at: null,
    reachBefore: 0,
    reachAfter: 0,
    isAnchored: false,
    isSmoothed: false,
  };
  // Neither windows nor rates of floats ask anything of the query around them.
  const context = {} as QueryContext;
  return new Windows({ shape, context, position: { start: 0, end: 0 }, args: [] });
}

/** The rate of one window, as Prometheus' engine writes it down (`extrapolatedRate`). */
function rateOf(
  times: readonly number[],
  values: readonly number[],
  one: Case,
  end: number,
): number {
  const last = times.length - 1;
  let result = values[last] - values[0];
  for (let i = 1; i <= last; i++) if (values[i] < values[i - 1]) result += values[i - 1];
  let toStart = (times[0] - (end - one.range)) / 1000;
  let toEnd = (end - times[last]) / 1000;
  const sampled = (times[last] - times[0]) / 1000;
  const average = sampled / last;
  const threshold = average * 1.1;
  if (toStart >= threshold) toStart = average / 2;
  if (result > 0 && values[0] >= 0) toStart = Math.min(toStart, sampled * (values[0] / result));
  if (toEnd >= threshold) toEnd = average / 2;
  return result * ((sampled + toStart + toEnd) / sampled / (one.range / 1000));
}

// Regular distances, irregular ones, and gaps.
const distance = fc.oneof(
  { weight: 8, arbitrary: fc.constant(10) },
  fc.integer({ min: 1, max: 30 }),
  fc.constant(200),
);
const cases: fc.Arbitrary<Case> = fc.record({
  distances: fc.array(distance, { maxLength: 60 }),
  values: fc.array(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant(1e9)), {
    minLength: 1,
    maxLength: 9,
  }),
  interval: fc.oneof(fc.constantFrom(10, 20, 30), fc.integer({ min: 1, max: 70 })),
  range: fc.constantFrom(1000, 2000, 40, 55),
  start: fc.integer({ min: -100, max: 300 }),
});

describe('windows', () => {
  it('hold the samples after their start and not after their end', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const samples = columnsOf(one);
        const windows = windowsOf(one);
        const most = windows.find(samples);
        const times = Array.from(samples.times.subarray(0, samples.count));
        let found = 0;
        for (let step = 0; step < STEPS; step++) {
          const end = one.start + step * one.interval;
          const within = times.filter((time) => time > end - one.range && time <= end);
          const { lows, highs } = windows;
          expect(times.slice(lows[step], highs[step])).toEqual(within);
          found = Math.max(found, within.length);
        }
        expect(most).toBe(found);
      }),
      { numRuns: 500 },
    );
  });

  it('have rates as Prometheus counts them, whether they are alike or not', () => {
    const rates = extrapolatedRate(RATE);
    fc.assert(
      fc.property(cases, (one) => {
        const samples = columnsOf(one);
        const windows = windowsOf(one);
        windows.find(samples);
        const out = new StepColumn(STEPS);
        rates(windows, out);
        for (let step = 0; step < STEPS; step++) {
          const rows = [windows.lows[step], windows.highs[step]] as const;
          const times = Array.from(samples.times.slice(...rows));
          const values = Array.from(samples.values.slice(...rows));
          expect(out.kinds[step] === FLOAT).toBe(times.length > 1);
          if (times.length < 2) continue;
          const end = one.start + step * one.interval;
          expect(out.values[step]).toBe(rateOf(times, values, one, end));
        }
      }),
      { numRuns: 500 },
    );
  });
});
