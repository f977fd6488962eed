import { LabelSets, LABELS_MAX } from '../../tsdb/label-sets.js';

describe('label sets by number', () => {
  it('are stored without moving, and their places used again', () => {
    const sets = new LabelSets();
    const a = sets.add(Uint32Array.of(1, 2, 9), 2);
    const b = sets.add(Uint32Array.of(3), 1);
    expect([sets.countAt(a), sets.idAt(a, 0), sets.idAt(a, 1)]).toEqual([2, 1, 2]);
    expect(sets.equals(a, Uint32Array.of(1, 2), 2)).toBe(true);
    expect(sets.equals(a, Uint32Array.of(1, 3), 2)).toBe(false);
    expect(sets.equals(a, Uint32Array.of(1, 2, 9), 3)).toBe(false);
    sets.remove(a);
    expect(sets.add(Uint32Array.of(7, 8), 2)).toBe(a);
    expect([sets.idAt(a, 0), sets.idAt(b, 0)]).toEqual([7, 3]);
  });

  it('may be as large as a page', () => {
    const sets = new LabelSets();
    const ids = Uint32Array.from({ length: LABELS_MAX }, (_, i) => i);
    const small = sets.add(ids, 1);
    const large = sets.add(ids, LABELS_MAX);
    expect(sets.idAt(large, LABELS_MAX - 1)).toBe(LABELS_MAX - 1);
    expect(sets.countAt(small)).toBe(1);
    expect(sets.shared()).toHaveLength(2);
    expect(sets.sizeBytes()).toBe(2 * 4 * 65_536);
    expect(() => sets.add(ids, 0)).toThrow('limits');
  });
});
