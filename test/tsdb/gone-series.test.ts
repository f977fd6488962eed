import fc from 'fast-check';
import { GoneSeries } from '../../tsdb/gone-series.js';

describe('series that are gone', () => {
  it('are the refs and the pairs that were added, each pair once', () => {
    const ref = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 40 }));
    fc.assert(
      fc.property(fc.uniqueArray(ref), fc.array(fc.nat(5000)), (refs, pairs) => {
        const gone = new GoneSeries();
        for (const one of refs) gone.addRef(one);
        for (const id of pairs) gone.addPair(id);
        expect([...gone.refList()]).toEqual(refs);
        expect(gone.count).toBe(refs.length);
        expect([...gone.pairList()]).toEqual([...new Set(pairs)]);
        const set = gone.refSet();
        expect(refs.every((one) => set.has(one))).toBe(true);
        for (const other of [0, 7, 301, 2 ** 41]) expect(set.has(other)).toBe(refs.includes(other));
      }),
    );
  });
});
