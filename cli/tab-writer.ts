/**
 * Aligned columns as Go's `text/tabwriter` lays them out for promtool: every cell but a line's last
 * is padded to its column's width, which is the widest text plus the padding, and at least a
 * minimum.
 */
import { assert } from '../model/assert.js';

/** promtool's settings for `tsdb list`. */
const WIDTH_MIN = 13;
const PADDING = 2;

/** The lines of a table whose rows have equally many cells. Width counts code points. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    assert(row.length === rows[0].length, 'all rows of a table have equally many cells');
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? WIDTH_MIN, codePoints(cell) + PADDING);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, i) =>
        i === row.length - 1 ? cell : cell + ' '.repeat(widths[i] - codePoints(cell)),
      )
      .join(''),
  );
}

function codePoints(text: string): number {
  return Array.from(text).length;
}
