/** Databases for tests: on a disk in memory with a clock that stands, and what they answer. */
import type { Labels } from '../../model/labels.js';
import { matcher } from '../../model/matcher.js';
import type { SelectOptions } from '../../model/queryable.js';
import type { Database } from '../../tsdb/database.js';
import type { DatabaseOptions } from '../../tsdb/database-options.js';
import { openDatabase } from '../../tsdb/database-opening.js';
import type { Reader } from '../../tsdb/reader.js';
import { DIR } from './data-directory.js';
import { WritableMemoryDisk } from './writable-memory-disk.js';

/** The length of blocks of these databases, in ms. */
export const BLOCK_MS = 1000;
export const EVERY_SERIES = [matcher('__name__', '=~', '.*')];

/** A disk with an empty directory above the data directory. */
export function emptyDisk(): WritableMemoryDisk {
  return new WritableMemoryDisk(['/', DIR]);
}

/** Opens the database on `disk`; nothing happens by itself. */
export function openOn(disk: WritableMemoryDisk, options: DatabaseOptions = {}): Promise<Database> {
  return openDatabase(DIR, {
    disk,
    background: false,
    minBlockDurationMs: BLOCK_MS,
    maxBlockDurationMs: 9 * BLOCK_MS,
    retentionMs: 0,
    ...options,
  });
}

/** Commits `value` at each of `times` to each of the series `names`. */
export async function write(
  database: Database,
  names: readonly string[],
  times: readonly number[],
  value: (time: number) => number = (time) => time,
): Promise<void> {
  for (const time of times) {
    const appender = database.appender();
    for (const name of names) appender.append({ __name__: name }, time, value(time));
    await appender.commit();
  }
}

/** `from`, `from + step`, … below `to`. */
export function timesUpTo(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
}

/** The times of all samples, by the text of the series' labels. */
export async function contentOf(
  database: Reader,
  options: SelectOptions = {},
): Promise<Record<string, number[]>> {
  const content: Record<string, number[]> = {};
  for await (const { labels, samples } of database.select(EVERY_SERIES, options)) {
    content[nameOf(labels)] = [...samples.times.subarray(0, samples.count)];
  }
  return content;
}

function nameOf(labels: Labels): string {
  return labels.get('__name__');
}
