/** Closed time ranges: overlap, cover, and lists that stay sorted and apart. */
import fc from 'fast-check';
import {
  addInterval,
  covers,
  type Interval,
  MAX_TIME,
  MIN_TIME,
  overlaps,
} from '../../model/interval.js';

const interval = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 9 }))
  .map(([minTime, length]): Interval => ({ minTime, maxTime: minTime + length }));

function times({ minTime, maxTime }: Interval): number[] {
  return Array.from({ length: maxTime - minTime + 1 }, (_, i) => minTime + i);
}

describe('closed ranges', () => {
  it('overlap where they share a millisecond, the ends included', () => {
    fc.assert(
      fc.property(interval, interval, (a, b) => {
        const shared = times(a).some((time) => time >= b.minTime && time <= b.maxTime);
        expect(overlaps(a, b)).toBe(shared);
        expect(overlaps(b, a)).toBe(shared);
      }),
    );
  });

  it('cover what has no millisecond outside', () => {
    fc.assert(
      fc.property(interval, interval, (outer, inner) => {
        const within = times(inner).every((t) => t >= outer.minTime && t <= outer.maxTime);
        expect(covers(outer, inner)).toBe(within);
      }),
    );
  });

  it('without bounds cover every sample', () => {
    const all = { minTime: MIN_TIME, maxTime: MAX_TIME };
    const most = { minTime: -Number.MAX_SAFE_INTEGER, maxTime: Number.MAX_SAFE_INTEGER };
    expect(covers(all, most)).toBe(true);
    expect(BigInt(MIN_TIME)).toBe(-(2n ** 63n));
  });
});

describe('a list of ranges', () => {
  it('stays sorted and apart, and holds exactly what was added', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 12 }), (added) => {
        let list: readonly Interval[] = [];
        for (const one of added) {
          const before = JSON.stringify(list);
          const after = addInterval(list, one);
          expect(JSON.stringify(list)).toBe(before);
          list = after;
        }
        const want = [...new Set(added.flatMap(times))].sort((a, b) => a - b);
        expect(list.flatMap(times)).toEqual(want);
        for (let i = 1; i < list.length; i++) {
          expect(list[i].minTime).toBeGreaterThan(list[i - 1].maxTime + 1);
        }
      }),
    );
  });

  it('joins ranges that touch', () => {
    const list = addInterval([{ minTime: 1, maxTime: 4 }], { minTime: 5, maxTime: 6 });
    expect(list).toEqual([{ minTime: 1, maxTime: 6 }]);
    const all = addInterval(list, { minTime: MIN_TIME, maxTime: MAX_TIME });
    expect(all).toEqual([{ minTime: MIN_TIME, maxTime: MAX_TIME }]);
  });
});
