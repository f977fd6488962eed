import { formatBytes } from '../../cli/byte-size.js';

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
