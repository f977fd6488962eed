/** Runs that overlap become one, a sample a time. */
import fc from 'fast-check';
import { mergeColumns } from '../../chunks/merge.js';
import { STALE_NAN, isStaleAt } from '../../encoding/float-bits.js';
import { Columns } from '../../model/columns.js';
import { Heap } from '../../model/heap.js';
import { histogramOf } from '../support/histograms.js';

function run(times: number[], value: number): Columns {
  const columns = new Columns(4);
  for (const time of times) {
    columns.reserve(1);
    columns.times[columns.count] = time;
    columns.values[columns.count++] = value;
  }
  return columns;
}

function merged(...runs: Columns[]): [time: number, value: number][] {
  const into = new Columns();
  mergeColumns(runs, into);
  return [...into.times.subarray(0, into.count)].map((time, i) => [time, into.values[i]]);
}

describe('mergeColumns', () => {
  it('chains runs that follow one another', () => {
    expect(merged(run([1, 2], 1), run([], 0), run([3], 2))).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
    ]);
  });

  it('interleaves runs that overlap', () => {
    expect(merged(run([1, 4], 1), run([2, 3], 2)).map(([time]) => time)).toEqual([1, 2, 3, 4]);
  });

  it('keeps one sample of a time: a tie hands over to the other run', () => {
    // Prometheus' chain, worked through by hand: at each tie the first run goes back and the other
    // wins.
    expect(merged(run([1, 2, 3], 1), run([2, 3, 4], 2))).toEqual([
      [1, 1],
      [2, 2],
      [3, 2],
      [4, 2],
    ]);
  });

  it('keeps the bits of stale markers, start timestamps and nothing where they are unknown', () => {
    const stale = new Columns(2);
    stale.count = 2;
    stale.times.set([1, 3]);
    stale.values.set(STALE_NAN, 0);
    stale.withStartTimes()[1] = 2;
    const into = new Columns();
    mergeColumns([stale, run([2], 5)], into);
    expect(isStaleAt(into.values, 0)).toBe(true);
    expect([...(into.startTimes ?? []).slice(0, 3)]).toEqual([0, 0, 2]);
  });

  it('gives every time once, in order, whatever the runs', () => {
    const sorted = fc
      .uniqueArray(fc.integer({ min: 0, max: 40 }))
      .map((t) => t.sort((a, b) => a - b));
    fc.assert(
      fc.property(fc.array(sorted, { minLength: 1, maxLength: 5 }), (runs) => {
        const times = merged(...runs.map(run)).map(([time]) => time);
        expect(times).toEqual([...new Set(runs.flat())].sort((a, b) => a - b));
      }),
    );
  });

  it('chains runs that follow one another, in whatever order they are given', () => {
    const runs = [run([5, 6], 3), run([1, 2], 1), run([], 0), run([3], 2)];
    expect(merged(...runs)).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
      [5, 3],
      [6, 3],
    ]);
  });

  it('takes the sample that Prometheus takes at every tie, as one that steps by samples', () => {
    const sorted = fc
      .uniqueArray(fc.integer({ min: 0, max: 15 }), { minLength: 1 })
      .map((t) => t.sort((a, b) => a - b));
    fc.assert(
      fc.property(fc.array(sorted, { minLength: 1, maxLength: 4 }), (runs) => {
        expect(merged(...runs.map(run))).toEqual(stepped(runs));
      }),
    );
  });
});

/** The rule, a sample at a time: times with the number of the run that each came from. */
function stepped(runs: readonly number[][]): [time: number, run: number][] {
  const cursors = runs.map((times, number) => ({ times, number, row: 0 }));
  const timeOf = (cursor: { times: number[]; row: number }): number => cursor.times[cursor.row];
  const waiting = new Heap<(typeof cursors)[number]>((a, b) => timeOf(a) < timeOf(b));
  for (const cursor of cursors.slice(1)) waiting.push(cursor);
  const out: [number, number][] = [];
  let lastTime = NaN;
  let current = cursors[0];
  for (;;) {
    if (current.row >= current.times.length) {
      const next = waiting.pop();
      if (next === undefined) return out;
      current = next;
    } else if (timeOf(current) !== lastTime) {
      const next = waiting.peek();
      if (next !== undefined && timeOf(current) >= timeOf(next)) {
        waiting.push(current);
        current = waiting.pop() ?? current;
      }
    }
    if (timeOf(current) !== lastTime) {
      lastTime = timeOf(current);
      out.push([lastTime, current.number]);
    }
    current.row++;
  }
}

it('of a counter’s resets nothing is known where another run takes over', () => {
  const counters = (times: readonly number[], hint: 2 | 3): Columns => {
    const columns = new Columns();
    for (const time of times) {
      columns.pushHistogram(time, 0, histogramOf({ counterResetHint: hint }));
    }
    return columns;
  };
  const hints = (...runs: readonly Columns[]): number[] => {
    const into = new Columns();
    mergeColumns(runs, into);
    return (into.histograms ?? []).map((histogram) => histogram?.counterResetHint ?? -1);
  };
  expect(hints(counters([1, 2, 3], 2), counters([2, 5, 6], 2))).toEqual([0, 0, 0, 0, 2]);
  expect(hints(counters([1, 2], 2), counters([5, 6], 2))).toEqual([0, 2, 0, 2]);
  expect(hints(counters([1, 2], 3), counters([2, 6], 3))).toEqual([3, 3, 3]);
});
