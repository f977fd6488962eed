/**
 * What every database can be asked, whether it writes or only reads: series and samples, label
 * names and values. A subclass says which sources (the head, blocks) a range takes, and holds them
 * open; here they are merged, read and let go of.
 */
import { mergeSeries } from '../index/series-merge.js';
import { Columns } from '../model/columns.js';
import { ArgumentError, ClosedError } from '../model/errors.js';
import { type Interval, MAX_TIME, MIN_TIME } from '../model/interval.js';
import type { Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import { Pacer } from '../model/pacer.js';
import type {
  LabelOptions,
  Querier,
  Queryable,
  SelectOptions,
  SeriesCursor,
  SeriesSource,
  SharedWork,
} from '../model/queryable.js';
import { unionSteps } from '../model/sort-steps.js';
import type { Steps } from '../model/steps.js';
import { compareUtf8 } from '../model/utf8.js';
import type { Engine, InstantOptions, RangeOptions } from '../promql/engine.js';
import type { QueryResult } from '../promql/value.js';
import { isGone } from './block-list.js';
import type { QueryThreads } from './query-threads.js';
import type { SharedSeries } from './shared-series.js';

/** What a series costs beside its samples, in the pacer's units. */
const SERIES_UNITS = 400;
/** How often acquiring starts over when blocks vanish under it. */
const ATTEMPTS_MAX = 5;

/** One series of an answer. */
export interface SelectedSeries {
  readonly labels: Labels;
  /** In time order, one sample a time; possibly none. */
  readonly samples: Columns;
}

export interface SelectSeriesOptions extends SelectOptions {
  /**
   * Fill one `Columns` again and again: `samples` is then valid until the loop's next turn only.
   * For scans over many series; default false.
   */
  readonly reuseColumns?: boolean;
}

/** Which series' labels are wanted. */
export interface WithMatchers {
  readonly matchers?: readonly Matcher[];
}

/** How long work gives way, and how it is stopped. */
export interface Turns {
  readonly pacer: Pacer;
  readonly signal?: AbortSignal;
}

/** A source that stays readable until it is released. */
export interface HeldSource extends SeriesSource {
  release(): void;
}

export abstract class Reader implements Queryable {
  private readonly queryWorkers: number;
  private engine: Promise<Engine> | null = null;
  /** Loaded by the first query that asks for other threads. */
  private threads: QueryThreads | null = null;
  private loadingThreads: Promise<QueryThreads> | null = null;

  /** With so many threads that may help with queries. */
  constructor(queryWorkers: number) {
    this.queryWorkers = queryWorkers;
  }

  /**
   * The value of a PromQL expression at the moment `time`, in ms. Throws a `ParseError` for what is
   * no expression, and a `QueryError` for what cannot be answered. The query language is loaded by
   * the first query; its options are Prometheus' defaults (`Engine` of `mmtsdb/promql` has others).
   *
   * @example
   * const { value } = await db.query('sum by (room) (temperature)', { time: Date.now() });
   */
  async query(expression: string, options: InstantOptions): Promise<QueryResult> {
    return (await this.loadEngine()).instant(this, expression, options);
  }

  /** The values of a PromQL expression from `start` to `end`, each `step`, in ms; as `query`. */
  async queryRange(expression: string, options: RangeOptions): Promise<QueryResult> {
    return (await this.loadEngine()).range(this, expression, options);
  }

  /**
   * Series that match all `matchers`, in label order, with their samples of the closed time range.
   * Stop early with `break`, or with `signal`. Throws `CorruptionError` where a chunk is damaged.
   */
  async *select(
    matchers: readonly Matcher[],
    options: SelectSeriesOptions = {},
  ): AsyncGenerator<SelectedSeries, void, undefined> {
    const { signal, reuseColumns = false } = options;
    const range = rangeOf(options);
    signal?.throwIfAborted();
    const pacer = new Pacer();
    const sources = await this.acquire(range, { pacer, signal });
    try {
      const cursor = await selectFrom(sources, matchers, range, { pacer, signal });
      let samples = new Columns();
      for (let moved = cursor.move(); moved !== 'ended'; moved = cursor.move()) {
        if (moved === 'paused') {
          await pacer.turn(signal);
          continue;
        }
        samples.clear();
        cursor.series.read(samples);
        if (pacer.isDue(SERIES_UNITS + samples.count)) await pacer.turn(signal);
        yield { labels: cursor.series.labels, samples };
        this.checkOpen();
        signal?.throwIfAborted();
        if (!reuseColumns) samples = new Columns(samples.count);
      }
    } finally {
      this.release(sources);
    }
  }

  /** The label sets of matching series that have a chunk in the range; no chunk is read. */
  async series(matchers: readonly Matcher[], options: LabelOptions = {}): Promise<Labels[]> {
    const { signal } = options;
    const range = rangeOf(options);
    const limit = limitOf(options);
    const found: Labels[] = [];
    const pacer = new Pacer();
    const sources = await this.acquire(range, { pacer, signal });
    try {
      const cursor = await selectFrom(sources, matchers, range, { pacer, signal });
      while (found.length < limit) {
        const moved = cursor.move();
        if (moved === 'ended') break;
        if (moved === 'on') found.push(cursor.series.labels);
        if (moved === 'paused' || pacer.isDue(SERIES_UNITS)) await pacer.turn(signal);
      }
      return found;
    } finally {
      this.release(sources);
    }
  }

  /** All label names, sorted; with `matchers`, those of the matching series. */
  async labelNames(options: LabelOptions & WithMatchers = {}): Promise<string[]> {
    return this.sortedUnion(options, (source) => source.labelNames(options.matchers ?? []));
  }

  /** The values of label `name`, sorted; with `matchers`, those of the matching series. */
  async labelValues(name: string, options: LabelOptions & WithMatchers = {}): Promise<string[]> {
    return this.sortedUnion(options, (source) => source.labelValues(name, options.matchers ?? []));
  }

  /** Opens what overlaps the range, as it is now; the caller releases it. */
  async querier(options: SelectOptions = {}): Promise<Querier> {
    const { signal } = options;
    const range = rangeOf(options);
    const turns = { pacer: new Pacer(), signal };
    signal?.throwIfAborted();
    const sources = await this.acquire(range, turns);
    const shared: SharedSeries[] = [];
    let isReleased = false;
    return {
      share: (cursor, work) => {
        const series = this.shareNow(cursor, work);
        if (series !== null) shared.push(series);
        return series;
      },
      select: async (matchers, within = range) => {
        if (isReleased) throw new ClosedError('the querier');
        const minTime = Math.max(range.minTime, within.minTime);
        const maxTime = Math.min(range.maxTime, within.maxTime);
        return selectFrom(sources, matchers, { minTime, maxTime }, turns);
      },
      release: () => {
        if (isReleased) return;
        isReleased = true;
        for (const series of shared) series.end();
        this.release(sources);
      },
    };
  }

  /** Resolves when all threads are up that are to help with queries. */
  async startQueryWorkers(): Promise<void> {
    if (this.queryWorkers > 0) await (await this.loadThreads()).started();
  }

  /**
   * Head and blocks of the range, of one moment, each held until it is released. The head comes
   * first: that is the order in which Prometheus merges.
   */
  protected abstract tryAcquire(range: Interval, turns: Turns): Promise<HeldSource[]>;

  /** Changes whenever other sources take the place of those that were. */
  protected abstract get version(): unknown;

  /** Looks at the directory again, where a file was gone. */
  protected abstract lookAgain(): Promise<void>;

  /** Throws `ClosedError` after `close()`. */
  protected abstract checkOpen(): void;

  /** A query begins to read: each call is paired with one of `onReleased`. */
  protected onAcquired(): void {
    // Nothing waits for queries, unless a subclass does.
  }

  protected onReleased(): void {
    // As above.
  }

  /** Ends the threads that help with queries; for `close()`, when no query is under way. */
  protected async endQueryWorkers(): Promise<void> {
    await (await this.loadingThreads)?.close();
  }

  private shareNow(cursor: SeriesCursor, work: SharedWork): SharedSeries | null {
    if (this.queryWorkers === 0) return null;
    if (this.threads !== null) return this.threads.share(cursor, work);
    void this.loadThreads().then((threads) => threads.start());
    return null;
  }

  private loadThreads(): Promise<QueryThreads> {
    this.loadingThreads ??= import('./query-threads.js').then(({ QueryThreads }) => {
      this.threads = new QueryThreads({ count: this.queryWorkers });
      return this.threads;
    });
    return this.loadingThreads;
  }

  private loadEngine(): Promise<Engine> {
    this.checkOpen();
    this.engine ??= import('../promql/engine.js').then(({ Engine }) => new Engine());
    return this.engine;
  }

  private async acquire(range: Interval, turns: Turns): Promise<HeldSource[]> {
    for (let attempt = 1; ; attempt++) {
      this.checkOpen();
      const { version } = this;
      try {
        const sources = await this.tryAcquire(range, turns);
        this.onAcquired();
        return sources;
      } catch (error) {
        if (attempt === ATTEMPTS_MAX) throw error;
        // A block was compacted away under us: its data lies in another block by now.
        if (isGone(error)) await this.lookAgain();
        // Or what we saw was replaced and closed in one of our turns.
        else if (!(error instanceof ClosedError) || this.version === version) throw error;
      }
    }
  }

  private release(sources: readonly HeldSource[]): void {
    for (const source of sources) source.release();
    this.onReleased();
  }

  private async sortedUnion(
    options: LabelOptions,
    read: (source: SeriesSource) => Steps<string[]>,
  ): Promise<string[]> {
    const { signal } = options;
    const range = rangeOf(options);
    const limit = limitOf(options);
    const pacer = new Pacer();
    const sources = await this.acquire(range, { pacer, signal });
    try {
      let union: string[] = [];
      for (const source of sources) {
        const found = await pacer.run(read(source), signal);
        union = await pacer.run(unionSteps(union, found, compareUtf8), signal);
      }
      return union.slice(0, limit);
    } finally {
      this.release(sources);
    }
  }
}

/** The series of all `sources`, found with turns of the event loop in between. */
async function selectFrom(
  sources: readonly SeriesSource[],
  matchers: readonly Matcher[],
  { minTime, maxTime }: Interval,
  { pacer, signal }: Turns,
): Promise<SeriesCursor> {
  const cursors: SeriesCursor[] = [];
  for (const source of sources) {
    cursors.push(await pacer.run(source.select(matchers, minTime, maxTime), signal));
  }
  return mergeSeries(cursors);
}

function rangeOf(options: SelectOptions): Interval {
  const { minTime = MIN_TIME, maxTime = MAX_TIME } = options;
  if (Number.isNaN(minTime) || Number.isNaN(maxTime)) {
    throw new ArgumentError(`minTime and maxTime are times in ms; got ${minTime} and ${maxTime}`);
  }
  return { minTime, maxTime };
}

function limitOf(options: LabelOptions): number {
  const { limit = 0 } = options;
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new ArgumentError(`limit is a whole number from 0; got ${limit}`);
  }
  return limit === 0 ? Infinity : limit;
}
