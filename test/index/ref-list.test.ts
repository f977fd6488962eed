import fc from 'fast-check';
import { RefList } from '../../index/ref-list.js';
import { atOnce } from '../../model/steps.js';

describe('a list of refs', () => {
  it('is sorted, whatever order refs come in, beyond 32 bits too', () => {
    const ref = fc.oneof(fc.nat(50), fc.integer({ min: 2 ** 32 - 3, max: 2 ** 32 + 3 }));
    fc.assert(
      fc.property(fc.uniqueArray(ref), fc.func(fc.boolean()), (refs, isKept) => {
        const list = new RefList();
        for (const one of refs) list.add(one);
        const sorted = [...refs].sort((a, b) => a - b);
        expect(Array.from(list.view())).toEqual(sorted);
        const before = list.view();
        atOnce(list.remove({ has: (one) => !isKept(one) }));
        expect(Array.from(list.view())).toEqual(sorted.filter((one) => isKept(one)));
        expect(Array.from(before)).toEqual(sorted);
      }),
    );
  });

  it('shows a view what was there when it was taken', () => {
    const list = new RefList();
    list.add(4);
    const view = list.view();
    list.add(9);
    list.add(2);
    expect(Array.from(view)).toEqual([4]);
    expect([list.at(0), list.at(2), list.length]).toEqual([2, 9, 3]);
    expect(list.sizeBytes()).toBeGreaterThanOrEqual(12);
  });

  it('keeps its views while it grows in place, is moved, and becomes wide', () => {
    const list = new RefList();
    const views: [number, ArrayLike<number>][] = [];
    const add = (ref: number): void => {
      list.add(ref);
      if (list.length % 9999 === 0) views.push([list.length, list.view()]);
    };
    for (let ref = 1; ref <= 400_000; ref++) add(ref);
    for (let ref = 2 ** 32; ref < 2 ** 32 + 50_000; ref++) add(ref);
    expect(list.length).toBe(450_000);
    expect([list.at(399_999), list.at(400_000), list.at(449_999)]).toEqual([
      400_000,
      2 ** 32,
      2 ** 32 + 49_999,
    ]);
    for (const [length, view] of views) {
      expect([view.length, view[0], view[length - 1]]).toEqual([
        length,
        1,
        length <= 400_000 ? length : 2 ** 32 + length - 400_001,
      ]);
    }
  });

  it('takes refs while others are removed', () => {
    const list = new RefList();
    for (let ref = 1; ref <= 150_000; ref++) list.add(ref);
    const view = list.view();
    const steps = list.remove({ has: (ref) => ref % 2 === 1 });
    expect(steps.next().done).toBe(false);
    list.add(150_001);
    list.add(150_002);
    atOnce(steps);
    expect([list.length, list.at(0), list.at(list.length - 1)]).toEqual([75_001, 2, 150_002]);
    expect(view).toHaveLength(150_000);
  });

  it('refuses a ref that it has', () => {
    const list = new RefList();
    list.add(3);
    list.add(5);
    list.add(3);
    expect(() => list.view()).toThrow('added once');
  });
});
