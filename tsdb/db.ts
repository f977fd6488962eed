/**
 * The package's door: everything that a program names comes through here, and what opening a
 * database takes is loaded when one is opened. Importing costs a few milliseconds.
 */
import type { Problem } from '../model/problem.js';
import type { BlockInfo } from './block-view.js';
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
export type { BlockMeta } from '../compact/block-meta.js';
export type { BlockInfo } from './block-view.js';
export type { OpenReadOnlyOptions, ReplayProgress } from './options.js';
export type { ReadOnlyDatabase } from './read-only.js';
export type { SelectedSeries, SelectSeriesOptions } from './reader.js';
export type { NamedCount, TsdbStats } from './stats.js';

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
