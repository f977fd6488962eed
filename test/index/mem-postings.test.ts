import fc from 'fast-check';
import { MemPostings } from '../../index/mem-postings.js';
import { expand } from '../../index/postings.js';
import { ALL_VALUES } from '../../index/select.js';
import { Labels } from '../../model/labels.js';
import { atOnce } from '../../model/steps.js';

describe('postings in memory', () => {
  it('stay ascending, whatever order refs come in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1000), { maxLength: 60 }), (refs) => {
        const postings = new MemPostings();
        for (const ref of refs) postings.add(ref, Labels.from({ a: ref % 2 === 0 ? 'x' : 'y' }));
        const sorted = [...refs].sort((a, b) => a - b);
        expect(expand(postings.allPostings())).toEqual(sorted);
        expect(expand(postings.postings('a', 'x'))).toEqual(sorted.filter((r) => r % 2 === 0));
        expect(postings.seriesCount).toBe(refs.length);
      }),
    );
  });

  it('forget deleted series, and values and names that no series has any more', () => {
    const postings = new MemPostings();
    const records: Record<string, string>[] = [{ a: '1', b: 'x' }, { a: '2', b: 'x' }, { c: '3' }];
    const sets = records.map((labels) => Labels.from(labels));
    sets.forEach((labels, ref) => postings.add(ref, labels));
    postings.delete(new Set([0, 2]), [sets[0], sets[2]]);
    expect(expand(postings.allPostings())).toEqual([1]);
    expect(atOnce(postings.namesWithin(null))).toEqual(['a', 'b']);
    expect(atOnce(postings.valuesWhere('a', ALL_VALUES, null))).toEqual(['2']);
    expect([postings.valueCount('a'), postings.valueCount('c')]).toEqual([1, 0]);
    expect(expand(postings.postings('b', 'x'))).toEqual([1]);
  });

  it('show a cursor the series of the moment when it was made', () => {
    const postings = new MemPostings();
    const labels = Labels.from({ a: 'x' });
    for (const ref of [1, 5, 9]) postings.add(ref, labels);
    const before = [postings.postings('a', 'x'), postings.postings('a', 'x')];
    postings.add(12, labels);
    postings.add(3, labels);
    expect(expand(before[0])).toEqual([1, 5, 9]);
    postings.delete(new Set([5]), [labels]);
    expect(expand(before[1])).toEqual([1, 5, 9]);
    expect(expand(postings.postings('a', 'x'))).toEqual([1, 3, 9, 12]);
  });

  it('unite many lists whether refs stand close or far apart', () => {
    for (const step of [1, 1_000_003]) {
      const postings = new MemPostings();
      const refs = Array.from({ length: 100 }, (_, i) => 7 + i * step);
      for (const ref of refs) postings.add(ref, Labels.from({ a: String(ref), b: 'x' }));
      expect(expand(atOnce(postings.postingsWhere('a', ALL_VALUES)))).toEqual(refs);
    }
  });

  it('can be looked at list by list', () => {
    const postings = new MemPostings();
    postings.add(4, Labels.from({ a: 'x', b: 'y' }));
    const lists: string[] = [];
    for (const [name, byValue] of postings.byName) {
      for (const [value, refs] of byValue) lists.push(`${name}=${value}:${refs.join()}`);
    }
    expect(lists.sort()).toEqual(['a=x:4', 'b=y:4']);
  });
});
