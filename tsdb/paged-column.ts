/**
 * Columns that grow without moving: pages over shared memory, so that growing never copies and a
 * worker reads the pages it was given while we go on. The system lends a page's memory when it is
 * written, so that small columns stay small.
 */

const PAGE_SHIFT = 14;
/** Rows of a page. */
export const PAGE_ROWS = 1 << PAGE_SHIFT;
const ROW_MASK = PAGE_ROWS - 1;

/** What both kinds share; `at` and `set`, called for each row, see one kind of page only. */
abstract class PagedColumn<Page extends Uint32Array | Float64Array> {
  protected readonly pages: Page[] = noPages();

  /** Sets a row; there is room for all rows before it then. */
  abstract set(row: number, value: number): void;

  /** Sets the rows from `from` on. */
  setRows(from: number, values: Page): void {
    this.reserve(from + values.length);
    for (let done = 0; done < values.length;) {
      const row = from + done;
      const rows = Math.min(PAGE_ROWS - (row & ROW_MASK), values.length - done);
      this.pages[row >>> PAGE_SHIFT].set(values.subarray(done, done + rows), row & ROW_MASK);
      done += rows;
    }
  }

  /** Makes room for the rows before `end`. */
  abstract reserve(end: number): void;

  /** The pages, each of `PAGE_ROWS` rows: a copy of the list, not of them. */
  shared(): SharedArrayBuffer[] {
    return this.pages.map(({ buffer }) => buffer as SharedArrayBuffer);
  }

  sizeBytes(): number {
    return this.pages.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }
}

/**
 * An empty list that V8 takes for one of objects at once, as it would with the first page: what is
 * compiled before the second one comes stays good.
 */
function noPages<Page>(): Page[] {
  const pages: unknown[] = [null];
  pages.pop();
  return pages as Page[];
}

/** Integers from 0 to 2^32 - 1; rows that were never set are 0. */
export class U32Column extends PagedColumn<Uint32Array> {
  /** The value of a row that there is room for. */
  at(row: number): number {
    return this.pages[row >>> PAGE_SHIFT][row & ROW_MASK];
  }

  set(row: number, value: number): void {
    this.reserve(row + 1);
    this.pages[row >>> PAGE_SHIFT][row & ROW_MASK] = value;
  }

  /** Sets the first `count` of `rows`, for which there is room, to `values`, more by `added`. */
  setEach(rows: Uint32Array, values: Uint32Array, count: number, added = 0): void {
    const { pages } = this;
    for (let i = 0; i < count; i++) {
      pages[rows[i] >>> PAGE_SHIFT][rows[i] & ROW_MASK] = values[i] + added;
    }
  }

  /** Sets the first `count` of `rows`, for which there is room, to one value. */
  fillEach(rows: Uint32Array, value: number, count: number): void {
    const { pages } = this;
    for (let i = 0; i < count; i++) pages[rows[i] >>> PAGE_SHIFT][rows[i] & ROW_MASK] = value;
  }

  reserve(end: number): void {
    while (end > this.pages.length << PAGE_SHIFT) {
      this.pages.push(new Uint32Array(new SharedArrayBuffer(4 * PAGE_ROWS)));
    }
  }
}

/** Numbers; rows that were never set are 0. */
export class F64Column extends PagedColumn<Float64Array> {
  /** The value of a row that there is room for. */
  at(row: number): number {
    return this.pages[row >>> PAGE_SHIFT][row & ROW_MASK];
  }

  set(row: number, value: number): void {
    this.reserve(row + 1);
    this.pages[row >>> PAGE_SHIFT][row & ROW_MASK] = value;
  }

  /** Sets the first `count` of `rows`, for which there is room, to `values`. */
  setEach(rows: Uint32Array, values: Float64Array, count: number): void {
    const { pages } = this;
    for (let i = 0; i < count; i++) {
      pages[rows[i] >>> PAGE_SHIFT][rows[i] & ROW_MASK] = values[i];
    }
  }

  reserve(end: number): void {
    while (end > this.pages.length << PAGE_SHIFT) {
      this.pages.push(new Float64Array(new SharedArrayBuffer(8 * PAGE_ROWS)));
    }
  }
}
