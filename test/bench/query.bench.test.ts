/** The benchmark of queries at its small size, in this process: every shape finds something. */
import { type QueryRow, run, SMALL, STORAGES, table } from '../../bench/query.bench.js';
import { SHAPES } from '../../bench/support/query-shapes.js';

describe('the benchmark of queries', () => {
  it('asks all shapes of blocks and of a head, and each finds something', async () => {
    const progress = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    let rows: QueryRow[];
    try {
      rows = await run(SMALL, STORAGES);
    } finally {
      progress.mockRestore();
    }
    expect(rows.map(({ storage, shape }) => `${storage} ${shape}`)).toEqual(
      STORAGES.flatMap((storage) => SHAPES.map(({ name }) => `${storage} ${name}`)),
    );
    expect(rows.filter(({ results }) => results === 0).map(({ shape }) => shape)).toEqual([]);
    expect(table(rows).split('\n')).toHaveLength(1 + 2 * SHAPES.length);
  });
});
