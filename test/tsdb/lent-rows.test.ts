import { HeadKernel } from '../../kernel/head-kernel.js';
import { LentRows, type RowsOwner } from '../../tsdb/lent-rows.js';

describe('lent rows', () => {
  it('are counted by their owner when others ask, and lent again when given back', () => {
    const kernel = new HeadKernel({ chunkRangeMs: 1000 });
    const lent = new LentRows(kernel);
    const owner: RowsOwner = {
      countRows: () => {
        rows.count = 3;
      },
    };
    const rows = lent.borrow(new WeakRef(owner), 10);
    expect([...lent.inUse()].map(({ count }) => count)).toEqual([3]);
    lent.giveBack(rows);
    expect([...lent.inUse()]).toEqual([]);
    expect(lent.borrow(new WeakRef(owner), 10)).toBe(rows);
  });

  it('are taken back from an owner that is gone', () => {
    const kernel = new HeadKernel({ chunkRangeMs: 1000 });
    const lent = new LentRows(kernel);
    const lost = { deref: () => undefined } as unknown as WeakRef<RowsOwner>;
    const rows = new Set(Array.from({ length: 64 }, () => lent.borrow(lost, 64)));
    const next = lent.borrow(lost, 64);
    expect(rows.has(next)).toBe(true);
    expect([...lent.inUse()]).toEqual([]);
  });
});
