import { LogExpiries } from '../../tsdb/log-expiries.js';

describe('series that the log still has samples of', () => {
  it('are known with the latest time, alone or with others', () => {
    const expiries = new LogExpiries();
    expiries.addAll(new Set([1, 2]), 100);
    expiries.addAll(new Set([2, 3]), 200);
    expiries.add(1, 50);
    expiries.add(4, 10);
    expiries.add(4, 5);
    expect([1, 2, 3, 4, 5].map((ref) => expiries.timeOf(ref))).toEqual([
      100,
      200,
      200,
      10,
      -Infinity,
    ]);
    expiries.dropBefore(101);
    expect([1, 2, 4].map((ref) => expiries.timeOf(ref))).toEqual([-Infinity, 200, -Infinity]);
  });
});
