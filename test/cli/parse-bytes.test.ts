import { parseBytes } from '../../cli/parse-bytes.js';

it.each([
  ['1', 1],
  ['512B', 512],
  ['1KB', 1024],
  ['1KiB', 1024],
  ['1.5MB', 1_572_864],
  ['10GB', 10_737_418_240],
  ['2TiB', 2_199_023_255_552],
])('%s is %d bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

it.each(['', '0', '-1', 'GB', '1XB', '1 GB', '1e3', '9999EB', '0.1B', '1gb'])(
  '%s is refused',
  (text) => {
    expect(() => parseBytes(text)).toThrow('It is a number of bytes');
  },
);
