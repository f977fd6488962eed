import { RefSlots } from '../../tsdb/ref-slots.js';

describe('slots by ref', () => {
  it('are found while their series live, near and far', () => {
    const slots = new RefSlots();
    const refs = [1, 65_536, 2 ** 20 - 1, 2 ** 20, 10_000_000, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 1];
    refs.forEach((ref, slot) => slots.add(ref, slot));
    expect(refs.map((ref) => slots.slotOf(ref))).toEqual(refs.map((_, slot) => slot));
    for (const ref of refs) slots.remove(ref);
    expect(refs.map((ref) => slots.slotOf(ref))).toEqual(refs.map(() => -1));
    slots.add(2, 9);
    expect([slots.slotOf(1), slots.slotOf(2)]).toEqual([-1, 9]);
  });

  it('are not there for what is no ref', () => {
    const slots = new RefSlots();
    slots.add(1, 0);
    for (const ref of [0, -1, 1.5, NaN, Infinity, -Infinity, 2 ** 53]) {
      expect(slots.slotOf(ref)).toBe(-1);
    }
  });

  it('take memory only where refs live', () => {
    const slots = new RefSlots();
    slots.add(5_000_000, 0);
    const bytes = slots.sizeBytes();
    expect(bytes).toBeLessThan(300_000);
    slots.remove(5_000_000);
    expect(slots.sizeBytes()).toBeLessThan(bytes - 200_000);
  });
});
