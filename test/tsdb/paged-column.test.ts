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
});
