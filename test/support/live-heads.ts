/** Living heads for tests: in memory, or in a directory of a disk in memory. */
import type { WritableDisk } from '../../disk/writable-disk.js';
import { HeadKernel } from '../../kernel/head-kernel.js';
import { Columns } from '../../model/columns.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { type Matcher, matcher } from '../../model/matcher.js';
import { Pacer } from '../../model/pacer.js';
import { atOnce } from '../../model/steps.js';
import { HeadData } from '../../tsdb/head-data.js';
import type { HeadReader } from '../../tsdb/head-reader.js';
import { LiveHead, type LiveHeadOptions } from '../../tsdb/live-head.js';
import { type LiveReplayOptions, type ReplayedLiveHead } from '../../tsdb/live-replay.js';
import { replayLiveHead } from '../../tsdb/live-replay.js';
import { MemoryChunks } from '../../tsdb/memory-chunks.js';
import type { Log } from '../../wal/log.js';
import { openLog } from '../../wal/writer.js';
import { advance } from './moving.js';

export const RANGE_MS = 1000;
export const ALL = { minTime: MIN_TIME, maxTime: MAX_TIME };
export const ANY: readonly Matcher[] = [matcher('__name__', '=~', '.*')];

export interface TestHeadOptions extends LiveHeadOptions {
  readonly log?: Log;
  readonly chunkRangeMs?: number;
  readonly seriesMax?: number;
}

/** A head that keeps everything in memory. */
export function memoryHead(options: TestHeadOptions = {}): LiveHead {
  const { chunkRangeMs = RANGE_MS, seriesMax = Infinity, log = null } = options;
  const kernel = new HeadKernel({ chunkRangeMs });
  const data = new HeadData(kernel, new MemoryChunks(), { chunkRangeMs, seriesMax });
  return new LiveHead(data, log, options);
}

/** The head of a directory, replayed. */
export function replay(
  disk: WritableDisk,
  dir: string,
  options: Partial<LiveReplayOptions> = {},
): Promise<ReplayedLiveHead> {
  return replayLiveHead(dir, {
    disk,
    pacer: new Pacer(),
    minValidTime: MIN_TIME,
    chunkRangeMs: RANGE_MS,
    seriesMax: Infinity,
    ...options,
  });
}

/** Replays a directory and opens its log. */
export async function openHead(
  disk: WritableDisk,
  dir: string,
  options: Partial<LiveReplayOptions> = {},
): Promise<{ head: LiveHead; log: Log }> {
  const { data, expiries } = await replay(disk, dir, options);
  const wal = disk.join(dir, 'wal');
  if (!disk.exists(wal)) disk.makeDirectory(wal);
  const log = await openLog(disk, wal);
  return { head: new LiveHead(data, log, { expiries }), log };
}

/** [time, value] a sample, by label set as text; a value's NaN as text. */
export type Content = Record<string, (readonly [number, number])[]>;

/** Everything that a reader sees of the series that match. */
export function contentOf(reader: HeadReader, matchers: readonly Matcher[] = ANY): Content {
  const cursor = atOnce(reader.select(matchers, MIN_TIME, MAX_TIME));
  const content: Content = {};
  while (advance(cursor)) {
    const columns = new Columns();
    cursor.series.read(columns);
    const rows = Array.from({ length: columns.count }, (_, i) => i);
    content[cursor.series.labels.toString()] = rows.map((i) => [
      columns.times[i],
      columns.values[i],
    ]);
  }
  return content;
}

/** Everything that is committed. */
export function headContent(head: LiveHead): Content {
  const reader = head.reader(ALL);
  if (reader === null) return {};
  const content = contentOf(reader);
  reader.release();
  return content;
}
