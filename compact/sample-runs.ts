/**
 * Sorts any number of samples in bounded memory: by slice, in it by series in label order, in that
 * as they came. Rows are collected until `rowsMax`, sorted, and written to the spill file as a
 * run; each slice is then a few extents, one a run, which are merged when the slice is read.
 */
import {
  FileRows,
  OrderedRows,
  ROW_BYTES,
  RowBlock,
  RowCursor,
  type RowSource,
} from './sample-rows.js';
import type { SpillFile } from './spill-file.js';

/** What is kept in memory: 28 MB of rows, and 12 MB to sort them. */
const BUFFERED_ROWS_MAX = 2 ** 20;
const INITIAL_ROWS = 1024;
/** Rows go to the spill file in pieces. */
const WRITTEN_ROWS = 8192;
/** What the cursors of one slice hold together, unless each would have less than the least. */
const CURSOR_BYTES_MAX = 32 * 1024 * 1024;
const CURSOR_ROWS_MAX = 1024;
const CURSOR_ROWS_MIN = 32;

/** Neighbouring rows of one run that belong to one slice. */
interface Extent {
  /** Null: in the spill file. */
  readonly source: RowSource | null;
  readonly first: number;
  readonly count: number;
}

export class SampleRuns {
  private readonly spill: SpillFile;
  private readonly rowsMax: number;
  private buffer = new RowBlock(INITIAL_ROWS);
  private slices = new Uint32Array(INITIAL_ROWS);
  private count = 0;
  private spilledRows = 0;
  private readonly extents: Extent[][] = [];

  constructor(spill: SpillFile, rowsMax = BUFFERED_ROWS_MAX) {
    this.spill = spill;
    this.rowsMax = rowsMax;
  }

  /** Whether the next row needs a `spillRun` first. */
  get isFull(): boolean {
    return this.count === this.rowsMax;
  }

  /** Adds a row to a slice, which is a small number; the value is `value[0]`. */
  add(slice: number, series: number, time: number, value: Float64Array, line: number): void {
    if (this.count === this.buffer.capacity) this.grow();
    this.buffer.set(this.count, series, time, value, line);
    this.slices[this.count] = slice;
    this.count++;
  }

  /** Sorts what is in memory and writes it to the spill file; `ranks`: by series, its place. */
  spillRun(ranks: Uint32Array): void {
    const order = this.sortRows(ranks);
    const rows = new OrderedRows(this.buffer, order);
    const piece = new RowBlock(Math.min(WRITTEN_ROWS, this.count));
    for (let first = 0; first < this.count; first += WRITTEN_ROWS) {
      const count = Math.min(WRITTEN_ROWS, this.count - first);
      rows.readRows(first, count, piece);
      this.spill.write(piece.bytes.subarray(0, ROW_BYTES * count));
    }
    this.addExtents(order, null, this.spilledRows);
    this.spilledRows += this.count;
    this.count = 0;
  }

  /** All rows were added: what is in memory stays there, sorted. */
  finish(ranks: Uint32Array): void {
    const order = this.sortRows(ranks);
    this.addExtents(order, new OrderedRows(this.buffer, order), 0);
  }

  /** A slice's rows: cursors in the order of their runs, each sorted by the places given then. */
  cursors(slice: number): RowCursor[] {
    const extents = this.extents[slice];
    const share = Math.floor(CURSOR_BYTES_MAX / ROW_BYTES / extents.length);
    const capacity = Math.max(CURSOR_ROWS_MIN, Math.min(CURSOR_ROWS_MAX, share));
    return extents.map(({ source, first, count }) => {
      const rows = source ?? new FileRows(this.spill.open());
      return new RowCursor(rows, first, count, new RowBlock(Math.min(capacity, count)));
    });
  }

  private addExtents(order: Uint32Array, source: RowSource | null, base: number): void {
    for (let start = 0; start < order.length;) {
      const slice = this.slices[order[start]];
      let end = start + 1;
      while (end < order.length && this.slices[order[end]] === slice) end++;
      this.extents[slice] ??= [];
      this.extents[slice].push({ source, first: base + start, count: end - start });
      start = end;
    }
  }

  /** The rows by slice, then by their series' ranks, then as they came. */
  private sortRows(ranks: Uint32Array): Uint32Array {
    const { buffer, count } = this;
    const keys = new Uint32Array(count);
    for (let row = 0; row < count; row++) keys[row] = ranks[buffer.seriesAt(row)];
    const asTheyCame = new Uint32Array(count).map((_, row) => row);
    return sortStably(sortStably(asTheyCame, keys), this.slices);
  }

  private grow(): void {
    const capacity = Math.min(this.rowsMax, 2 * this.buffer.capacity);
    const buffer = new RowBlock(capacity);
    buffer.bytes.set(this.buffer.bytes);
    const slices = new Uint32Array(capacity);
    slices.set(this.slices);
    this.buffer = buffer;
    this.slices = slices;
  }
}

/** The rows of `order` by their small keys, equal ones as they stand: a counting sort. */
function sortStably(order: Uint32Array, keys: Uint32Array): Uint32Array {
  let greatest = 0;
  for (let i = 0; i < order.length; i++) greatest = Math.max(greatest, keys[i]);
  const ends = new Uint32Array(greatest + 2);
  for (let i = 0; i < order.length; i++) ends[keys[i] + 1]++;
  for (let key = 1; key < ends.length; key++) ends[key] += ends[key - 1];
  const sorted = new Uint32Array(order.length);
  for (const row of order) sorted[ends[keys[row]]++] = row;
  return sorted;
}
