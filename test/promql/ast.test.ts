import { millisecondsOf } from '../../promql/ast.js';

describe('nanoseconds as milliseconds', () => {
  it.each([
    [0, 0],
    [999_999, 0],
    [-999_999, 0],
    [1_000_000, 1],
    [-1_500_000, -1],
    [300e9, 300_000],
    // The longest durations: doubles that hold whole numbers of nanoseconds.
    [2 ** 63, 9_223_372_036_854],
    [-(2 ** 63), -9_223_372_036_854],
  ])('%d ns are %d ms, cut off towards zero', (nanoseconds, milliseconds) => {
    expect(millisecondsOf(nanoseconds)).toBe(milliseconds);
  });
});
