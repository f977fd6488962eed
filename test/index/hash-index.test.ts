import fc from 'fast-check';
import { HashIndex, hashText, mixHash } from '../../index/hash-index.js';

/** All ids under a hash, in no order. */
function idsUnder(index: HashIndex, hash: number): number[] {
  const ids: number[] = [];
  for (let id = index.first(hash); id >= 0; id = index.next()) ids.push(id);
  return ids.sort((a, b) => a - b);
}

describe('a hash index', () => {
  it('finds what was added and not removed, however hashes collide', () => {
    // Few hashes, of which some share a shard and some a place: chains, holes and growth.
    const hash = fc.constantFrom(0, 8, 16, 1, -1, 0x0100_0000, 0x0100_0008, -0x8000_0000);
    const step = fc.record({ hash, adds: fc.boolean(), pick: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const index = new HashIndex();
        const model = new Map<number, number[]>();
        let nextId = 0;
        for (const { hash: under, adds, pick } of steps) {
          const known = model.get(under) ?? [];
          if (adds || known.length === 0) {
            index.add(under, nextId);
            model.set(under, [...known, nextId++]);
          } else {
            const [removed] = known.splice(pick % known.length, 1);
            index.remove(under, removed);
          }
        }
        for (const [under, ids] of model)
          expect(idsUnder(index, under)).toEqual(ids.sort((a, b) => a - b));
        expect(idsUnder(index, 12345)).toEqual([]);
      }),
    );
  });

  it('holds many', () => {
    const index = new HashIndex();
    for (let id = 0; id < 20_000; id++) index.add(mixHash(id), id);
    for (let id = 0; id < 20_000; id += 2) index.remove(mixHash(id), id);
    for (let id = 0; id < 20_000; id++) {
      expect(idsUnder(index, mixHash(id)).includes(id)).toBe(id % 2 === 1);
    }
    expect(index.sizeBytes()).toBeGreaterThan(8 * 20_000);
  });

  it('hashes texts apart by each of their letters', () => {
    const hashes = new Set(['', 'a', 'b', 'ab', 'ba', 'aa'].map((text) => hashText(text, 7)));
    expect(hashes.size).toBe(6);
  });
});
