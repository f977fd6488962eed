/** The stale marker in columns of samples: told by its bits, which arithmetic loses. */
import { countNumbers, isInScratch } from '../kernel/step-kernel.js';
import type { Columns } from '../model/columns.js';

/** Upper and lower half of the stale marker, 0x7ff0000000000002 (model/value/value.go). */
const STALE_HIGH = 0x7ff00000;
const STALE_LOW = 0x00000002;

/** Whether `values[index]` is the stale marker. */
export function isStaleAt(values: Float64Array, index: number): boolean {
  // Fast path: almost no value is a NaN, and only a NaN can be stale.
  if (values[index] === values[index]) return false;
  const words = new Uint32Array(values.buffer, values.byteOffset + 8 * index, 2);
  return words[0] === STALE_LOW && words[1] === STALE_HIGH;
}

/** Whether a row is a stale marker: of floats or, by its sum, of histograms. */
export function isStaleRow(columns: Columns, row: number): boolean {
  const histogram = columns.histograms?.[row];
  if (histogram === undefined) return isStaleAt(columns.values, row);
  scratch[0] = histogram.sum;
  return isStaleAt(scratch, 0);
}

const scratch = new Float64Array(1);

/** Drops the stale markers in place: range vectors pass over them. */
export function dropStale(columns: Columns): void {
  const { values, count } = columns;
  // Fast path: no row moves before the first marker.
  let kept = isInScratch(columns) ? countNumbers(columns) : 0;
  while (kept < count && values[kept] === values[kept]) kept++;
  for (let row = kept; row < count; row++) {
    if (!isStaleRow(columns, row)) columns.moveRow(row, kept++);
  }
  columns.count = kept;
}

/** Drops the rows of histograms in place: for what takes floats only. */
export function dropHistogramRows(columns: Columns): void {
  const { histograms, count } = columns;
  if (histograms === null) return;
  let kept = 0;
  for (let row = 0; row < count; row++) {
    if (histograms[row] === undefined) columns.moveRow(row, kept++);
  }
  columns.count = kept;
  columns.histograms = null;
}
