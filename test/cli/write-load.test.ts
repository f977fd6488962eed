import { WriteLoad } from '../../cli/write-load.js';
import { Labels } from '../../model/labels.js';
import { matcher } from '../../model/matcher.js';
import { Database } from '../../tsdb/db.js';

const SERIES = ['a', 'b', 'c'].map((name) => Labels.from({ name }));

/** Of each series, by its labels: first and last time, and how many samples. */
async function written(
  load: WriteLoad,
  startMs?: number,
): Promise<Record<string, readonly number[]>> {
  await using db = await Database.inMemory();
  const total = await load.run(db, startMs);
  const found: Record<string, readonly number[]> = {};
  let count = 0;
  for await (const { labels, samples } of db.select([matcher('name', '!=', '')])) {
    const { times } = samples;
    found[labels.toString()] = [times[0], times[samples.count - 1], samples.count];
    count += samples.count;
  }
  expect(total).toBe(count);
  return found;
}

describe('the load of bench write', () => {
  it('is scrapes of all series every 30 s, rounded up to hundreds', async () => {
    const all = [30_000, 6_000_000, 200];
    expect(await written(new WriteLoad(SERIES, 101))).toEqual({
      '{name="a"}': all,
      '{name="b"}': all,
      '{name="c"}': all,
    });
  });

  it('begins where it is told', async () => {
    const found = await written(new WriteLoad(SERIES.slice(0, 1), 100), 5000);
    expect(found['{name="a"}']).toEqual([35_000, 3_005_000, 100]);
  });

  it('has promtool’s counters, which begin again with each hundred', async () => {
    await using db = await Database.inMemory();
    await new WriteLoad(SERIES.slice(0, 1), 200).run(db);
    for await (const { samples } of db.select([matcher('name', '=', 'a')])) {
      const { values } = samples;
      expect([values[0], values[99]]).toEqual([123_457_789, 123_556_789]);
      expect([values[100], values[199]]).toEqual([123_457_789, 123_556_789]);
    }
  });

  it('takes other samples, other labels, and smaller commits', async () => {
    const load = new WriteLoad(SERIES, 200, {
      shardSeries: 2,
      samplesOf: (first, series) => ({
        jitters: new Float64Array(100 * series).fill(first),
        values: new Float64Array(100 * series).fill(7),
      }),
      labelsOf: (labels, index, group) =>
        index === 2 ? Labels.from({ name: `c${group}` }) : labels,
    });
    expect(await written(load)).toEqual({
      '{name="a"}': [30_000, 6_000_000, 200],
      '{name="b"}': [30_000, 6_000_000, 200],
      '{name="c"}': [30_002, 3_000_002, 100],
      '{name="c1"}': [3_030_002, 6_000_002, 100],
    });
  });
});
