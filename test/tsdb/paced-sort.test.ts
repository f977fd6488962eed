/** Sorting in turns. */
import fc from 'fast-check';
import { pacedSort } from '../../tsdb/paced-sort.js';
import { Pacer } from '../../tsdb/pacer.js';

const byFirst = (a: [number, number], b: [number, number]) => a[0] - b[0];

describe('pacedSort', () => {
  it('sorts as Array.sort does, equal items in their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 3000, size: 'max' }),
        async (keys) => {
          const items = keys.map((key, i): [number, number] => [key, i]);
          expect(await pacedSort(items, byFirst, new Pacer())).toEqual([...items].sort(byFirst));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('lets the event loop run in between', async () => {
    let turns = 0;
    const count = () => {
      turns++;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    await pacedSort(
      Array.from({ length: 100_000 }, (_, i) => -i),
      (a, b) => a - b,
      new Pacer(),
    );
    clearImmediate(immediate);
    expect(turns).toBeGreaterThan(10);
  });
});
