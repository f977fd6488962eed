/** Sorting in steps. */
import fc from 'fast-check';
import { sortSteps, unionSteps } from '../../model/sort-steps.js';
import { atOnce } from '../../model/steps.js';

const ascending = (a: number, b: number): number => a - b;
const byFirst = (a: [number, number], b: [number, number]) => a[0] - b[0];

describe('sortSteps', () => {
  it('leaves what is in order as it is, and mends what is not anywhere', () => {
    const sorted = Array.from({ length: 3000 }, (_, i) => i);
    expect(atOnce(sortSteps(sorted, ascending))).toEqual(sorted);
    for (const at of [0, 511, 512, 1024, 2998]) {
      const swapped = [...sorted];
      [swapped[at], swapped[at + 1]] = [swapped[at + 1], swapped[at]];
      expect(atOnce(sortSteps(swapped, ascending))).toEqual(sorted);
    }
  });

  it('sorts as Array.sort does, equal items in their order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 3000, size: 'max' }),
        (keys) => {
          const items = keys.map((key, i): [number, number] => [key, i]);
          expect(atOnce(sortSteps(items, byFirst))).toEqual([...items].sort(byFirst));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('leaves what it was given as it was', () => {
    const items = [3, 1, 2];
    expect(atOnce(sortSteps(items, (a, b) => a - b))).toEqual([1, 2, 3]);
    expect(items).toEqual([3, 1, 2]);
  });

  it('takes many steps, of which none is long', () => {
    const items = Array.from({ length: 100_000 }, (_, i) => -i);
    let compared = 0;
    let longest = 0;
    let steps = 0;
    const sorting = sortSteps(items, (a, b) => {
      compared++;
      return a - b;
    });
    for (; sorting.next().done !== true; compared = 0) {
      longest = Math.max(longest, compared);
      steps++;
    }
    expect(steps).toBeGreaterThan(1000);
    expect(longest).toBeLessThan(10_000);
  });
});

describe('unionSteps', () => {
  it('gives what is in either list once, sorted', () => {
    const lists = fc
      .uniqueArray(fc.nat(3000), { maxLength: 2000, size: 'max' })
      .map((list) => list.sort(ascending));
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        const wanted = [...new Set([...a, ...b])].sort(ascending);
        expect(atOnce(unionSteps(a, b, ascending))).toEqual(wanted);
      }),
      { numRuns: 30 },
    );
  });
});
