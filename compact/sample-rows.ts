/**
 * Samples of many series on their way to blocks, as rows of 24 bytes in memory or in a file:
 *
 *     time <f64> | value <f64> | series <u32> | line <u32>        in the machine's byte order
 */
import type { ByteSource } from '../disk/byte-source.js';
import { assert } from '../model/assert.js';

export const ROW_BYTES = 24;
const ROW_FLOATS = 3;
const ROW_WORDS = 6;
const SERIES_WORD = 4;
const LINE_WORD = 5;

/** Room for rows. */
export class RowBlock {
  readonly capacity: number;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  /** Row `i` has its time at `3 * i` of `times` and its value at `3 * i` of `values`. */
  readonly times: Float64Array;
  readonly values: Float64Array;

  constructor(capacity: number) {
    const buffer = new ArrayBuffer(ROW_BYTES * capacity);
    this.capacity = capacity;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.times = new Float64Array(buffer);
    this.values = this.times.subarray(1);
  }

  seriesAt(row: number): number {
    return this.words[ROW_WORDS * row + SERIES_WORD];
  }

  /** Fills a row; the value is `value[0]`. */
  set(row: number, series: number, time: number, value: Float64Array, line: number): void {
    this.times[ROW_FLOATS * row] = time;
    this.values[ROW_FLOATS * row] = value[0];
    this.words[ROW_WORDS * row + SERIES_WORD] = series;
    this.words[ROW_WORDS * row + LINE_WORD] = line;
  }

  /** Copies row `source` of `from` to row `row`, bits and all. */
  copy(row: number, from: RowBlock, source: number): void {
    for (let i = 0; i < ROW_WORDS; i++) {
      this.words[ROW_WORDS * row + i] = from.words[ROW_WORDS * source + i];
    }
  }
}

/** Where rows come from: numbered from 0. */
export interface RowSource {
  /** Copies rows `[first, first + count)` to the start of `into`. */
  readRows(first: number, count: number, into: RowBlock): void;
}

/** Rows of a block in another order: the i-th is row `order[i]`. */
export class OrderedRows implements RowSource {
  private readonly rows: RowBlock;
  private readonly order: Uint32Array;

  constructor(rows: RowBlock, order: Uint32Array) {
    this.rows = rows;
    this.order = order;
  }

  readRows(first: number, count: number, into: RowBlock): void {
    for (let i = 0; i < count; i++) into.copy(i, this.rows, this.order[first + i]);
  }
}

/** Rows of a file. */
export class FileRows implements RowSource {
  private readonly source: ByteSource;

  constructor(source: ByteSource) {
    this.source = source;
  }

  readRows(first: number, count: number, into: RowBlock): void {
    into.bytes.set(this.source.peek(ROW_BYTES * first, ROW_BYTES * count));
  }
}

/** Goes over some rows of a source, one after the other; stands on the first one from the start. */
export class RowCursor {
  /** Whether there is no current row any more. */
  isOver = false;
  /** Of the current row: its series and its line, and its index into `times` and `values`. */
  series = 0;
  line = 0;
  at = 0;
  readonly times: Float64Array;
  readonly values: Float64Array;
  private readonly source: RowSource;
  private readonly block: RowBlock;
  private nextRow: number;
  private readonly endRow: number;
  /** Of the block: the current row, and how many there are. */
  private row = 0;
  private rowCount = 0;

  /** Rows `[first, first + count)`, at least one; `block` is the cursor's from now on. */
  constructor(source: RowSource, first: number, count: number, block: RowBlock) {
    assert(count > 0, 'a cursor has a first row to stand on');
    this.source = source;
    this.block = block;
    this.times = block.times;
    this.values = block.values;
    this.nextRow = first;
    this.endRow = first + count;
    this.fill();
  }

  /** Goes on by one row. */
  next(): void {
    if (++this.row < this.rowCount) this.load();
    else if (this.nextRow < this.endRow) this.fill();
    else this.isOver = true;
  }

  /** The bits of the current value: its low half; the high one is behind it. */
  get valueWord(): number {
    return ROW_WORDS * this.row + 2;
  }

  get words(): Uint32Array {
    return this.block.words;
  }

  private fill(): void {
    this.row = 0;
    this.rowCount = Math.min(this.block.capacity, this.endRow - this.nextRow);
    this.source.readRows(this.nextRow, this.rowCount, this.block);
    this.nextRow += this.rowCount;
    this.load();
  }

  private load(): void {
    const { words } = this.block;
    this.at = ROW_FLOATS * this.row;
    this.series = words[ROW_WORDS * this.row + SERIES_WORD];
    this.line = words[ROW_WORDS * this.row + LINE_WORD];
  }
}
