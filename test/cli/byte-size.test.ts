import { formatBytes, parseBytes } from '../../cli/byte-size.js';

it.each([
  [0, '0B'],
  [1, '1B'],
  [1023, '1023B'],
  [1024, '1KiB'],
  [2743, '2KiB695B'],
  [1048576, '1MiB'],
  [1048577, '1MiB1B'],
  [1456145, '1MiB398KiB17B'],
  [2 ** 43 + 2 ** 12, '8TiB4KiB'],
])('%d bytes print as promtool prints them: %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it('sizes of flags have units of 1024', () => {
  expect(parseBytes('512MB')).toBe(512 * 1024 ** 2);
  expect(parseBytes('1.5GiB')).toBe(1.5 * 1024 ** 3);
  expect(parseBytes('10B')).toBe(10);
  expect(parseBytes('0')).toBe(0);
  for (const wrong of ['5', '5M', 'MB', '-1MB', '1XB']) {
    expect(() => parseBytes(wrong)).toThrow('a number with a unit');
  }
});
