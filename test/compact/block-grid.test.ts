/** The grid of blocks: promtool's lengths, and slices on both sides of the epoch. */
import { blockDuration, sliceStart } from '../../compact/block-grid.js';

const HOUR_MS = 3_600_000;

describe('the length of blocks', () => {
  it.each([
    [-5, 2],
    [0, 2],
    [1, 2],
    [2, 2],
    [5.99, 2],
    [6, 6],
    [7, 6],
    [17, 6],
    [18, 18],
    [24, 18],
    [54, 54],
    [24 * 365, 4374],
    [1e9, 2 * 3 ** 9],
  ])('of at most %d hours is %d hours', (max, hours) => {
    expect(blockDuration(max * HOUR_MS)).toBe(hours * HOUR_MS);
  });
});

describe('a slice', () => {
  it.each([
    [0, 0],
    [9, 0],
    [10, 10],
    [-1, -10],
    [-10, -10],
    [-11, -20],
  ])('of length 10 around %d begins at %d', (time, start) => {
    expect(sliceStart(time, 10)).toBe(start);
  });
});
