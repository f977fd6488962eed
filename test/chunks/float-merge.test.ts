/** Floats are merged as merge.ts merges them, bits and all. */
import fc from 'fast-check';
import { FloatMerger } from '../../chunks/float-merge.js';
import { mergeColumns } from '../../chunks/merge.js';
import { STALE_NAN } from '../../encoding/float-bits.js';
import { Columns } from '../../model/columns.js';
import { columnBits } from '../support/bits.js';

/** Runs one behind the other: sample i of run r has the value r + i / 1000. */
function columnsOf(runs: readonly (readonly number[])[]): { columns: Columns; bounds: number[] } {
  const columns = new Columns();
  const bounds = [0];
  runs.forEach((times, run) => {
    columns.reserve(times.length);
    times.forEach((time, i) => {
      columns.times[columns.count + i] = time;
      columns.values[columns.count + i] = run + i / 1000;
    });
    columns.commitFloats(times.length);
    bounds.push(columns.count);
  });
  return { columns, bounds };
}

function rows(columns: Columns): string[] {
  const bits = columnBits(columns.values, columns.count);
  return bits.map((value, row) => `${columns.times[row]}: ${value}`);
}

it('every tie is decided as among columns of their own, however many runs there are', () => {
  const sorted = fc
    .uniqueArray(fc.integer({ min: 0, max: 20 }), { minLength: 1 })
    .map((times) => times.sort((a, b) => a - b));
  const merger = new FloatMerger();
  fc.assert(
    fc.property(fc.array(sorted, { minLength: 1, maxLength: 40 }), (runs) => {
      const { columns, bounds } = columnsOf(runs);
      const into = new Columns(1);
      merger.merge(columns, bounds, into);
      const wanted = new Columns();
      const parts = runs.map((_, run) => {
        const part = new Columns();
        part.pushRows(columns, bounds[run], bounds[run + 1]);
        return part;
      });
      mergeColumns(parts, wanted);
      expect(rows(into)).toEqual(rows(wanted));
    }),
  );
});

it('values keep their bits, and what was there stays', () => {
  const { columns, bounds } = columnsOf([
    [1, 3],
    [2, 3],
  ]);
  columns.values.set(STALE_NAN, 2);
  const into = new Columns();
  into.pushRows(columns, 0, 1);
  new FloatMerger().merge(columns, bounds, into);
  const [one, three, stale] = columnBits(columns.values);
  expect(rows(into)).toEqual([`1: ${one}`, `1: ${one}`, `2: ${stale}`, `3: ${three}`]);
});
