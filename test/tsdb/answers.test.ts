/** What real servers answered about recorded directories, the database answers too. */
import { isStaleAt } from '../../encoding/float-bits.js';
import type { Columns } from '../../model/columns.js';
import { nonEmptyBuckets } from '../../model/exponential-bounds.js';
import type { Histogram } from '../../model/histogram.js';
import type { Matcher } from '../../model/matcher.js';
import { isStale } from '../../encoding/float-bits.js';
import { parseSelector } from '../../promql/selector.js';
import { openReadOnly, type ReadOnlyDatabase } from '../../tsdb/db.js';
import {
  fixtureAnswers,
  fixtureData,
  FIXTURES,
  isBy314,
  type RecordedAnswer,
} from '../support/fixtures.js';
import { describeShared } from '../support/shared.js';

const LOOKBACK_MS = 300_000;

interface RecordedSeries {
  readonly metric: Record<string, string>;
  readonly value?: [number, string];
  readonly values?: [number, string][];
  readonly histogram?: [number, RecordedHistogram];
  readonly histograms?: [number, RecordedHistogram][];
}

interface RecordedHistogram {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: [number, string, string, string][];
}

/** A series with what it is at each evaluation time: a number, or a histogram as plain data. */
type Evaluated = Record<string, unknown>;

/** The selector of a query, or null where the query is more than a selector. */
function plainSelector(answer: RecordedAnswer): Matcher[] | null {
  const query = answer.parameters.get('query') ?? '';
  if (answer.status !== 200 || answer.method !== 'GET' || /^\s*"/.test(query)) return null;
  const known = ['query', 'time', 'start', 'end', 'step'];
  if ([...answer.parameters.keys()].some((name) => !known.includes(name))) return null;
  if (evaluationTimes(answer.parameters).some(Number.isNaN)) return null;
  try {
    return parseSelector(query);
  } catch {
    return null;
  }
}

function evaluationTimes(parameters: URLSearchParams): number[] {
  const ms = (name: string) => Math.round(Number(parameters.get(name)) * 1000);
  if (!parameters.has('step')) return [ms('time')];
  const times: number[] = [];
  if (!(ms('step') > 0)) return [NaN];
  for (let time = ms('start'); time <= ms('end'); time += ms('step')) times.push(time);
  return times;
}

function plain(histogram: Histogram): unknown {
  return {
    count: histogram.count,
    sum: histogram.sum,
    buckets: nonEmptyBuckets(histogram).map(({ lower, upper, count }) => [lower, upper, count]),
  };
}

function plainRecorded(histogram: RecordedHistogram): unknown {
  return {
    count: numberOf(histogram.count),
    sum: numberOf(histogram.sum),
    buckets: (histogram.buckets ?? []).map(([, lower, upper, count]) =>
      [lower, upper, count].map(numberOf),
    ),
  };
}

function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

/** What a plain selector evaluates to: the last sample within the lookback, unless it is stale. */
async function evaluate(
  db: ReadOnlyDatabase,
  matchers: Matcher[],
  times: number[],
  leftOpen: boolean,
): Promise<Map<string, Evaluated>> {
  const found = new Map<string, Evaluated>();
  const range = { minTime: times[0] - LOOKBACK_MS, maxTime: times[times.length - 1] };
  for await (const { labels, samples } of db.select(matchers, range)) {
    const values: Evaluated = {};
    for (const time of times) {
      const row = lastRow(samples, time, leftOpen);
      if (row >= 0) values[time] = valueAt(samples, row);
    }
    if (Object.keys(values).length > 0) found.set(labels.key(), { ...labels.toJSON(), ...values });
  }
  return found;
}

function lastRow(samples: Columns, time: number, leftOpen: boolean): number {
  let row = -1;
  for (let end = samples.count; row + 1 < end;) {
    const middle = (row + 1 + end) >> 1;
    if (samples.times[middle] <= time) row = middle;
    else end = middle;
  }
  const earliest = time - LOOKBACK_MS + (leftOpen ? 1 : 0);
  if (row < 0 || samples.times[row] < earliest) return -1;
  const histogram = samples.histograms?.[row];
  const stale = histogram === undefined ? isStaleAt(samples.values, row) : isStale(histogram.sum);
  return stale ? -1 : row;
}

function valueAt(samples: Columns, row: number): unknown {
  const histogram = samples.histograms?.[row];
  return histogram === undefined ? samples.values[row] : plain(histogram);
}

function recorded(answer: RecordedAnswer): Map<string, Evaluated> {
  const { result } = answer.data as { result: RecordedSeries[] };
  const found = new Map<string, Evaluated>();
  for (const series of result) {
    const values: Evaluated = {};
    const ms = (time: number) => Math.round(time * 1000);
    for (const [t, v] of [...(series.value ? [series.value] : []), ...(series.values ?? [])]) {
      values[ms(t)] = numberOf(v);
    }
    const one = series.histogram === undefined ? [] : [series.histogram];
    for (const [t, h] of [...one, ...(series.histograms ?? [])]) values[ms(t)] = plainRecorded(h);
    found.set(JSON.stringify(series.metric), { ...series.metric, ...values });
  }
  return found;
}

function sortedEntries(found: Map<string, Evaluated>): Evaluated[] {
  const key = (one: Evaluated) =>
    JSON.stringify(
      Object.entries(one)
        .filter(([name]) => !/^\d+$/.test(name))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  return [...found.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function selectorsOf(answer: RecordedAnswer): Matcher[][] {
  return answer.parameters.getAll('match[]').map(parseSelector);
}

function rangeOf(answer: RecordedAnswer): { minTime?: number; maxTime?: number } {
  const ms = (name: string) =>
    answer.parameters.has(name) ? Number(answer.parameters.get(name)) * 1000 : undefined;
  return { minTime: ms('start'), maxTime: ms('end') };
}

jest.setTimeout(60_000);

describeShared('what a Prometheus server answered', () => {
  it('was recorded', () => {
    expect(FIXTURES.length).toBeGreaterThan(0);
  });

  // No `describe.each`: without the folder there is no name, and it takes no empty list.
  for (const name of FIXTURES)
    describe(`about ${name}`, () => {
      let db: ReadOnlyDatabase;

      beforeAll(async () => {
        db = await openReadOnly(fixtureData(name));
      });
      afterAll(() => db.close());

      it('opens without a problem', () => {
        expect(db.problems).toEqual([]);
      });

      it('to plain selectors, select gives too', async () => {
        let compared = 0;
        for (const answer of fixtureAnswers(name)) {
          const path = answer.path;
          if (path !== '/api/v1/query' && path !== '/api/v1/query_range') continue;
          const matchers = plainSelector(answer);
          if (matchers === null) continue;
          const times = evaluationTimes(answer.parameters);
          const ours = await evaluate(db, matchers, times, isBy314(name));
          expect({ query: answer.parameters.get('query'), result: sortedEntries(ours) }).toEqual({
            query: answer.parameters.get('query'),
            result: sortedEntries(recorded(answer)),
          });
          compared++;
        }
        expect(compared).toBeGreaterThan(5);
      });

      it('to labels, values and series, the database gives too', async () => {
        let compared = 0;
        for (const answer of fixtureAnswers(name)) {
          if (answer.status !== 200 || answer.method !== 'GET') continue;
          const limit = Number(answer.parameters.get('limit') ?? 0);
          const valuesOf = /^\/api\/v1\/label\/(?!U__)(.+)\/values$/.exec(answer.path)?.[1];
          if (answer.path !== '/api/v1/labels' && valuesOf === undefined) continue;
          const selectors = selectorsOf(answer);
          const found = new Set<string>();
          for (const matchers of selectors.length === 0 ? [[]] : selectors) {
            const options = { ...rangeOf(answer), matchers };
            const part =
              valuesOf === undefined
                ? await db.labelNames(options)
                : await db.labelValues(valuesOf, options);
            for (const one of part) found.add(one);
          }
          const ours = [...found].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
          expect({ path: answer.path, data: limit > 0 ? ours.slice(0, limit) : ours }).toEqual({
            path: answer.path,
            data: answer.data,
          });
          compared++;
        }
        expect(compared).toBeGreaterThan(2);
      });

      it('to series, the database gives too', async () => {
        let compared = 0;
        for (const answer of fixtureAnswers(name)) {
          if (answer.path !== '/api/v1/series' || answer.status !== 200) continue;
          if (answer.method !== 'GET' || answer.parameters.has('limit')) continue;
          const found = new Map<string, unknown>();
          for (const matchers of selectorsOf(answer)) {
            for (const labels of await db.series(matchers, rangeOf(answer))) {
              found.set(labels.key(), labels.toJSON());
            }
          }
          const byText = (a: unknown, b: unknown) =>
            JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
          expect([...found.values()].sort(byText)).toEqual((answer.data as unknown[]).sort(byText));
          compared++;
        }
        expect(compared).toBeGreaterThan(0);
      });
    });
});
