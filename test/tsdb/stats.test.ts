/** Cardinality as real servers told it. */
import { openReadOnly, type ReadOnlyDatabase, type TsdbStats } from '../../tsdb/db.js';
import { fixtureData, FIXTURES, fixtureText, isBy314 } from '../support/fixtures.js';
import { dataDirectory, DIR, records, segment } from '../support/data-directory.js';
import { describeShared } from '../support/shared.js';

type Counts = readonly { name: string; value: number }[];

/** The counts alone, and the names of those whose count no other in the list has. */
function comparable(list: Counts): unknown {
  const values = list.map(({ value }) => value);
  const last = values[values.length - 1];
  return {
    values,
    // Equal counts come in any order there, and which of those at the end make it is chance.
    names: list
      .filter(({ value }) => value !== last && values.filter((v) => v === value).length === 1)
      .map(({ name }) => name),
  };
}

describeShared('stats', () => {
  it.each(FIXTURES)('of %s are those that the server told', async (name) => {
    await using db: ReadOnlyDatabase = await openReadOnly(fixtureData(name));
    const ours = await db.stats();
    const { data } = JSON.parse(fixtureText(name, 'status-tsdb.json')) as { data: TsdbStats };
    expect({ ...ours.headStats, chunkCount: 0 }).toEqual({ ...data.headStats, chunkCount: 0 });
    // 2.42 counted the bytes of each value once; 3.14, and we, what all series hold.
    const memory = isBy314(name) ? (['memoryInBytesByLabelName'] as const) : [];
    for (const key of [
      'seriesCountByMetricName',
      'labelValueCountByLabelName',
      'seriesCountByLabelValuePair',
      ...memory,
    ] as const) {
      expect({ [key]: comparable(ours[key]) }).toEqual({ [key]: comparable(data[key]) });
    }
  });
});

describe('stats', () => {
  const disk = dataDirectory({
    wal: [
      segment(
        records.series([1, { __name__: 'up', job: 'a' }], [2, { __name__: 'up', job: 'b' }]),
        records.samples([1, 5, 1], [2, 9, 1]),
      ),
    ],
  });

  it('counts series, names, values and pairs of the head', async () => {
    await using db = await openReadOnly(DIR, { disk });
    expect(await db.stats(1)).toEqual({
      headStats: { numSeries: 2, numLabelPairs: 3, chunkCount: 2, minTime: 5, maxTime: 9 },
      seriesCountByMetricName: [{ name: 'up', value: 2 }],
      labelValueCountByLabelName: [{ name: 'job', value: 2 }],
      // Each string takes its bytes and one for its length: (1 + 8) + (1 + 2), twice.
      memoryInBytesByLabelName: [{ name: '__name__', value: 24 }],
      seriesCountByLabelValuePair: [{ name: '__name__=up', value: 2 }],
    });
  });

  it('refuses a limit that is no whole number from 1', async () => {
    await using db = await openReadOnly(DIR, { disk });
    await expect(db.stats(0)).rejects.toThrow('limit');
    await expect(db.stats(1.5)).rejects.toThrow('limit');
  });
});
