/** The rows of one slice, merged from several runs. */
import { OrderedRows, RowBlock, RowCursor } from '../../compact/sample-rows.js';
import { SeriesRows } from '../../compact/series-rows.js';

/** A run whose rows have these series; their lines begin at `line`. */
function run(line: number, ...series: number[]): RowCursor {
  const rows = new RowBlock(series.length);
  series.forEach((id, i) => rows.set(i, id, 0, Float64Array.of(0), line + i));
  const order = Uint32Array.from(series.keys());
  return new RowCursor(new OrderedRows(rows, order), 0, series.length, new RowBlock(2));
}

function merged(cursors: readonly RowCursor[], ranks: number[]): number[][] {
  const rows = new SeriesRows(cursors, Uint32Array.from(ranks));
  const seen: number[][] = [];
  while (rows.nextSeries()) {
    const lines = [rows.series];
    while (rows.nextRow()) lines.push(rows.cursor.line);
    seen.push(lines);
  }
  expect(rows.nextSeries()).toBe(false);
  return seen;
}

it('one run is given out as it is', () => {
  expect(merged([run(1, 2, 2, 0, 1)], [1, 2, 0])).toEqual([
    [2, 1, 2],
    [0, 3],
    [1, 4],
  ]);
});

it('a series that lies in several runs is read in their order', () => {
  const cursors = [run(1, 0, 0, 2), run(10, 1, 2, 2), run(20, 0, 1)];
  expect(merged(cursors, [0, 1, 2])).toEqual([
    [0, 1, 2, 20],
    [1, 10, 21],
    [2, 3, 11, 12],
  ]);
});
