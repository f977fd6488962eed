/** A database for tests of the API: series in memory that it answers from, and what it was told. */
import type { ApiAppender, CommitOutcome, WritableApiDatabase } from '../../api/api-database.js';
import { Columns } from '../../model/columns.js';
import { Labels } from '../../model/labels.js';
import type { Matcher } from '../../model/matcher.js';
import type { Querier, SelectOptions, SeriesCursor } from '../../model/queryable.js';
import type { TsdbStats } from '../../tsdb/stats.js';

const NO_STATS: TsdbStats = {
  headStats: { numSeries: 0, numLabelPairs: 0, chunkCount: 0, minTime: 0, maxTime: 0 },
  seriesCountByMetricName: [],
  labelValueCountByLabelName: [],
  memoryInBytesByLabelName: [],
  seriesCountByLabelValuePair: [],
};

const NOTHING: CommitOutcome = { appended: 0, outOfOrder: 0, duplicate: 0, outOfBounds: 0 };

export class MemoryApiDatabase implements WritableApiDatabase {
  /** By label key. */
  readonly stored = new Map<string, { labels: Labels; samples: Columns }>();
  /** What was asked of the admin half, in words. */
  readonly told: string[] = [];
  /** Thrown by `append`, or by `commit`, while set. */
  refusal: Error | null = null;
  commitFailure: Error | null = null;
  rollbacks = 0;
  openQueriers = 0;

  /** Adds samples of a series, `[time, value]` each. */
  add(
    labels: Readonly<Record<string, string>>,
    rows: readonly (readonly [number, number])[],
  ): void {
    const { samples } = this.seriesOf(Labels.from(labels));
    for (const [time, value] of rows) {
      samples.reserve(1);
      samples.times[samples.count] = time;
      samples.values[samples.count] = value;
      samples.commitFloats(1);
    }
  }

  querier({ minTime = -Infinity, maxTime = Infinity }: SelectOptions): Promise<Querier> {
    this.openQueriers++;
    return Promise.resolve({
      select: (matchers) => Promise.resolve(this.cursor(matchers, minTime, maxTime)),
      release: () => {
        this.openQueriers--;
      },
    });
  }

  labelNames(): Promise<string[]> {
    const names = this.sorted().flatMap(({ labels }) => [...labels].map(([name]) => name));
    return Promise.resolve([...new Set(names)].sort());
  }

  labelValues(name: string): Promise<string[]> {
    const values = this.sorted().map(({ labels }) => labels.get(name));
    return Promise.resolve([...new Set(values)].filter((value) => value !== '').sort());
  }

  series(matchers: readonly Matcher[]): Promise<Labels[]> {
    const found = this.sorted().filter(({ labels }) => matchesAll(matchers, labels));
    return Promise.resolve(found.map(({ labels }) => labels));
  }

  stats(): Promise<TsdbStats> {
    return Promise.resolve(NO_STATS);
  }

  blocks(): [] {
    return [];
  }

  appender(): ApiAppender {
    const rows: [Labels, Float64Array][] = [];
    return {
      append: (labels, time, value) => {
        if (this.refusal !== null) throw this.refusal;
        rows.push([labels, Float64Array.of(time, value)]);
      },
      commit: () => {
        if (this.commitFailure !== null) return Promise.reject(this.commitFailure);
        for (const [labels, row] of rows) {
          const { samples } = this.seriesOf(labels);
          samples.reserve(1);
          samples.times.set(row.subarray(0, 1), samples.count);
          samples.values.set(row.subarray(1), samples.count);
          samples.commitFloats(1);
        }
        return Promise.resolve({ ...NOTHING, appended: rows.length });
      },
      rollback: () => {
        this.rollbacks++;
      },
    };
  }

  delete(matchers: readonly Matcher[], { minTime, maxTime }: SelectOptions): Promise<void> {
    this.told.push(`delete ${matchers.join()} ${minTime} ${maxTime}`);
    return Promise.resolve();
  }

  cleanTombstones(): Promise<void> {
    this.told.push('clean tombstones');
    return Promise.resolve();
  }

  snapshot(dir: string, { withHead }: { readonly withHead: boolean }): Promise<void> {
    this.told.push(`snapshot ${dir} ${withHead ? 'with' : 'without'} head`);
    return Promise.resolve();
  }

  private seriesOf(labels: Labels): { labels: Labels; samples: Columns } {
    const known = this.stored.get(labels.key());
    if (known !== undefined) return known;
    const made = { labels, samples: new Columns() };
    this.stored.set(labels.key(), made);
    return made;
  }

  private sorted(): { labels: Labels; samples: Columns }[] {
    return [...this.stored.values()].sort((a, b) => a.labels.compare(b.labels));
  }

  private cursor(matchers: readonly Matcher[], minTime: number, maxTime: number): SeriesCursor {
    const found = this.sorted().filter(({ labels }) => matchesAll(matchers, labels));
    let at = -1;
    return {
      get series() {
        const { labels, samples } = found[at];
        return {
          labels,
          read: (into: Columns) => {
            for (let row = 0; row < samples.count; row++) {
              const time = samples.times[row];
              if (time >= minTime && time <= maxTime) into.pushRow(samples, row);
            }
          },
        };
      },
      move: () => (++at < found.length ? 'on' : 'ended'),
    };
  }
}

function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((one) => one.matches(labels.get(one.name)));
}
