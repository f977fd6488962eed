/**
 * How the head becomes blocks, and the log shorter (tsdb/db.go, `compactHead` and `truncateWAL`).
 *
 *     1  from now on no sample is taken before the block's end, and those on their way arrive
 *     2  the block is written, durably, and read back
 *     3  queries see it, and in the same moment the head begins behind it
 *     4  when earlier readers are gone, its chunks and series go from memory, then from chunks_head
 *     5  a checkpoint takes the place of the log's oldest segments
 *
 * A crash before 2 leaves all in the log; one after it, samples that are in the block too, which
 * the next opening passes over.
 */
import type { BlockMeta } from '../compact/block-meta.js';
import type { NewBlock } from '../compact/block-writer.js';
import type { JobOptions, JobRunner } from '../compact/job.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import type { Interval } from '../model/interval.js';
import type { Logger } from '../model/logger.js';
import { listLog } from '../wal/checkpoint.js';
import { planCheckpoint, writeCheckpoint } from '../wal/checkpoint-writer.js';
import type { Settings } from './database-options.js';
import { compactableRange } from './head-range.js';
import type { LiveHead } from './live-head.js';
import type { Maintenance } from './maintenance.js';

export interface HeadCompactionOptions {
  readonly disk: WritableDisk;
  readonly dir: string;
  readonly head: LiveHead;
  readonly maintenance: Maintenance;
  readonly jobs: JobRunner;
  readonly newUlid: () => string;
  readonly logger: Logger;
  readonly settings: Pick<Settings, 'minBlockDurationMs' | 'walCompression'>;
}

export class HeadCompaction {
  private readonly options: HeadCompactionOptions;
  /** What lies before it is in blocks; the log may be cut there. */
  private truncatedTime: number | null = null;

  constructor(options: HeadCompactionOptions) {
    this.options = options;
  }

  /** The half-open range of the next block; null where the head does not hold enough. */
  range(): Interval | null {
    const { head, settings } = this.options;
    return compactableRange(head, settings.minBlockDurationMs);
  }

  /**
   * Makes the next block of the head, for who has the turn; null where there is none to make, or
   * nothing was in it.
   */
  async compactNow(options: JobOptions): Promise<BlockMeta | null> {
    const range = this.range();
    if (range === null) return null;
    const { dir, head, maintenance, newUlid, logger } = this.options;
    logger.info(`making a block of the head: ${range.minTime} to ${range.maxTime}`);
    await head.holdBefore(range.maxTime);
    const made = { ulid: newUlid(), ...range };
    const meta = await this.writeBlock(dir, made, options);
    if (meta !== null) await maintenance.store.verify(meta);
    let cleaned = Promise.resolve();
    await maintenance.reloadNow(() => {
      // In the same moment, so that no reader sees the samples twice, or not at all.
      cleaned = head.truncate(range.maxTime, options.signal);
    });
    await cleaned;
    this.truncatedTime = range.maxTime;
    return meta;
  }

  /** Writes all that the head holds as a block into `target`, for who has the turn. */
  async writeSnapshot(target: string): Promise<void> {
    const { head, newUlid, logger } = this.options;
    await head.settled();
    const { minTime, maxTime } = head;
    if (minTime > maxTime) return;
    logger.info(`making a block of the whole head: ${minTime} to ${maxTime}`);
    await this.writeBlock(target, { ulid: newUlid(), minTime, maxTime: maxTime + 1 }, {});
  }

  /** Has the block `block` made in `target` of what the head has in its range. */
  private async writeBlock(
    target: string,
    block: NewBlock,
    options: JobOptions,
  ): Promise<BlockMeta | null> {
    const { disk, dir, head, jobs } = this.options;
    const range = { minTime: block.minTime, maxTime: block.maxTime - 1 };
    const snapshot = await head.snapshotFor(range, options.signal);
    const chunksDir = disk.join(dir, 'chunks_head');
    return jobs.run({ kind: 'head', dir: target, block, snapshot, chunksDir }, options);
  }

  /** Cuts off of the log what the blocks made so far have of it, for who has the turn. */
  async truncateLogNow(signal?: AbortSignal): Promise<void> {
    const { disk, dir, head, logger, settings } = this.options;
    const minTime = this.truncatedTime;
    if (minTime === null) return;
    const logDir = disk.join(dir, 'wal');
    const last = planCheckpoint(listLog(disk, logDir));
    // Where little is written, a segment would else stay for days.
    await head.exclusively(async (log) => log?.cut());
    this.truncatedTime = null;
    if (last === null) return;
    const keep = (ref: number): boolean => head.keepsSeries(ref, minTime);
    const compression = settings.walCompression;
    const { undeleted } = await writeCheckpoint(disk, logDir, {
      last,
      keep,
      minTime,
      compression,
      signal,
    });
    if (undeleted > 0) logger.warn(`${undeleted} files of the log could not be removed`);
    head.forgetSeriesBefore(minTime);
  }
}
