import fc from 'fast-check';
import { PairPostings } from '../../index/pair-postings.js';

describe('postings in the making', () => {
  it('hold for each pair the series that have it, by name and value', () => {
    const labels = fc.uniqueArray(fc.tuple(fc.nat(20), fc.nat(2000)), {
      maxLength: 6,
      selector: ([name]) => name,
    });
    fc.assert(
      fc.property(fc.array(labels, { maxLength: 60 }), (series) => {
        const postings = new PairPostings();
        const wanted = new Map<string, number[]>();
        series.forEach((pairs, i) => {
          postings.add(10 + 3 * i, pairs.flat());
          for (const pair of pairs) {
            const key = pair.map((n) => String(n).padStart(5, '0')).join('=');
            wanted.set(key, [...(wanted.get(key) ?? []), 10 + 3 * i]);
          }
        });
        const got: [string, number[]][] = [];
        postings.forEach((name, value, ids) => {
          got.push([[name, value].map((n) => String(n).padStart(5, '0')).join('='), [...ids]]);
        });
        expect(got).toEqual([...wanted].sort(([a], [b]) => (a < b ? -1 : 1)));
        expect([...postings.allIds()]).toEqual(series.map((_, i) => 10 + 3 * i));
      }),
    );
  });

  it('are the same whether series come alone or together', () => {
    const labels = fc.uniqueArray(fc.tuple(fc.nat(5), fc.nat(3)), {
      maxLength: 6,
      selector: ([name]) => name,
    });
    const batches = fc.array(fc.array(labels, { minLength: 1, maxLength: 20 }), { maxLength: 8 });
    fc.assert(
      fc.property(batches, fc.nat(40), (input, firstId) => {
        const [alone, together] = [new PairPostings(), new PairPostings()];
        let base = firstId;
        for (const batch of input) {
          const places = Uint32Array.from(batch, (_, i) => 3 * i);
          const symbols = batch.map((pairs) => pairs.flat());
          symbols.forEach((own, i) => alone.add(base + places[i], own));
          let end = 0;
          together.addBatch(base, {
            count: batch.length,
            places,
            symbols: Uint32Array.from(symbols.flat()),
            symbolEnds: Uint32Array.from(symbols, (own) => (end += own.length)),
          });
          base += 3 * batch.length;
        }
        expect(listsOf(together)).toEqual(listsOf(alone));
      }),
    );
  });

  it('grow beyond what they began with', () => {
    const postings = new PairPostings();
    for (let i = 0; i < 5000; i++) postings.add(i, [1, 2, 3, i]);
    let pairs = 0;
    postings.forEach((name, _value, ids) => {
      pairs++;
      expect(ids.length).toBe(name === 1 ? 5000 : 1);
    });
    expect(pairs).toBe(5001);
  });
});

function listsOf(postings: PairPostings): (readonly number[])[] {
  const lists: (readonly number[])[] = [[...postings.allIds()]];
  postings.forEach((name, value, ids) => lists.push([name, value, ...ids]));
  return lists;
}
