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

/** An owner, and a way to refer to it weakly that forgets it on demand. */
function mortal(countRows: () => void = () => undefined) {
  let isGone = false;
  const owner: RowsOwner = { countRows };
  const weaken = (): WeakRef<RowsOwner> =>
    ({ deref: () => (isGone ? undefined : owner) }) as unknown as WeakRef<RowsOwner>;
  return { owner, weaken, die: () => (isGone = true) };
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
    const rows = lent.borrow(owner, 10);
    const kept = lent.borrow(owner, 100);
    lent.keep(kept);
    // Twice: the second time the owner is held weakly.
    for (let i = 0; i < 2; i++) {
      expect(lent.inUse().map(({ count }) => count)).toEqual([3, 0]);
    }
    lent.giveBack(rows);
    expect(lent.inUse()).toEqual([kept]);
    expect(lent.borrow(owner, 10)).toBe(rows);
    lent.giveBack(kept);
    lent.giveBack(rows);
    expect(lent.inUse()).toEqual([]);
  });

  it('are taken back from an owner that is gone, unless they are kept', () => {
    const kernel = new HeadKernel({ chunkRangeMs: 1000 });
    const { owner, weaken, die } = mortal();
    const lent = new LentRows(kernel, weaken);
    const rows = new Set(Array.from({ length: 65 }, () => lent.borrow(owner, 64)));
    const kept = [...rows][7];
    lent.keep(kept);
    die();
    while (!rows.has(lent.borrow(owner, 64)));
    expect(lent.inUse()).toContain(kept);
  });

  it('are taken back when all memory is lent, however seldom that is looked for', () => {
    const { owner, weaken, die } = mortal();
    const lent = new LentRows(new SmallKernel({ chunkRangeMs: 1000 }), weaken);
    const fill = (): void => {
      for (;;) lent.borrow(owner, 100);
    };
    expect(fill).toThrow(LimitError);
    die();
    expect(lent.borrow(owner, 100).capacity).toBe(128);
  });
});
