/** Rows of samples: copied bit by bit, read in another order, and walked over block by block. */
import {
  FileRows,
  OrderedRows,
  ROW_BYTES,
  RowBlock,
  RowCursor,
} from '../../compact/sample-rows.js';
import { MemorySource } from '../../disk/byte-source.js';
import { STALE_NAN, wordsOf } from '../../encoding/float-bits.js';

/** Row i is of series 10 + i at time 100 + i with value i, from line 1000 + i. */
function block(count: number): RowBlock {
  const rows = new RowBlock(count);
  for (let i = 0; i < count; i++) rows.set(i, 10 + i, 100 + i, Float64Array.of(i), 1000 + i);
  return rows;
}

function walk(cursor: RowCursor): number[][] {
  const seen: number[][] = [];
  for (; !cursor.isOver; cursor.next()) {
    const { times, values, at, series, line } = cursor;
    seen.push([series, times[at], values[at], line]);
  }
  return seen;
}

const row = (i: number): number[] => [10 + i, 100 + i, i, 1000 + i];

it('a cursor walks over some rows, through a smaller block', () => {
  const rows = block(10);
  const order = Uint32Array.from([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  const reversed = new OrderedRows(rows, order);
  expect(walk(new RowCursor(reversed, 2, 5, new RowBlock(2)))).toEqual([7, 6, 5, 4, 3].map(row));
  expect(walk(new RowCursor(reversed, 9, 1, new RowBlock(1)))).toEqual([row(0)]);
});

it('rows of a file are those that were written', () => {
  const source = new MemorySource(block(10).bytes);
  expect(source.size).toBe(10 * ROW_BYTES);
  const cursor = new RowCursor(new FileRows(source), 3, 7, new RowBlock(3));
  expect(walk(cursor)).toEqual([3, 4, 5, 6, 7, 8, 9].map(row));
});

it('a value keeps its bits', () => {
  const rows = new RowBlock(2);
  rows.set(0, 1, 5, STALE_NAN, 1);
  rows.copy(1, rows, 0);
  const cursor = new RowCursor(new OrderedRows(rows, Uint32Array.of(1)), 0, 1, new RowBlock(1));
  const { words, valueWord } = cursor;
  expect([words[valueWord], words[valueWord + 1]]).toEqual([...wordsOf(STALE_NAN)]);
});
