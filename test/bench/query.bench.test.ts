/** The benchmark of queries at its small size, in this process: every shape finds something. */
import { type QueryRow, run, SMALL, STORAGES, subjectOf, table } from '../../bench/query.bench.js';

const FIND_NOTHING = [
  'absent_over_time(a_hundred[1d])',
  "a_hundred and b_hundred{l='notfound'}",
  'a_hundred + on(l) group_right a_one',
];

describe('the benchmark of queries', () => {
  it('asks all shapes of all storages, and each finds something', async () => {
    const progress = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    let rows: QueryRow[];
    try {
      rows = await run(SMALL, STORAGES);
    } finally {
      progress.mockRestore();
    }
    expect(rows.map(({ storage, shape }) => `${storage} ${shape}`)).toEqual(
      STORAGES.flatMap((storage) =>
        subjectOf(storage, SMALL).shapes.map(({ name }) => `${storage} ${name}`),
      ),
    );
    const empty = rows.filter(({ results }) => results === 0).map(({ shape }) => shape);
    // They ask for what is not there.
    expect(empty).toEqual(FIND_NOTHING);
    expect(table(rows).split('\n')).toHaveLength(1 + rows.length);
  });
});
