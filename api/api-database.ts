/**
 * What the HTTP API asks of a database. `ReadOnlyDatabase` answers the reading half; a database
 * that is written to has the rest as well.
 */
import type { Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import type { LabelOptions, Queryable, SelectOptions } from '../model/queryable.js';
import type { BlockInfo } from '../tsdb/block-view.js';
import type { TsdbStats } from '../tsdb/stats.js';

/** With matchers only what the matching series have. */
export interface MatchedLabelOptions extends LabelOptions {
  readonly matchers?: readonly Matcher[];
}

/** Everything that a GET of the API needs. */
export interface ApiDatabase extends Queryable {
  labelNames(options: MatchedLabelOptions): Promise<string[]>;
  labelValues(name: string, options: MatchedLabelOptions): Promise<string[]>;
  series(matchers: readonly Matcher[], options: LabelOptions): Promise<Labels[]>;
  stats(limit: number, signal?: AbortSignal): Promise<TsdbStats>;
  blocks(): readonly BlockInfo[];
}

/** What became of the samples of a commit; the last three another commit had overtaken. */
export interface CommitOutcome {
  readonly appended: number;
  readonly outOfOrder: number;
  readonly duplicate: number;
  readonly outOfBounds: number;
}

/** Samples of one commit. */
export interface ApiAppender {
  /** Throws what is wrong with the sample: out of order, too old, a duplicate, beyond a limit. */
  append(labels: Labels, time: number, value: number): unknown;
  /** Resolves when the samples are as durable as the database was told. */
  commit(): Promise<CommitOutcome>;
  rollback(): void;
}

/** What remote write and the admin endpoints need on top. */
export interface WritableApiDatabase extends ApiDatabase {
  appender(): ApiAppender;
  delete(matchers: readonly Matcher[], range: SelectOptions): Promise<void>;
  cleanTombstones(): Promise<unknown>;
  /** Writes all blocks, and the head as one, into a new directory. */
  snapshot(dir: string, options: { readonly withHead: boolean }): Promise<void>;
}

/** How far replaying the log is, in segments. */
export interface ReplayStatus {
  readonly min: number;
  readonly max: number;
  readonly current: number;
}

/** A database that may be opening or closing: requests in between are answered with 503. */
export interface DatabaseSource {
  readonly state: 'starting' | 'ready' | 'stopping';
  /** Null unless `ready`. */
  readonly database: ApiDatabase | null;
  readonly replay: ReplayStatus;
}

/** Whether `database` can be written to. */
export function isWritable(database: ApiDatabase): database is WritableApiDatabase {
  return 'appender' in database;
}
