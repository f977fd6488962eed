import { Isolation } from '../../tsdb/isolation.js';

const RANGE = { minTime: 0, maxTime: 100 };

describe('isolation', () => {
  it('copies the last times once for all readers, at the next commit', () => {
    const lastTimes = Float64Array.of(5, -Infinity, 0);
    const isolation = new Isolation({ lastTimes, slotLimit: 2 });
    const marks = [isolation.enter(RANGE, 2), isolation.enter(RANGE, 2)];
    expect(marks.map((mark) => mark.lastTimes)).toEqual([null, null]);
    isolation.beforeShort();
    lastTimes[0] = 9;
    const later = isolation.enter(RANGE, 2);
    expect(marks[0].lastTimes).toEqual(Float64Array.of(5, -Infinity));
    expect(marks[1].lastTimes).toBe(marks[0].lastTimes);
    expect(later.lastTimes).toBeNull();
    isolation.beforeShort();
    expect(later.lastTimes).toEqual(Float64Array.of(9, -Infinity));
    expect(marks[0].lastTimes).toEqual(Float64Array.of(5, -Infinity));
    for (const mark of [...marks, later]) isolation.leave(mark);
    expect(isolation.readerCount).toBe(0);
    expect(() => isolation.leave(later)).toThrow('once');
  });

  it('hides a commit that takes several turns from those who come meanwhile', () => {
    const lastTimes = Float64Array.of(5);
    const isolation = new Isolation({ lastTimes, slotLimit: 1 });
    isolation.beforeLong();
    lastTimes[0] = 6;
    const during = isolation.enter(RANGE, 1);
    isolation.afterLong();
    const after = isolation.enter(RANGE, 1);
    expect([during.lastTimes, after.lastTimes]).toEqual([Float64Array.of(5), null]);
  });

  it('tells when no reader is left of a time', async () => {
    const isolation = new Isolation({ lastTimes: new Float64Array(1), slotLimit: 1 });
    const early = isolation.enter({ minTime: 10, maxTime: 20 }, 1);
    const late = isolation.enter({ minTime: 30, maxTime: 40 }, 1);
    await isolation.whenNoneBefore(10);
    const told: string[] = [];
    const waiting = [
      isolation.whenNoneBefore(11).then(() => told.push('11')),
      isolation.whenNoneBefore(31).then(() => told.push('31')),
    ];
    isolation.leave(early);
    await waiting[0];
    expect(told).toEqual(['11']);
    isolation.leave(late);
    await waiting[1];
    expect(told).toEqual(['11', '31']);
  });
});
