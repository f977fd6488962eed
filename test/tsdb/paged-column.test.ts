import { F64Column, PAGE_ROWS, U32Column } from '../../tsdb/paged-column.js';

describe('a column of pages', () => {
  it('keeps what was set, in shared pages that never move', () => {
    const integers = new U32Column();
    const numbers = new F64Column();
    integers.set(0, 7);
    numbers.set(0, -1.5);
    const before = [integers.shared()[0], numbers.shared()[0]];
    integers.set(2 * PAGE_ROWS, 0xffff_ffff);
    numbers.set(PAGE_ROWS, 2 ** 60);
    expect([integers.at(0), integers.at(1), integers.at(2 * PAGE_ROWS)]).toEqual([
      7,
      0,
      2 ** 32 - 1,
    ]);
    expect([numbers.at(0), numbers.at(PAGE_ROWS)]).toEqual([-1.5, 2 ** 60]);
    expect([integers.shared()[0], numbers.shared()[0]]).toEqual(before);
    expect(integers.shared()).toHaveLength(3);
    expect([integers.sizeBytes(), numbers.sizeBytes()]).toEqual([12 * PAGE_ROWS, 16 * PAGE_ROWS]);
  });

  it('takes many rows at once, over the edges of its pages', () => {
    const length = 2 * PAGE_ROWS + 5;
    const integers = new U32Column();
    const numbers = new F64Column();
    integers.set(0, 7);
    integers.setRows(
      1,
      Uint32Array.from({ length }, (_, i) => i),
    );
    numbers.setRows(
      PAGE_ROWS - 1,
      Float64Array.from({ length }, (_, i) => i / 2),
    );
    for (const row of [0, 1, PAGE_ROWS - 1, PAGE_ROWS, length - 1]) {
      expect(integers.at(row + 1)).toBe(row);
      expect(numbers.at(PAGE_ROWS - 1 + row)).toBe(row / 2);
    }
    expect(integers.at(0)).toBe(7);
    integers.setRows(0, new Uint32Array(0));
    expect(integers.at(0)).toBe(7);
  });

  it('takes rows from anywhere at once, where there is room', () => {
    const rows = Uint32Array.of(PAGE_ROWS, 3, 2 * PAGE_ROWS - 1, 0);
    const integers = new U32Column();
    const numbers = new F64Column();
    integers.reserve(2 * PAGE_ROWS);
    numbers.reserve(2 * PAGE_ROWS);
    expect([integers.sizeBytes(), numbers.sizeBytes()]).toEqual([8 * PAGE_ROWS, 16 * PAGE_ROWS]);
    const read = (column: U32Column | F64Column): number[] =>
      [...rows].map((row) => column.at(row));
    integers.setEach(rows, Uint32Array.of(1, 2, 3, 4), 3, 100);
    expect(read(integers)).toEqual([101, 102, 103, 0]);
    integers.setEach(rows, Uint32Array.of(1, 2, 3, 4), 2);
    expect(read(integers)).toEqual([1, 2, 103, 0]);
    integers.fillEach(rows, 9, 3);
    expect(read(integers)).toEqual([9, 9, 9, 0]);
    numbers.setEach(rows, Float64Array.of(0.5, -1, Infinity, 4), 3);
    expect(read(numbers)).toEqual([0.5, -1, Infinity, 0]);
  });
});
