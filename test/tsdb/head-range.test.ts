import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { compactableRange } from '../../tsdb/head-range.js';

const BLOCK_MS = 1000;

function check(minTime: number, maxTime: number, end: number | null): void {
  const range = compactableRange({ minTime, maxTime }, BLOCK_MS);
  expect(range).toEqual(end === null ? null : { minTime, maxTime: end });
}

it('a head gives a block once it holds more than one and a half', () => {
  check(0, 1500, null);
  check(0, 1501, 1000);
  check(1000, 2501, 2000);
});

it('a block ends on the grid, wherever the head begins', () => {
  check(300, 1801, 1000);
  check(999, 2500, 1000);
  check(2300, 9000, 3000);
});

it('before 1970 the grid is as Prometheus rounds', () => {
  check(-2500, 0, -1000);
  check(-1, 2000, 1000);
});

it('a head without samples gives none', () => {
  check(MAX_TIME, MIN_TIME, null);
  check(5, MIN_TIME, null);
});
