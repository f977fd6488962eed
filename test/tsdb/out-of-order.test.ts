/** Late samples of a series: runs of 32, the first of a time, nothing lost. */
import { isStaleAt, STALE_NAN } from '../../encoding/float-bits.js';
import { Columns } from '../../model/columns.js';
import { OutOfOrderRuns } from '../../tsdb/out-of-order.js';

function inserted(...times: number[]): OutOfOrderRuns {
  const runs = new OutOfOrderRuns();
  times.forEach((time, i) => runs.insertFloat(time, 0, Float64Array.of(i), 0));
  return runs;
}

function read(runs: OutOfOrderRuns): string[][] {
  return runs.runs().map((run) => {
    const columns = new Columns();
    run.read(columns);
    return [...columns.times.subarray(0, columns.count)].map(
      (time, row) => `${time}:${columns.values[row]}`,
    );
  });
}

describe('OutOfOrderRuns', () => {
  it('sorts a run, and the first sample of a time wins', () => {
    expect(read(inserted(30, 10, 20, 10))).toEqual([['10:1', '20:2', '30:0']]);
  });

  it('opens a new run at the 33rd sample, in which a time may stand again', () => {
    const times = Array.from({ length: 32 }, (_, i) => i);
    const [first, second] = read(inserted(...times, 5));
    expect(first).toHaveLength(32);
    expect(second).toEqual(['5:32']);
  });

  it('drops a repeated time before it counts as the 33rd', () => {
    const times = Array.from({ length: 31 }, (_, i) => i);
    expect(read(inserted(...times, 5, 40))).toHaveLength(1);
  });

  it('forgets the open run alone', () => {
    const runs = inserted(...Array.from({ length: 33 }, (_, i) => i));
    runs.clearOpen();
    expect(read(runs).map((run) => run.length)).toEqual([32]);
  });

  it('keeps the bits of stale markers and start timestamps', () => {
    const runs = new OutOfOrderRuns();
    runs.insertFloat(20, 0, Float64Array.of(1), 0);
    runs.insertFloat(10, 5, STALE_NAN, 0);
    const columns = new Columns();
    runs.runs()[0].read(columns);
    expect(isStaleAt(columns.values, 0)).toBe(true);
    expect([...(columns.startTimes ?? []).slice(0, 2)]).toEqual([5, 0]);
  });
});
