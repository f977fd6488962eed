/** What a query may see of decoded samples. */
import { Columns } from '../../model/columns.js';
import type { Interval } from '../../model/interval.js';
import { keepVisible } from '../../tsdb/sample-range.js';

function visible(times: number[], minTime: number, maxTime: number, deleted: Interval[] = []) {
  const columns = new Columns(16);
  columns.count = times.length + 1;
  columns.times.set([-1, ...times]);
  columns.values.set([-1, ...times]);
  keepVisible(columns, 1, { minTime, maxTime, deleted });
  expect([...columns.values.subarray(0, columns.count)]).toEqual([
    ...columns.times.subarray(0, columns.count),
  ]);
  return [...columns.times.subarray(1, columns.count)];
}

describe('keepVisible', () => {
  const times = [10, 20, 30, 40, 50];

  it('keeps a closed range and leaves the rows before the start alone', () => {
    expect(visible(times, 20, 40)).toEqual([20, 30, 40]);
    expect(visible(times, 0, 100)).toEqual(times);
    expect(visible(times, 51, 100)).toEqual([]);
    expect(visible(times, 0, 9)).toEqual([]);
    expect(visible([], 0, 9)).toEqual([]);
  });

  it('drops deleted closed ranges', () => {
    expect(visible(times, 0, 100, [{ minTime: 10, maxTime: 20 }])).toEqual([30, 40, 50]);
    const two = [
      { minTime: 15, maxTime: 25 },
      { minTime: 40, maxTime: 40 },
    ];
    expect(visible(times, 0, 100, two)).toEqual([10, 30, 50]);
    expect(visible(times, 15, 45, two)).toEqual([30]);
    expect(visible(times, 0, 100, [{ minTime: -5, maxTime: 500 }])).toEqual([]);
  });
});
