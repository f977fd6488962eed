/** The benchmark of the head's loops at its small size, in this process. */
import { run, SMALL, table } from '../../bench/head-kernel.bench.js';

describe("the benchmark of the head's loops", () => {
  const rows = run(SMALL);

  it('measures every work on every shape', () => {
    expect(rows.map(({ shape, work }) => [shape, work])).toEqual(
      ['constant', 'lock-step', 'noisy', 'random'].flatMap((shape) => [
        [shape, 'append'],
        [shape, 'encode'],
        [shape, 'decode'],
      ]),
    );
    for (const { kernel, typescript } of rows) {
      expect(kernel).toBeGreaterThan(0);
      expect(typescript).toBeGreaterThan(0);
    }
    expect(table(rows).split('\n')).toHaveLength(rows.length + 1);
  });
});
