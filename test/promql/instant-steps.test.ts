/** Instant selectors against a look-up of each step by itself. */
import fc from 'fast-check';
import type { Columns } from '../../model/columns.js';
import {
  fillInstant,
  fillInstantTimes,
  firstAfter,
  type InstantView,
} from '../../promql/instant-steps.js';
import { isStaleRow } from '../../promql/stale.js';
import { ABSENT, StepColumn } from '../../promql/step-column.js';
import { series } from '../support/queryable.js';

/** Steps as texts; `-` where there is none. */
function texts(column: StepColumn): string[] {
  return Array.from(column.kinds, (kind, i) => (kind === ABSENT ? '-' : String(column.values[i])));
}

/** What each step gives: the last sample within the lookback. */
function naive(samples: Columns, view: InstantView): string[] {
  return Array.from({ length: view.steps }, (_, step) => {
    const time = view.start + step * view.interval;
    let row = samples.count - 1;
    while (row >= 0 && samples.times[row] > time) row--;
    if (row < 0 || samples.times[row] <= time - view.lookbackMs) return '-';
    return isStaleRow(samples, row) ? '-' : String(samples.values[row]);
  });
}

function fill(samples: Columns, view: InstantView): StepColumn {
  const out = new StepColumn(view.steps);
  fillInstant(samples, view, out);
  return out;
}

describe('instant selectors', () => {
  const { samples } = series({ n: 'a' }, '1 2 stale _ 5 NaN', 10);

  it('take the last sample that is younger than the lookback', () => {
    const view = { start: -5, interval: 5, steps: 16, lookbackMs: 15 };
    expect(texts(fill(samples, view)).join(' ')).toBe('- 1 1 2 2 - - - - 5 5 NaN NaN NaN - -');
  });

  it('give what looking up each step gives', () => {
    const text = fc.constantFrom('1', '-0', 'stale', '_', 'NaN', '2.5');
    const views = fc.record({
      start: fc.integer({ min: -50, max: 120 }),
      interval: fc.integer({ min: 1, max: 40 }),
      steps: fc.integer({ min: 1, max: 20 }),
      lookbackMs: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), views, (values, view) => {
        const one = series({ n: 'a' }, values.join(' ') || '_', 10).samples;
        const filled = fill(one, view);
        expect(texts(filled)).toEqual(naive(one, view));
        expect(filled.count).toBe(naive(one, view).filter((value) => value !== '-').length);
      }),
    );
  });

  it("give samples' times instead of values, and one moment for all steps", () => {
    const out = new StepColumn(3);
    const view = { start: 12, interval: 0, steps: 3, lookbackMs: 15 };
    fillInstantTimes(samples, view, 'milliseconds', out);
    expect(texts(out)).toEqual(['10', '10', '10']);
    expect(texts(fill(samples, view))).toEqual(['2', '2', '2']);
  });

  it('count what is not after a time', () => {
    const times = Float64Array.of(0, 10, 10, 20, 99);
    expect([-1, 0, 10, 19, 20].map((time) => firstAfter(times, 4, time))).toEqual([0, 1, 3, 3, 4]);
  });
});
