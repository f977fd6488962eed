/** The series that any of several selectors matches: what repeated `--match` flags ask for. */
import type { Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import { parseSelector } from '../promql/selector.js';
import type { ReadOnlyDatabase, SelectedSeries } from '../tsdb/db.js';
import type { SelectFlags } from './flags.js';

/** What to read: series that match all matchers of any set, in a closed time range. */
export interface Query {
  readonly matcherSets: readonly (readonly Matcher[])[];
  /** In ms; absent: no bound. */
  readonly minTime?: number;
  readonly maxTime?: number;
}

/** All series: an empty set of matchers. */
const EVERYTHING: readonly Matcher[] = [];

/** What the flags ask for; all series without `--match`. Throws a `SelectorError`. */
export function queryOf({ match = [], minTime, maxTime }: SelectFlags): Query {
  if (match.length === 0) return { matcherSets: [EVERYTHING], minTime, maxTime };
  // `{}` selects nothing in promtool, since no matcher selects it.
  const matcherSets = match.map((text) => parseSelector(text)).filter((set) => set.length > 0);
  return { matcherSets, minTime, maxTime };
}

/**
 * Series with their samples in label order, each once. `samples` is reused: it is valid until the
 * loop's next turn.
 */
export async function* selectUnion(
  db: ReadOnlyDatabase,
  { matcherSets, minTime, maxTime }: Query,
): AsyncGenerator<SelectedSeries, void, undefined> {
  const options = { minTime, maxTime, reuseColumns: true };
  const cursors = matcherSets.map((matchers) => db.select(matchers, options));
  try {
    const heads = await Promise.all(cursors.map((cursor) => cursor.next()));
    for (;;) {
      let first: SelectedSeries | undefined;
      for (const { value } of heads) {
        if (value && (first === undefined || value.labels.compare(first.labels) < 0)) first = value;
      }
      if (first === undefined) return;
      const { labels } = first;
      yield first;
      for (let i = 0; i < heads.length; i++) {
        const { value } = heads[i];
        if (value && value.labels.compare(labels) === 0) heads[i] = await cursors[i].next();
      }
    }
  } finally {
    for (const cursor of cursors) await cursor.return();
  }
}

/** The label sets alone, by chunk ranges: no sample is read. In label order, each once. */
export async function seriesUnion(
  db: ReadOnlyDatabase,
  { matcherSets, minTime, maxTime }: Query,
): Promise<Labels[]> {
  const found = new Map<string, Labels>();
  for (const matchers of matcherSets) {
    for (const labels of await db.series(matchers, { minTime, maxTime }))
      found.set(labels.key(), labels);
  }
  return [...found.values()].sort((a, b) => a.compare(b));
}
