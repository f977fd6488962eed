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
