/** The benchmark of the log at its small size, in this process. */
import { run, SMALL, table } from '../../bench/log.bench.js';

describe('the benchmark of the log', () => {
  it('measures every durability and size of group', async () => {
    const rows = await run(SMALL);
    expect(rows).toHaveLength(3 * 3 * 2);
    for (const { megabytesPerSecond } of rows) expect(megabytesPerSecond).toBeGreaterThan(0);
    expect(table(rows).split('\n')).toHaveLength(rows.length + 1);
  });
});
