/** Times and lengths of time in words. */
import { countInWords, durationInWords, timeInWords } from '../../compact/words.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';

it('a time is a date, with milliseconds where it has some', () => {
  expect(timeInWords(0)).toBe('1970-01-01T00:00:00Z');
  expect(timeInWords(-1)).toBe('1969-12-31T23:59:59.999Z');
});

it('a time that no calendar has is a number', () => {
  expect(timeInWords(MIN_TIME)).toBe('-9223372036854776000 ms');
  expect(timeInWords(MAX_TIME)).toBe('9223372036854776000 ms');
});

it('a length of time is in the largest unit that divides it', () => {
  const hour = 3_600_000;
  expect([24 * hour, 54 * hour, 1.5 * hour, 15_000, 250, 0].map(durationInWords)).toEqual([
    '1 d',
    '54 h',
    '90 min',
    '15 s',
    '250 ms',
    '0 ms',
  ]);
});

it('one is a thing, more are things', () => {
  expect([0, 1, 2].map((count) => countInWords(count, 'block'))).toEqual([
    '0 blocks',
    '1 block',
    '2 blocks',
  ]);
});
