/** The decoding benchmark at its small size, in this process. */
import { run, SMALL, table } from '../../bench/decode.bench.js';

describe('the benchmark of decoding', () => {
  const rows = run(SMALL);

  it('measures every shape with and without checksums', () => {
    expect(rows.map(({ shape, verified }) => [shape, verified])).toEqual(
      ['constant', 'counter', 'jitter', 'random'].flatMap((shape) => [
        [shape, false],
        [shape, true],
      ]),
    );
    for (const { kernel, typescript } of rows) {
      expect(kernel).toBeGreaterThan(0);
      expect(typescript).toBeGreaterThan(0);
    }
  });

  it('has no figure for a peer that did not run', () => {
    expect(rows.every(({ prometheus, ratio }) => prometheus === null && ratio === null)).toBe(true);
    expect(table(rows).split('\n')).toHaveLength(rows.length + 1);
  });
});
