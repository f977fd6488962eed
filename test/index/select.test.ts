import fc from 'fast-check';
import { MemPostings } from '../../index/mem-postings.js';
import { expand } from '../../index/postings.js';
import {
  type PostingsIndex,
  selectLabelNames,
  selectLabelValues,
  selectPostings,
} from '../../index/select.js';
import { Labels } from '../../model/labels.js';
import { type Matcher, matcher, type MatchType } from '../../model/matcher.js';
import { atOnce } from '../../model/steps.js';
import { compareUtf8 } from '../../model/utf8.js';
import { buildIndex, openBytes } from '../support/index-builder.js';
import { idsOf } from '../support/moving.js';

/** Series by the ids under which an index knows them. */
interface Indexed {
  readonly index: PostingsIndex;
  readonly series: ReadonlyMap<number, Labels>;
}

function inBlock(sets: readonly Labels[]): Indexed {
  const index = openBytes(buildIndex(sets.map((labels) => ({ labels: labels.toJSON() }))));
  const ids = expand(index.allPostings());
  return { index, series: new Map(ids.map((id) => [id, index.series(id, null)])) };
}

function inMemory(sets: readonly Labels[]): Indexed {
  const index = new MemPostings();
  const series = new Map(sets.map((labels, i) => [i * 3 + 1, labels]));
  for (const [ref, labels] of series) index.add(ref, labels);
  return { index, series };
}

function check({ index, series }: Indexed, matchers: readonly Matcher[]): void {
  const matching = [...series].filter(([, labels]) =>
    matchers.every((m) => m.matches(labels.get(m.name))),
  );
  const text = matchers.map(String).join();
  const ids = idsOf(atOnce(selectPostings(index, matchers)));
  expect([text, ids]).toEqual([text, matching.map(([id]) => id)]);
  const names = new Set(matching.flatMap(([, labels]) => [...labels].map(([name]) => name)));
  expect([text, atOnce(selectLabelNames(index, matchers))]).toEqual([
    text,
    [...names].sort(compareUtf8),
  ]);
  for (const name of ['a', 'b', 'z', '']) {
    const values = new Set(matching.map(([, labels]) => labels.get(name)));
    values.delete('');
    const wanted = [...values].sort(compareUtf8);
    expect([text, name, atOnce(selectLabelValues(index, name, matchers))]).toEqual([
      text,
      name,
      wanted,
    ]);
  }
}

const name = fc.constantFrom('a', 'b', 'c');
const value = fc.constantFrom('x', 'y', 'xy', 'x1', 'é', '\uffee', '😀', 'z\n');
const labelSets = fc.uniqueArray(
  fc.dictionary(name, value, { minKeys: 1, noNullPrototype: true }).map((l) => Labels.from(l)),
  { maxLength: 30, selector: (labels) => labels.key() },
);
const pattern = fc.constantFrom(
  '',
  'x',
  '.*',
  '.+',
  'x|y',
  'x|',
  'x.*',
  '.*y',
  'x.',
  '[^x]+',
  '😀?',
);
const matchers = fc.array(
  fc
    .tuple(fc.constantFrom('a', 'b', 'c', 'z'), fc.constantFrom('=', '!=', '=~', '!~'), pattern)
    .map(([label, type, text]) => matcher(label, type, text)),
  { maxLength: 4 },
);

describe('matchers over postings', () => {
  it.each([
    ['a block', inBlock],
    ['the head', inMemory],
  ])('of %s select what they say of each series', (_, makeIndex) => {
    fc.assert(
      fc.property(
        labelSets,
        fc.array(matchers, { minLength: 1, maxLength: 5 }),
        (sets, queries) => {
          const sorted = [...sets].sort((x, y) => x.compare(y));
          const indexed = makeIndex(sorted);
          for (const query of queries) check(indexed, query);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('that match the empty value also select series without the label', () => {
    const records: Record<string, string>[] = [{ a: 'x' }, { a: 'y', b: 'x' }, { b: 'y' }];
    const sets = records.map((labels) => Labels.from(labels));
    const indexed = inMemory(sets);
    const select = (...queries: readonly (readonly [MatchType, string])[]): string[] => {
      const query = queries.map(([type, text]) => matcher('a', type, text));
      check(indexed, query);
      return idsOf(atOnce(selectPostings(indexed.index, query))).map((ref) =>
        String(indexed.series.get(ref)),
      );
    };
    expect(select(['=', ''])).toEqual(['{b="y"}']);
    expect(select(['!=', 'x'])).toEqual(['{a="y", b="x"}', '{b="y"}']);
    expect(select(['=~', 'x|'])).toEqual(['{a="x"}', '{b="y"}']);
    expect(select(['=~', '.*'])).toHaveLength(3);
    expect(select(['!~', '.*'])).toEqual([]);
    expect(select(['!~', '.+'])).toEqual(['{b="y"}']);
    expect(select(['!=', ''], ['=~', 'x|'])).toEqual(['{a="x"}']);
    expect(select(['!=', ''], ['!=', 'x'])).toEqual(['{a="y", b="x"}']);
  });

  it('of many values take the same way through bits as through cursors', () => {
    const sets = Array.from({ length: 300 }, (_, i) =>
      Labels.from({ a: `v${String(i).padStart(3, '0')}`, b: i % 2 === 0 ? 'even' : 'odd' }),
    );
    for (const indexed of [inBlock(sets), inMemory(sets)]) {
      for (const text of ['v0.*', 'v00.*', '.*9', 'v1.[0-4]', 'v[012]+', 'v999|v001|v002']) {
        check(indexed, [matcher('a', '=~', text), matcher('b', '=', 'odd')]);
        check(indexed, [matcher('a', '!~', text)]);
      }
      // Few series against many values, and many against many.
      check(indexed, [matcher('a', '=', 'v007')]);
      check(indexed, [matcher('b', '!=', 'even')]);
    }
  });
});
