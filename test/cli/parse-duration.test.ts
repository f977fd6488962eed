/** Durations as Go reads them. */
import { parseDuration } from '../../cli/parse-duration.js';

it.each([
  ['0', 0],
  ['-0', 0],
  ['2h', 7_200_000],
  ['1h30m', 5_400_000],
  ['-1.5h', -5_400_000],
  ['+24h0m0s', 86_400_000],
  ['1.s', 1000],
  ['.5s', 500],
  ['1ms', 1],
  ['1999us', 1],
  ['2000µs', 2],
  ['2000μs', 2],
  ['1500000ns', 1],
  ['2562047h', 9_223_369_200_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text) + 0).toBe(ms);
});

it.each(['', '1', '2d', 'h', '1h2', '--1h', '1 h', '2H', '.h', '1e3s'])('%j is none', (text) => {
  expect(() => parseDuration(text)).toThrow('It is a number with a unit');
});

it('more than int64 holds in ns is refused', () => {
  expect(() => parseDuration('2562048h')).toThrow('It is longer than 292 years.');
});
