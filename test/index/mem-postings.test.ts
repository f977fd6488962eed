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
    const affected = new Set([...idsOf(postings, sets[0]), ...idsOf(postings, sets[2])]);
    atOnce(postings.delete(new Set([0, 2]), affected));
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
    atOnce(postings.delete(new Set([5]), idsOf(postings, labels)));
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
    for (const { name, ids } of postings.pairs.entries()) {
      for (const id of ids.toArray()) {
        const refs = [...Array.from(postings.pairs.refsOf(id))];
        lists.push(`${name}=${postings.pairs.valueOf(id)}:${refs.join()}`);
      }
    }
    expect(lists.sort()).toEqual(['a=x:4', 'b=y:4']);
  });

  it('enter a series by the numbers of its pairs', () => {
    const postings = new MemPostings();
    const a = postings.pairs.intern('a', 'x');
    const b = postings.pairs.intern('b', 'y');
    postings.addPairs(7, [b, a, b], 1, 3);
    expect(expand(postings.postings('a', 'x'))).toEqual([7]);
    expect(expand(postings.postings('b', 'y'))).toEqual([7]);
    expect(postings.seriesCount).toBe(1);
  });
});

function idsOf(postings: MemPostings, labels: Labels): number[] {
  return [...labels].map(([name, value]) => postings.pairs.find(name, value));
}
