import { queryOf, selectUnion, seriesUnion } from '../../cli/select-union.js';
import { seriesName } from '../../cli/labels-text.js';
import { openReadOnly } from '../../tsdb/db.js';
import { dataDirectory, DIR, records, segment } from '../support/data-directory.js';

function directory(): ReturnType<typeof dataDirectory> {
  return dataDirectory({
    wal: [
      segment(
        records.series([1, { n: 'a' }], [2, { n: 'b' }], [3, { n: 'c' }]),
        records.samples([1, 10, 1], [2, 10, 2], [3, 10, 3], [1, 20, 1], [3, 30, 3]),
      ),
    ],
  });
}

async function read(match: string[], range = {}): Promise<string[]> {
  await using db = await openReadOnly(DIR, { disk: directory() });
  const found: string[] = [];
  for await (const { labels, samples } of selectUnion(db, queryOf({ match, ...range }))) {
    found.push(`${seriesName(labels)} ${samples.times.subarray(0, samples.count).join(',')}`);
  }
  return found;
}

describe('selectUnion', () => {
  it('without a selector reads everything', async () => {
    expect(await read([])).toEqual(['{n="a"} 10,20', '{n="b"} 10', '{n="c"} 10,30']);
  });

  it('merges what several selectors match, each series once', async () => {
    expect(await read(['{n="c"}', '{n=~"a|c"}', '{n="none"}'])).toEqual([
      '{n="a"} 10,20',
      '{n="c"} 10,30',
    ]);
  });

  it('selects nothing by an empty selector, as promtool does', async () => {
    expect(await read(['{}'])).toEqual([]);
    expect(await read(['{}', '{n="b"}'])).toEqual(['{n="b"} 10']);
  });

  it('keeps to the time range', async () => {
    expect(await read(['{n=~"a|b"}'], { minTime: 15, maxTime: 25 })).toEqual(['{n="a"} 20']);
  });

  it('may be left early', async () => {
    await using db = await openReadOnly(DIR, { disk: directory() });
    for await (const { labels } of selectUnion(db, queryOf({ match: ['{n="a"}', '{n="b"}'] }))) {
      expect(labels.get('n')).toBe('a');
      break;
    }
    // Closing would wait for readers that were not let go.
    await db.close();
  });
});

describe('seriesUnion', () => {
  it('gives label sets in order, each once', async () => {
    await using db = await openReadOnly(DIR, { disk: directory() });
    const found = await seriesUnion(db, queryOf({ match: ['{n=~"b|c"}', '{n=~"a|b"}'] }));
    expect(found.map(seriesName)).toEqual(['{n="a"}', '{n="b"}', '{n="c"}']);
  });
});

it('queryOf refuses a selector that is none', () => {
  expect(() => queryOf({ match: ['up', '{'] })).toThrow('parse error');
});
