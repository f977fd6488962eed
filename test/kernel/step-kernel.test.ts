/** The kernel's loops over steps against those in TypeScript, which define what they do. */
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { STEPS_MAX } from '../../kernel/kernel-module.js';
import { isInScratch, scratchColumns } from '../../kernel/step-kernel.js';
import { StepSums } from '../../kernel/step-sums.js';
import { Columns } from '../../model/columns.js';
import { Sum } from '../../promql/aggregations/sum.js';
import {
  DELTA,
  extrapolatedRate,
  INCREASE,
  RATE,
  type RateKind,
} from '../../promql/functions/rates.js';
import { fillInstant } from '../../promql/instant-steps.js';
import type { QueryContext } from '../../promql/query-context.js';
import { dropStale } from '../../promql/stale.js';
import { ABSENT, StepColumn } from '../../promql/step-column.js';
import { Windows } from '../../promql/window.js';
import { columnBits } from '../support/bits.js';

interface Case {
  readonly times: readonly number[];
  readonly values: readonly number[];
  readonly start: number;
  readonly interval: number;
  readonly range: number;
  readonly steps: number;
  /** Holds a stale marker. */
  readonly staleRow?: number;
}

/** Scraped in time, a little late, with gaps, or as it comes. */
const distances: fc.Arbitrary<number[]> = fc.oneof(
  fc
    .tuple(fc.constantFrom(1, 15, 1000, 15_000), fc.nat(80))
    .map(([distance, count]) => new Array<number>(count).fill(distance)),
  fc.array(fc.integer({ min: 14_970, max: 15_030 }), { maxLength: 60 }),
  fc.array(fc.constantFrom<number>(15_000, 15_000, 15_000, 60_000), { maxLength: 60 }),
  fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 60 }),
);

/** Counters far from zero and near it, with resets and without, and whatever a double may be. */
const values = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 1e6 }), fc.array(fc.nat(50), { minLength: 1 }))
    .map(([first, steps]) =>
      steps.map((_, i) => first + steps.slice(0, i).reduce((a, b) => a + b, 0)),
    ),
  fc.array(fc.nat(100), { minLength: 1 }),
  fc.array(fc.oneof(fc.constant(1e9), fc.nat(2000)), { minLength: 1 }),
  fc.array(fc.double(), { minLength: 1 }),
);

const cases: fc.Arbitrary<Case> = fc
  .record({
    first: fc.integer({ min: -1000, max: 1e6 }),
    distances,
    values,
    before: fc.integer({ min: -400_000, max: 400_000 }),
    interval: fc.constantFrom(0, 1, 7, 15, 30, 1000, 15_000, 30_000, 60_000, 7500, 14_999),
    range: fc.constantFrom(1, 30, 100, 15_000, 60_000, 300_000, 299_999, 67_108_863, 2 ** 33),
    steps: fc.integer({ min: 1, max: 70 }),
  })
  .map(({ first, distances, values, before, ...grid }) => {
    let time = first;
    const times = distances.map((distance) => (time += distance));
    return { ...grid, times, values, start: first + before };
  });

const STALE = new Float64Array(new BigUint64Array([0x7ff0000000000002n]).buffer);

function fill(columns: Columns, { times, values, staleRow = Infinity }: Case): Columns {
  columns.clear();
  columns.reserve(times.length);
  times.forEach((time, row) => {
    columns.times[row] = time;
    columns.values[row] = values[row % values.length];
  });
  if (staleRow < times.length) columns.values.set(STALE, staleRow);
  columns.commitFloats(times.length);
  return columns;
}

function windowsOf({ start, interval, range, steps }: Case): Windows {
  const shape = {
    grid: { start, interval: Math.max(1, interval), steps, isInstant: false },
    range,
    offset: 0,
    at: interval === 0 ? start : null,
    reachBefore: 0,
    reachAfter: 0,
    isAnchored: false,
    isSmoothed: false,
  };
  const context = {} as QueryContext;
  return new Windows({ shape, context, position: { start: 0, end: 0 }, args: [] });
}

interface Found {
  readonly most: number;
  readonly lows: number[];
  readonly highs: number[];
  readonly rates: (bigint | string | null)[][];
}

function found(one: Case, columns: Columns): Found {
  const samples = fill(columns, one);
  const windows = windowsOf(one);
  const most = windows.find(samples);
  expect(windows.isInKernel).toBe(isInScratch(samples));
  const lows = [...windows.lows];
  const highs = [...windows.highs];
  const rates = [RATE, INCREASE, DELTA].map((kind) => rateOf(windows, kind, one.steps));
  return { most, lows, highs, rates };
}

function rateOf(windows: Windows, kind: RateKind, steps: number): (bigint | string | null)[] {
  const out = new StepColumn(steps);
  extrapolatedRate(kind)(windows, out);
  const bits = columnBits(out.values, steps);
  const present = bits.filter((_, step) => out.kinds[step] !== ABSENT);
  expect(out.count).toBe(present.length);
  return bits.map((one, step) => {
    if (out.kinds[step] === ABSENT) return null;
    // Which NaN arithmetic gives is no one's business.
    return Number.isNaN(out.values[step]) ? 'NaN' : one;
  });
}

/** What an instant selector gives, to the bit. */
function instant(one: Case, lookbackMs: number, columns: Columns): (bigint | string | null)[] {
  const samples = fill(columns, one);
  const { start, interval, steps } = one;
  const out = new StepColumn(steps);
  fillInstant(samples, { start, interval, steps, lookbackMs }, out);
  const bits = columnBits(out.values, steps);
  const found = bits.map((each, step) => (out.kinds[step] === ABSENT ? null : each));
  expect(out.count).toBe(found.filter((each) => each !== null).length);
  return found;
}

/** Sums of several series, and what they have lost, to the bit. */
function summed(all: readonly Case[], lookbackMs: number, makeColumns: () => Columns): string[] {
  const [{ start, interval, steps }] = all;
  const view = { start, interval, steps, lookbackMs };
  const sum = new Sum(steps);
  const column = new StepColumn(steps);
  for (const [i, one] of all.entries()) {
    const samples = fill(makeColumns(), one);
    if (i % 2 === 0) {
      sum.addSamples(samples, view);
    } else {
      fillInstant(samples, view, column);
      sum.add(column);
    }
  }
  const out = new StepColumn(steps);
  sum.finish(out, 0, steps);
  sum.release();
  const quiet = (values: Float64Array): Float64Array =>
    values.map((value) => (value === value ? value : NaN));
  const texts = columnBits(quiet(out.values)).map(String);
  return texts.map((text, step) => (out.kinds[step] === ABSENT ? '-' : text));
}

const lookbacks = fc.constantFrom(1, 20, 15_000, 15_001, 40_000, 300_000);

describe('the kernel of steps', () => {
  it('finds what an instant selector gives as TypeScript does, to the bit', () => {
    const moving = cases.filter(({ interval }) => interval > 0);
    const property = fc.property(moving, lookbacks, fc.boolean(), (one, lookbackMs, isStale) => {
      const of = isStale ? { ...one, staleRow: one.times.length >> 1 } : one;
      const expected = instant(of, lookbackMs, new Columns());
      expect(instant(of, lookbackMs, scratchColumns())).toEqual(expected);
    });
    fc.assert(property, { numRuns: 3000 });
  });

  it('sums as TypeScript does, to the bit', () => {
    const moving = cases.filter(({ interval }) => interval > 0);
    const property = fc.property(
      fc.array(moving, { minLength: 1, maxLength: 5 }),
      lookbacks,
      (all, lookbackMs) => {
        const [{ interval, steps }] = all;
        const same = all.map((one) => ({ ...one, start: all[0].start, interval, steps }));
        const plain = jest.spyOn(StepSums, 'take').mockReturnValue(null);
        const expected = summed(same, lookbackMs, () => new Columns());
        plain.mockRestore();
        expect(summed(same, lookbackMs, scratchColumns)).toEqual(expected);
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });

  it('finds windows and rates as TypeScript does, to the bit', () => {
    const property = fc.property(cases, (one) => {
      expect(found(one, scratchColumns())).toEqual(found(one, new Columns(1)));
    });
    fc.assert(property, { numRuns: 3000 });
  });

  it('leaves what does not fit to TypeScript', () => {
    const one = { times: [1, 2, 3], values: [1], start: 2, interval: 1, range: 2 };
    const columns = fill(scratchColumns(), { ...one, steps: 1 });
    expect(isInScratch(columns)).toBe(true);
    const many = windowsOf({ ...one, steps: STEPS_MAX + 1 });
    expect(many.find(columns)).toBe(2);
    expect(many.isInKernel).toBe(false);
    columns.reserve(10 * columns.times.length);
    expect(isInScratch(columns)).toBe(false);
    expect([...columns.times.subarray(0, 3)]).toEqual([1, 2, 3]);
  });

  it('finds the first stale marker among numbers', () => {
    const any = fc.array(fc.oneof(fc.nat(), fc.constant(NaN), fc.constant('stale' as const)));
    const property = fc.property(any, (values) => {
      const kept = [scratchColumns(), new Columns()].map((columns) => {
        columns.clear();
        columns.reserve(values.length);
        values.forEach((value, row) => {
          columns.times[row] = row;
          if (value === 'stale') columns.values.set(STALE, row);
          else columns.values[row] = value;
        });
        columns.commitFloats(values.length);
        dropStale(columns);
        return [...columns.times.subarray(0, columns.count)];
      });
      expect(kept[0]).toEqual(kept[1]);
      const rows = values.flatMap((value, row) => (value === 'stale' ? [] : [row]));
      expect(kept[0]).toEqual(rows);
    });
    fc.assert(property);
  });
});
