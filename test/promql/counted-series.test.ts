/** `count_values` against counting by hand: over a range, at a moment, as objects and as JSON. */
import fc from 'fast-check';
import { queryJson } from '../../api/query-json.js';
import { formatPlain } from '../../model/go-float.js';
import { Engine } from '../../promql/engine.js';
import { MatrixValue, type QueryValue } from '../../promql/value.js';
import { ArrayQueryable, series } from '../support/queryable.js';

const MINUTE = 60_000;
const STEPS = 6;

interface JsonSeries {
  readonly metric: Record<string, string>;
  readonly values: [number, string][];
}

async function jsonOf(value: QueryValue): Promise<{ result: JsonSeries[] }> {
  let text = '';
  for await (const piece of queryJson(value).pieces) text += Buffer.from(piece).toString();
  return JSON.parse(text) as { result: JsonSeries[] };
}

function ask(all: readonly (readonly number[])[], query: string): Promise<QueryValue> {
  const db = new ArrayQueryable(
    all.map((values, i) => {
      const labels = { __name__: 'm', a: `a"${i % 2}`, z: `z${i}` };
      const texts = values.map((v) => (Object.is(v, -0) ? '-0' : String(v).replace('inity', '')));
      return series(labels, texts.join(' '));
    }),
  );
  const range = { start: 0, end: (STEPS - 1) * MINUTE, step: MINUTE };
  return new Engine().range(db, query, range).then(({ value }) => value);
}

/** Labels as JSON → how often at each step. */
function byHand(
  all: readonly (readonly number[])[],
  labelsOf: (text: string, i: number) => Record<string, string>,
): JsonSeries[] {
  const counts = new Map<string, number[]>();
  all.forEach((values, i) => {
    values.forEach((value, step) => {
      const key = JSON.stringify(Object.entries(labelsOf(formatPlain(value), i)).sort());
      const found = counts.get(key) ?? new Array<number>(STEPS).fill(0);
      counts.set(key, found);
      found[step]++;
    });
  });
  const order = [...counts].map(([key, found]) => {
    const labels = JSON.parse(key) as [string, string][];
    const points = found.flatMap((count, step) => (count > 0 ? [[60 * step, String(count)]] : []));
    return { labels, metric: Object.fromEntries(labels), values: points as [number, string][] };
  });
  order.sort((x, y) => (x.labels.flat().join('\0') < y.labels.flat().join('\0') ? -1 : 1));
  return order.map(({ metric, values }) => ({ metric, values }));
}

const value = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 0, 1e-7, 1e21, 1.5),
  fc.double(),
);
const table = fc.array(fc.array(value, { minLength: STEPS, maxLength: STEPS }), {
  minLength: 1,
  maxLength: 12,
});

describe('counts of values', () => {
  it.each([
    ['count_values("value", m)', (text: string) => ({ value: text })],
    ['count_values by (a) ("b", m)', (text: string, i: number) => ({ a: `a"${i % 2}`, b: text })],
    ['count_values by (b) ("a", m)', (text: string) => ({ a: text })],
    [
      'count_values by (a) ("B", m{a="a\\"0"})',
      (text: string): Record<string, string> => ({ B: text, a: 'a"0' }),
    ],
    ['count_values without (a, z) ("z", m)', (): Record<string, string> => ({})],
  ])('%s', async (query, labelsOf) => {
    await fc.assert(
      fc.asyncProperty(table, async (all) => {
        const counted = await ask(all, query);
        const seen = query.includes('m{') ? all.filter((_, i) => i % 2 === 0) : all;
        const wanted = byHand(seen, query.includes('m{') ? (t) => labelsOf(t, 0) : labelsOf);
        expect((await jsonOf(counted)).result).toEqual(wanted);
        expect((JSON.parse(JSON.stringify(counted)) as { result: unknown }).result).toEqual(wanted);
        expect(counted instanceof MatrixValue && counted.count).toBe(wanted.length);
      }),
      { numRuns: 60 },
    );
  });

  it('of many values are written in pieces', async () => {
    const all = Array.from({ length: 5000 }, (_, i) =>
      Array.from({ length: STEPS }, (__, step) => i / 7 + step / 64),
    );
    const counted = await ask(all, 'count_values("value", m)');
    let pieces = 0;
    for await (const piece of queryJson(counted).pieces) if (piece !== '') pieces++;
    expect(pieces).toBeGreaterThan(5);
    expect(counted instanceof MatrixValue && counted.series.length).toBe(new Set(all.flat()).size);
  });
});
