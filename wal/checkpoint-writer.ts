/**
 * Replaces the oldest segments of a log by a checkpoint that holds what of them is still needed
 * (tsdb/wlog/checkpoint.go; tsdb/head.go, truncateWAL):
 *
 *     wal/checkpoint.00000007.tmp/00000000 …   written and synced, and
 *     wal/checkpoint.00000007/                 renamed, and synced; then what it covers goes
 *
 * A crash before the renaming leaves a `.tmp` directory, which nobody reads and the next checkpoint
 * removes; one after it, segments and checkpoints that are covered, which nobody reads either.
 */
import type { WritableDisk } from '../disk/writable-disk.js';
import { assert } from '../model/assert.js';
import { CorruptionError, DiskError } from '../model/errors.js';
import { Pacer } from '../model/pacer.js';
import { listLog, type LogFiles } from './checkpoint.js';
import { loadCompressor } from './compressor.js';
import { checkpointName, parseCheckpointName, parseSegmentName } from './format.js';
import type { WalCompression } from './log.js';
import { WalReader } from './reader.js';
import { type FilterCount, RecordFilter } from './record-filter.js';
import { LogWriter } from './writer.js';

const TMP_SUFFIX = '.tmp';
const FLUSH_BYTES = 1024 * 1024;
/** About a unit of the pacer's work. */
const BYTES_PER_UNIT = 8;

export interface CheckpointOptions {
  /** The last segment that is covered. */
  readonly last: number;
  /**
   * Whether a series is still needed: it is in the head, or has left it so recently that samples of
   * it at `minTime` or later may be in the log. Must not change its mind before the end.
   */
  readonly keep: (ref: number) => boolean;
  /** Samples before it are left out, in ms. */
  readonly minTime: number;
  readonly compression?: WalCompression;
  readonly signal?: AbortSignal;
}

export interface CheckpointStats {
  readonly series: FilterCount;
  /** Histograms too. */
  readonly samples: FilterCount;
  readonly tombstones: FilterCount;
  readonly exemplars: FilterCount;
  readonly metadata: FilterCount;
  /** What it covers and could not be removed, in files and directories; the next one tries. */
  readonly undeleted: number;
}

/**
 * The last segment that a checkpoint should cover, as Prometheus has it: the lower two thirds of
 * the segments but for the newest, and two at least. Null while there are too few. To be asked
 * before the newest segment is cut.
 */
export function planCheckpoint({ segments }: LogFiles): number | null {
  if (segments.length === 0) return null;
  const first = segments[0].index;
  const newest = segments[segments.length - 1].index;
  const last = first + Math.floor(((newest - 1 - first) * 2) / 3);
  return last <= first ? null : last;
}

/**
 * Writes the checkpoint of the log in `dir` up to `options.last` and removes what it covers. Gives
 * the event loop its turns. Rejects with the error of the disk or of a damaged log; the log is then
 * as it was.
 */
export async function writeCheckpoint(
  disk: WritableDisk,
  dir: string,
  options: CheckpointOptions,
): Promise<CheckpointStats> {
  const files = listLog(disk, dir);
  assert(
    files.segments.some(({ index }) => index > options.last),
    'the newest segment is in no checkpoint',
  );
  removeUnfinished(disk, dir);
  const path = disk.join(dir, checkpointName(options.last));
  const filter = new RecordFilter(options);
  try {
    disk.makeDirectory(path + TMP_SUFFIX);
    await copyRecords(disk, files, path + TMP_SUFFIX, filter, options);
    disk.syncDirectory(path + TMP_SUFFIX);
    disk.rename(path + TMP_SUFFIX, path);
  } catch (error) {
    removeUnfinished(disk, dir);
    throw error;
  }
  disk.syncDirectory(dir);
  const undeleted = removeCovered(disk, dir, options.last);
  const { series, samples, tombstones, exemplars, metadata } = filter;
  return { series, samples, tombstones, exemplars, metadata, undeleted };
}

/** Copies what `filter` lets pass into a log of its own, and syncs that. */
async function copyRecords(
  disk: WritableDisk,
  files: LogFiles,
  target: string,
  filter: RecordFilter,
  { last, compression = 'none', signal }: CheckpointOptions,
): Promise<void> {
  const covered = files.segments.filter(({ index }) => index <= last);
  const reader = new WalReader(disk, [...(files.checkpoint?.segments ?? []), ...covered]);
  let syncError: Error | null = null;
  const log = new LogWriter(disk, target, await loadCompressor(compression), {
    onSyncError: (error) => (syncError ??= error),
  });
  const pacer = new Pacer();
  let added = 0;
  const add = (record: Uint8Array): void => {
    log.add(record);
    added += record.length;
    if (added < FLUSH_BYTES) return;
    log.flushNow();
    added = 0;
  };
  try {
    while (reader.next()) {
      const kept = filterRecord(reader, filter);
      if (kept !== null) add(kept);
      if (pacer.isDue(reader.record.length / BYTES_PER_UNIT)) await pacer.turn(signal);
    }
    for (const record of filter.metadataRecords(FLUSH_BYTES)) {
      add(record);
      if (pacer.isDue(record.length)) await pacer.turn(signal);
    }
    log.flushNow();
  } catch (error) {
    log.drop();
    throw error;
  } finally {
    reader.close();
    await log.close();
  }
  if (reader.torn !== null) {
    throw new CorruptionError(reader.torn.path, reader.torn.offset, 'it ends within a record');
  }
  if (syncError !== null) throw syncError as Error;
}

function filterRecord(reader: WalReader, filter: RecordFilter): Uint8Array | null {
  try {
    return filter.filter(reader.record);
  } catch (error) {
    throw CorruptionError.from(reader.path, reader.offset, error);
  }
}

/** Removes checkpoints that a crash or an error has cut short, as far as that is possible. */
function removeUnfinished(disk: WritableDisk, dir: string): void {
  for (const { name } of disk.list(dir)) {
    if (!name.endsWith(TMP_SUFFIX)) continue;
    if (parseCheckpointName(name.slice(0, -TMP_SUFFIX.length)) !== null) {
      tryRemove(disk, disk.join(dir, name));
    }
  }
}

/** Removes what checkpoint `index` covers; returns how much of it could not be removed. */
function removeCovered(disk: WritableDisk, dir: string, index: number): number {
  const names = disk.list(dir).map(({ name }) => name);
  const isCovered = (number: number | null, end: number): boolean =>
    number !== null && number < end;
  const segments = names.filter((name) => isCovered(parseSegmentName(name), index + 1));
  const checkpoints = names.filter((name) => isCovered(parseCheckpointName(name), index));
  let undeleted = 0;
  for (const name of segments) {
    // From the front, and no further than to one that stays: Prometheus refuses logs with gaps.
    if (undeleted > 0 || !tryRemove(disk, disk.join(dir, name))) undeleted++;
  }
  for (const name of checkpoints) if (!tryRemove(disk, disk.join(dir, name))) undeleted++;
  return undeleted;
}

function tryRemove(disk: WritableDisk, path: string): boolean {
  try {
    disk.remove(path);
    return true;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return false;
  }
}
