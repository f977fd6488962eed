/** The benchmark of writing at its small size, in this process. */
import { run, SMALL, table } from '../../bench/ingest.bench.js';

describe('the benchmark of writing', () => {
  it('writes and replays every sample of every shape, and tells how long the loop was held', async () => {
    const rows = await run(SMALL);
    expect(rows.map(({ name, samples }) => [name, samples])).toEqual([
      ['write, lock-step', 2000],
      ['replay, lock-step', 2000],
      ['write, noisy', 2000],
      ['replay, noisy', 2000],
    ]);
    for (const { samplesPerSecond, loopMaxMs } of rows) {
      expect(samplesPerSecond).toBeGreaterThan(0);
      expect(loopMaxMs).not.toBeNull();
    }
    expect(table(rows).split('\n')).toHaveLength(5);
  });
});
