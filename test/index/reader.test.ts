import { NodeDisk } from '../../disk/node-disk.js';
import { expand } from '../../index/postings.js';
import { ChunkMetas, IndexReader } from '../../index/reader.js';
import type { Labels } from '../../model/labels.js';
import { type Matcher, matcher } from '../../model/matcher.js';
import { compareUtf8 } from '../../model/utf8.js';
import { fixtureIndexes } from '../support/index-fixtures.js';
import { describeShared, shared } from '../support/shared.js';
import { idsOf } from '../support/moving.js';
import { atOnce } from '../../model/steps.js';

const disk = new NodeDisk({ io: 'pread' });
const mapped = new NodeDisk({ io: 'auto' });

/** Every series by id, read one by one. */
function allSeries(reader: IndexReader): Map<number, Labels> {
  return new Map(expand(reader.allPostings()).map((id) => [id, reader.series(id, null)]));
}

/** What the answer must be, computed from the series themselves. */
function bruteForce(series: ReadonlyMap<number, Labels>, matchers: readonly Matcher[]): number[] {
  return [...series]
    .filter(([, labels]) => matchers.every((m) => m.matches(labels.get(m.name))))
    .map(([id]) => id);
}

function namesOf(series: Iterable<Labels>): string[] {
  const names = new Set<string>();
  for (const labels of series) for (const [name] of labels) names.add(name);
  return [...names].sort(compareUtf8);
}

function valuesOf(series: Iterable<Labels>, name: string): string[] {
  const values = new Set<string>();
  for (const labels of series) values.add(labels.get(name));
  values.delete('');
  return [...values].sort(compareUtf8);
}

function quoted(text: string): string {
  return text.replace(/[^a-zA-Z0-9\u0080-\uffff]/g, '\\$&');
}

describeShared('index version 1', () => {
  const path = shared('conformance/tsdb/index_format_v1/index');

  it('lists all 102 series with their chunks', () => {
    const reader = IndexReader.open(disk.openImmutable(path));
    expect(reader.version).toBe(1);
    const series = [...allSeries(reader).values()].map(String);
    const numbers = Array.from({ length: 100 }, (_, i) => `{bar="${i}"}`);
    expect(new Set(series)).toEqual(new Set([...numbers, '{foo="bar"}', '{foo="baz"}']));
    expect(expand(atOnce(reader.everySeries()))).toEqual(expand(reader.allPostings()));
    expect(reader.labelValues('foo')).toEqual(['bar', 'baz']);
    expect(reader.labelNames()).toEqual(['bar', 'foo']);
    expect(reader.labelNames([matcher('bar', '=', '1')])).toEqual(['bar']);
    const chunks = new ChunkMetas();
    reader.series(expand(reader.postings('foo', 'baz'))[0], chunks);
    expect([chunks.count, chunks.minTimes[0], chunks.maxTimes[0]]).toEqual([1, 3, 3]);
    reader.close();
  });
});

describeShared('the block whose index says the wrong version', () => {
  const path = shared('conformance/tsdb/repair_index_version/01BZJ9WJQPWHGNC2W4J9TA62KC/index');

  it('is read as version 2 where meta.json says 2', () => {
    const reader = IndexReader.open(disk.openImmutable(path), { metaVersion: 2 });
    const found = expand(reader.postings('b', '1')).map((id) => String(reader.series(id, null)));
    expect(found).toEqual(['{a="1", b="1"}', '{a="2", b="1"}']);
    reader.close();
  });

  it('is refused, not misread, as the version 1 that it claims to be', () => {
    const reader = IndexReader.open(disk.openImmutable(path));
    const [id] = expand(reader.postings('b', '1'));
    expect(() => reader.series(id, null)).toThrow(
      expect.objectContaining({ code: 'TSDB_CORRUPT', path }),
    );
    reader.close();
  });
});

describeShared('blocks that Prometheus wrote', () => {
  it.each(fixtureIndexes())('$name answers as its series say', ({ path }) => {
    const reader = IndexReader.open(mapped.openImmutable(path), {
      labelCacheBytes: 100_000,
    });
    const series = allSeries(reader);
    const check = (matchers: readonly Matcher[]): void => {
      const wanted = bruteForce(series, matchers);
      expect(idsOf(reader.select(matchers)).join()).toBe(wanted.join());
      const matching = wanted.map((id) => series.get(id) as Labels);
      expect(reader.labelNames(matchers)).toEqual(namesOf(matching));
      for (const name of ['__name__', 'job', 'instance', 'n', 'absent']) {
        expect(reader.labelValues(name, matchers)).toEqual(valuesOf(matching, name));
      }
    };
    check([]);
    // All names of a small block, a spread of those of a large one.
    const names = reader.labelNames();
    const step = Math.ceil((names.length * series.size) / 10_000);
    for (const name of names.filter((_, i) => i % step === 0)) {
      const values = reader.labelValues(name);
      const first = values[0];
      check([matcher(name, '=', first)]);
      check([matcher(name, '!=', first)]);
      check([matcher(name, '!=', '')]);
      check([matcher(name, '=', '')]);
      check([matcher(name, '=~', `${quoted(first.slice(0, 2))}.*`), matcher('job', '!=', '')]);
      check([matcher(name, '!~', '.*[0-9]$'), matcher('job', '=~', '.+')]);
    }
    const chunks = new ChunkMetas();
    const differing = [...series].filter(([id, labels]) => {
      const isSame = reader.series(id, chunks).compare(labels) === 0;
      return !isSame || chunks.count === 0;
    });
    expect(differing).toEqual([]);
    reader.close();
  });
});
