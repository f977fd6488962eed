/**
 * The package's door: everything that a program names comes through here, and what opening a
 * database takes is loaded when one is opened. Importing costs a few milliseconds.
 */
import type { Problem } from '../model/problem.js';
import type { BlockInfo } from './block-view.js';
import type { Database as WritingDatabase } from './database.js';
import type { DatabaseOptions } from './database-options.js';
import type { OpenReadOnlyOptions } from './options.js';
import type { ReadOnlyDatabase } from './read-only.js';

export { Columns } from '../model/columns.js';
export * from '../model/errors.js';
export { Histogram, type Span } from '../model/histogram.js';
export { MAX_TIME, MIN_TIME } from '../model/interval.js';
export { Labels } from '../model/labels.js';
export type { Logger } from '../model/logger.js';
export { type Matcher, matcher, type MatchType } from '../model/matcher.js';
export type { Problem } from '../model/problem.js';
export type { LabelOptions, Querier, Queryable, SelectOptions } from '../model/queryable.js';
export type { InstantOptions, RangeOptions } from '../promql/engine.js';
export type { QueryResult } from '../promql/value.js';
export type { BlockMeta } from '../compact/block-meta.js';
export type { JobOptions } from '../compact/job.js';
export type { Durability, WalCompression } from '../wal/log.js';
export type { Appender, ColumnsOutcome, Refusal, SeriesName } from './appender.js';
export type { BlockInfo } from './block-view.js';
export type { CommitResult } from './commit-group.js';
export type { DeleteRange, SnapshotOptions } from './database.js';
export type { DatabaseOptions } from './database-options.js';
export type { HeadMemory } from './live-head.js';
export type { OpenReadOnlyOptions, ReplayProgress } from './options.js';
export type { ReadOnlyDatabase } from './read-only.js';
export type { SelectedSeries, SelectSeriesOptions } from './reader.js';
export type { NamedCount, TsdbStats } from './stats.js';
export type { WriteState } from './write-gate.js';

/** A database that is written to; made by `Database.open` or `Database.inMemory`. */
export type Database = WritingDatabase;

export const Database = {
  /**
   * Opens the data directory `dir` for writing, made where it is missing: takes Prometheus' lock,
   * repairs and replays the log, and starts to compact and to delete by itself. Whoever opens it
   * closes it.
   *
   * Throws a `LockedError` that names who else has it, an `OpenError` for what is no directory, is
   * read-only or of a newer format, an `UnsupportedDataError` where the head holds what we can read
   * but not write on, and an `ArgumentError` for a wrong option.
   *
   * @example
   * await using db = await Database.open('data');
   * const appender = db.appender();
   * appender.append({ __name__: 'temperature', room: 'attic' }, Date.now(), 21.5);
   * await appender.commit();
   */
  async open(dir: string, options: DatabaseOptions = {}): Promise<WritingDatabase> {
    const { openDatabase } = await import('./database-opening.js');
    return openDatabase(dir, options);
  },

  /**
   * A database without a directory, for tests: nothing outlives it, and nothing is compacted. What
   * is older than `retentionMs` goes when `compact` is called.
   */
  async inMemory(options: DatabaseOptions = {}): Promise<WritingDatabase> {
    const { openInMemory } = await import('./database-opening.js');
    return openInMemory(options);
  },
} as const;

/**
 * Opens a Prometheus data directory for reading. Throws `OpenError` when `dir` is missing, is no
 * directory, cannot be read or holds no database, and `ArgumentError` for a wrong option.
 *
 * @example
 * await using db = await openReadOnly('/var/lib/prometheus');
 * for await (const { labels, samples } of db.select([matcher('__name__', '=', 'up')])) {
 *   console.log(labels.toJSON(), samples.count);
 * }
 */
export async function openReadOnly(
  dir: string,
  options: OpenReadOnlyOptions = {},
): Promise<ReadOnlyDatabase> {
  const door = await import('./read-only.js');
  return door.openReadOnly(dir, options);
}

/** The blocks of a data directory, without its log: what `mmtsdb list` prints. */
export async function listBlocks(
  dir: string,
  options: OpenReadOnlyOptions = {},
): Promise<{ blocks: readonly BlockInfo[]; problems: readonly Problem[] }> {
  const door = await import('./read-only.js');
  return door.listBlocks(dir, options);
}
