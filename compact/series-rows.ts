/** Merges the sorted rows of one slice: series by series in label order, each sample as it came. */
import type { RowCursor } from './sample-rows.js';

export class SeriesRows {
  /** The number of the current series. */
  series = 0;
  /** Stands on the current row. */
  cursor: RowCursor;
  private readonly cursors: readonly RowCursor[];
  private readonly ranks: Uint32Array;
  private index = 0;
  private isGivenOut = false;

  /** `cursors` come in the order of their rows' coming; `ranks` are the places of series. */
  constructor(cursors: readonly RowCursor[], ranks: Uint32Array) {
    this.cursors = cursors;
    this.ranks = ranks;
    this.cursor = cursors[0];
  }

  /** Goes on to the next series, when all rows of the current one were read. */
  nextSeries(): boolean {
    let least = Infinity;
    for (const cursor of this.cursors) {
      if (cursor.isOver || this.ranks[cursor.series] >= least) continue;
      least = this.ranks[cursor.series];
      this.series = cursor.series;
    }
    this.index = 0;
    return least < Infinity;
  }

  /** Goes on to the next row of the current series. */
  nextRow(): boolean {
    if (this.isGivenOut) this.cursor.next();
    for (; this.index < this.cursors.length; this.index++) {
      const cursor = this.cursors[this.index];
      if (cursor.isOver || cursor.series !== this.series) continue;
      this.cursor = cursor;
      this.isGivenOut = true;
      return true;
    }
    this.isGivenOut = false;
    return false;
  }
}
