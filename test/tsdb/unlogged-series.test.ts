import { UnloggedSeries } from '../../tsdb/unlogged-series.js';

function waiting(...refs: readonly number[]): UnloggedSeries {
  const unlogged = new UnloggedSeries();
  for (const ref of refs) unlogged.add(ref);
  return unlogged;
}

describe('the series that are not logged yet', () => {
  it('go in batches, each in parts; those that come meanwhile go with the next', () => {
    const unlogged = waiting(1, 2, 3);
    expect(unlogged.begin()).toBe(true);
    expect(unlogged.take(2)).toEqual([1, 2]);
    unlogged.add(4);
    expect(unlogged.begin()).toBe(false);
    expect(unlogged.take(2)).toEqual([3]);
    expect([unlogged.isTaken, unlogged.isEmpty]).toEqual([true, false]);
    expect(unlogged.begin()).toBe(true);
    expect(unlogged.take(2)).toEqual([4]);
    expect(unlogged.isEmpty).toBe(true);
  });

  it('are a batch of none where none wait', () => {
    const unlogged = waiting();
    expect(unlogged.begin()).toBe(true);
    expect(unlogged.take(2)).toEqual([]);
    unlogged.add(1);
    expect(unlogged.begin()).toBe(true);
    expect(unlogged.take(2)).toEqual([1]);
  });

  it('wait again where they could not be logged, and with them the rest of the batch', () => {
    const unlogged = waiting(1, 2, 3);
    unlogged.begin();
    const refused = unlogged.take(2);
    unlogged.add(4);
    unlogged.giveBack(refused);
    expect([unlogged.isTaken, unlogged.isEmpty]).toEqual([true, false]);
    unlogged.begin();
    expect(unlogged.take(9)).toEqual([1, 2, 3, 4]);
  });
});
