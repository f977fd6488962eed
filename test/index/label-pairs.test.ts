import { LabelPairs } from '../../index/label-pairs.js';
import { atOnce } from '../../model/steps.js';

describe('label pairs', () => {
  it('have one number each, found by name and value', () => {
    const pairs = new LabelPairs();
    const a = pairs.intern('a', 'x');
    const b = pairs.intern('b', 'x');
    expect(pairs.intern('a', 'x')).toBe(a);
    expect(b).not.toBe(a);
    expect([pairs.find('a', 'x'), pairs.find('b', 'x')]).toEqual([a, b]);
    expect([pairs.find('a', 'y'), pairs.find('c', 'x')]).toEqual([-1, -1]);
    expect([pairs.nameOf(b), pairs.valueOf(b)]).toEqual(['b', 'x']);
    expect([pairs.count, pairs.idEnd]).toEqual([2, 2]);
  });

  it('lead to their series: none, one, many', () => {
    const pairs = new LabelPairs();
    const id = pairs.intern('a', 'x');
    const refs = (): number[] => Array.from(pairs.refsOf(id));
    expect([refs(), pairs.refCount(id)]).toEqual([[], 0]);
    pairs.addRef(id, 0);
    expect([refs(), pairs.refCount(id)]).toEqual([[0], 1]);
    pairs.addRef(id, 7);
    pairs.addRef(id, 3);
    expect([refs(), pairs.refCount(id)]).toEqual([[0, 3, 7], 3]);
  });

  it('are gone with their last series, and their numbers are given to others', () => {
    const pairs = new LabelPairs();
    const [x, y, z] = ['x', 'y', 'z'].map((value) => pairs.intern('a', value));
    for (const id of [x, y, z]) pairs.addRef(id, 1);
    pairs.addRef(z, 2);
    atOnce(pairs.removeRefs(x, new Set([1])));
    atOnce(pairs.removeRefs(z, new Set([1])));
    expect([pairs.find('a', 'x'), pairs.isAlive(x), pairs.count]).toEqual([-1, false, 2]);
    expect(pairs.entryOf('a')?.ids.toArray().sort()).toEqual([y, z]);
    expect(pairs.intern('b', 'new')).toBe(x);
    pairs.addRef(x, 9);
    expect([pairs.nameOf(x), Array.from(pairs.refsOf(x))]).toEqual(['b', [9]]);
    for (const id of [y, z]) atOnce(pairs.removeRefs(id, new Set([1, 2])));
    expect(pairs.entryOf('a')).toBeUndefined();
    expect(pairs.sizeBytes()).toBeGreaterThan(0);
  });
});
