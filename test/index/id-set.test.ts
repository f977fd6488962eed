import fc from 'fast-check';
import { IdSet } from '../../index/id-set.js';
import { expand, ListPostings } from '../../index/postings.js';
import { Selection } from '../../index/selection.js';
import { atOnce } from '../../model/steps.js';

describe('a set of ids', () => {
  it('holds what was added', () => {
    const ids = fc.array(fc.integer({ min: 1000, max: 1300 }), { maxLength: 100 });
    fc.assert(
      fc.property(ids, (added) => {
        const set = new IdSet(1000, 1300);
        for (const id of added) set.add(id);
        const wanted = [...new Set(added)].sort((a, b) => a - b);
        expect(set.count).toBe(wanted.length);
        expect(expand(set.postings())).toEqual(wanted);
        const range = Array.from({ length: 320 }, (_, i) => 990 + i);
        expect(range.filter((id) => set.has(id))).toEqual(wanted);
      }),
      { numRuns: 100 },
    );
  });

  it('refuses ids that no series can have', () => {
    const set = new IdSet(10, 20);
    expect([9, 10, 20, 21].map((id) => set.fits(id))).toEqual([false, true, true, false]);
    expect(() => atOnce(set.addAll(new Selection([new ListPostings([10, 21])])))).toThrow(
      'no series can have the id 21',
    );
  });

  it('takes what a selection has left', () => {
    const set = new IdSet(0, 100_000);
    const ids = Array.from({ length: 40_000 }, (_, i) => 2 * i);
    expect(atOnce(set.addAll(new Selection([new ListPostings(ids)]))).count).toBe(40_000);
    expect(expand(set.postings())).toEqual(ids);
  });

  it('seeks over words without ids', () => {
    const set = new IdSet(0, 100_000);
    for (const id of [0, 31, 32, 63, 64, 99_999]) set.add(id);
    const postings = set.postings();
    const sought = [1, 32, 33, 65].map((id) => (postings.seek(id) ? postings.at : null));
    expect(sought).toEqual([31, 32, 63, 99_999]);
    expect(postings.seek(100_000)).toBe(false);
    expect(postings.next()).toBe(false);
  });
});
