import { collect, parseCount, parseTime } from '../../cli/flags.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';

it.each([
  ['0', 0],
  ['-1', -1],
  ['1795394460000', 1795394460000],
  ['-9223372036854775808', MIN_TIME],
  ['9223372036854775807', MAX_TIME],
])('%s is a time', (text, time) => {
  expect(parseTime(text)).toBe(time);
});

it.each(['', '1.5', '1e3', 'now', '0x10', '9223372036854775808'])('%j is no time', (text) => {
  expect(() => parseTime(text)).toThrow(/whole number|64-bit/);
});

it.each([
  ['0', 0],
  ['20', 20],
])('%s is a count', (text, count) => {
  expect(parseCount(text)).toBe(count);
});

it.each(['', '-1', '1.5', 'x', '99999999999999999999'])('%j is no count', (text) => {
  expect(() => parseCount(text)).toThrow('whole number');
});

it('a repeated flag collects its values', () => {
  expect(collect('b', collect('a', undefined))).toEqual(['a', 'b']);
});
