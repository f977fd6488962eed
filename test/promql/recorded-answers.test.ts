/**
 * What Prometheus 3.14 answered to random queries over the directories that it wrote. Queries over
 * native histograms wait for a later step; all others agree, digits, annotations and errors.
 */
import { ParseError, QueryError } from '../../model/errors.js';
import { matcher } from '../../model/matcher.js';
import { Engine } from '../../promql/engine.js';
import { openReadOnly, type ReadOnlyDatabase } from '../../tsdb/db.js';
import { type Answer, isTextEqual } from '../support/answers.js';
import { FIXTURES, fixtureData, fixtureText, isBy314 } from '../support/fixtures.js';
import { describeShared } from '../support/shared.js';

interface Recorded {
  readonly path: string;
  readonly body: Answer;
}

/** Hundreds of queries over half an hour of three servers. */
const TIMEOUT_MS = 60_000;

const engine = new Engine({
  experimentalFunctions: true,
  extendedRangeSelectors: true,
  fillModifiers: true,
});

/** The names of metrics that have histogram samples. */
async function histogramNames(db: ReadOnlyDatabase): Promise<Set<string>> {
  const names = new Set<string>();
  const everything = [matcher('__name__', '=~', '.+')];
  for await (const { labels, samples } of db.select(everything, { reuseColumns: true })) {
    if (samples.histograms !== null) names.add(labels.get('__name__'));
  }
  return names;
}

/** Whether a query may read histograms: by a name in its text, or by matchers without one. */
function mayReadHistograms(query: string, names: ReadonlySet<string>): boolean {
  const words = query.match(/[a-zA-Z_:][a-zA-Z0-9_:]*/g) ?? [];
  return words.some((word) => names.has(word)) || /(^|[^a-zA-Z0-9_:])\{/.test(query);
}

async function ours(db: ReadOnlyDatabase, url: URL): Promise<Answer> {
  const parameter = (name: string): string => url.searchParams.get(name) ?? '';
  const time = (name: string): number => Math.round(Number(parameter(name)) * 1000);
  const query = parameter('query');
  try {
    const { value, warnings, infos } = url.pathname.endsWith('range')
      ? await engine.range(db, query, {
          start: time('start'),
          end: time('end'),
          step: time('step'),
        })
      : await engine.instant(db, query, { time: time('time') });
    const data = JSON.parse(JSON.stringify(value)) as Answer['data'];
    return { status: 'success', data, warnings, infos };
  } catch (error) {
    if (error instanceof ParseError) {
      const message = `invalid parameter "query": ${error.message}`;
      return { status: 'error', errorType: 'bad_data', error: message };
    }
    if (!(error instanceof QueryError)) throw error;
    return { status: 'error', errorType: error.type, error: error.message };
  }
}

describeShared('recorded answers of Prometheus 3.14 to random queries', () => {
  it.each(FIXTURES.filter(isBy314))(
    '%s',
    async (name) => {
      await using db = await openReadOnly(fixtureData(name));
      const names = await histogramNames(db);
      const different: string[] = [];
      let compared = 0;
      for (const line of fixtureText(name, 'random.jsonl.gz').split('\n')) {
        if (line === '') continue;
        const { path, body } = JSON.parse(line) as Recorded;
        const url = new URL(path, 'http://localhost');
        const query = url.searchParams.get('query') ?? '';
        if (mayReadHistograms(query, names)) continue;
        compared++;
        if (!isTextEqual(body, await ours(db, url))) different.push(query);
      }
      expect(different).toEqual([]);
      expect(compared).toBeGreaterThan(50);
    },
    TIMEOUT_MS,
  );
});
