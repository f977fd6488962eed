import { momentsOf } from '../../conformance/at-rewrite.js';
import { EVERYTHING } from '../support/parsing.js';

function bound(query: string, time: number): string {
  return momentsOf(query, time, EVERYTHING)[1].query;
}

describe('a query bound to its moment', () => {
  it('has it on each selector', () => {
    expect(bound('rate(a[5m]) + b offset 1m', 1000)).toBe(
      'rate(a[5m] @ 1.000) + b @ 1.000 offset 1m',
    );
  });

  it('keeps what it is bound to already, and what a subquery holds', () => {
    expect(bound('a @ 5 + sum_over_time(b[5m:1m])', 1000)).toBe(
      'a @ 5.000 + sum_over_time(b[5m:1m] @ 1.000)',
    );
  });

  it('is asked at other moments', () => {
    const times = (time: number): number[] => momentsOf('a', time, EVERYTHING).map((m) => m.time);
    expect(times(1001)).toEqual([1001, -10_010, 0, 200, 1001, 10_010]);
    expect(times(0)).toEqual([0, -1000, 0, 1000]);
  });

  it('is none where it asks for the moment', () => {
    expect(momentsOf('timestamp(a)', 1000, EVERYTHING)).toHaveLength(1);
    expect(momentsOf('a + time()', 1000, EVERYTHING)).toHaveLength(1);
    expect(momentsOf('abs(a)', 1000, EVERYTHING)).toHaveLength(6);
  });
});
