import { HeadKernel } from '../../kernel/head-kernel.js';
import type { SampleRows } from '../../kernel/sample-rows.js';
import { LimitError } from '../../model/errors.js';
import { LentRows, type RowsOwner } from '../../tsdb/lent-rows.js';

/** A kernel that has memory for 40 columns, fewer than those after which lost ones are looked for. */
class SmallKernel extends HeadKernel {
  private room = 40;

  override rows(capacity: number): SampleRows {
    if (this.room === 0) throw new LimitError('memory of the head', 'full');
    this.room--;
    return super.rows(capacity);
  }

  override giveBack(rows: SampleRows): void {
    this.room++;
    super.giveBack(rows);
  }
}

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

  it('are taken back when all memory is lent, however seldom that is looked for', () => {
    const lent = new LentRows(new SmallKernel({ chunkRangeMs: 1000 }));
    let isGone = false;
    const owner: RowsOwner = { countRows: () => undefined };
    const ref = { deref: () => (isGone ? undefined : owner) } as unknown as WeakRef<RowsOwner>;
    const fill = (): void => {
      for (;;) lent.borrow(ref, 100);
    };
    expect(fill).toThrow(LimitError);
    isGone = true;
    expect(lent.borrow(ref, 100).capacity).toBe(128);
  });
});
