/**
 * What is done to the blocks of a directory that we hold: merging, deleting, cleaning, retention,
 * snapshots. One at a time, in the order of asking; queries go on meanwhile.
 *
 *     merge   plan (compact/planner.ts) → a new block, made by a job → read back → queries
 *             see it → its sources go
 *
 * A merge that fails leaves everything as it was, but for a mark on its sources, so that it is not
 * tried for ever; where the disk was full or read-only, not even that.
 */
import type { BlockMeta } from '../compact/block-meta.js';
import type { NewBlock } from '../compact/block-writer.js';
import type { JobOptions, JobRunner } from '../compact/job.js';
import { mergedBlock, rewrittenBlock } from '../compact/merged-meta.js';
import { type CompactionPlan, compactionRanges, planCompaction } from '../compact/planner.js';
import type { Deletion, RetentionOptions } from '../compact/retention.js';
import { makeDirectories } from '../disk/make-directories.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import { ArgumentError, NoSpaceError, ReadOnlyError } from '../model/errors.js';
import type { Interval } from '../model/interval.js';
import type { Logger } from '../model/logger.js';
import type { Matcher } from '../model/matcher.js';
import type { BlockStore } from './block-store.js';
import type { Block } from './block.js';
import type { Settings } from './database-options.js';
import { TurnTaking } from './turn-taking.js';

export interface MaintenanceOptions {
  readonly disk: WritableDisk;
  readonly dir: string;
  readonly store: BlockStore;
  readonly jobs: JobRunner;
  readonly newUlid: () => string;
  readonly logger: Logger;
  readonly settings: Pick<
    Settings,
    'minBlockDurationMs' | 'maxBlockDurationMs' | 'enableOverlappingCompaction'
  >;
  /** What is kept, as it is now. */
  readonly retention: () => RetentionOptions;
}

export class Maintenance {
  /** Who wants to do something to the directory asks here. */
  readonly turns = new TurnTaking();
  readonly store: BlockStore;
  private readonly options: MaintenanceOptions;
  private readonly rangesMs: readonly number[];

  constructor(options: MaintenanceOptions) {
    this.options = options;
    this.store = options.store;
    const { minBlockDurationMs, maxBlockDurationMs } = options.settings;
    this.rangesMs = compactionRanges(minBlockDurationMs, maxBlockDurationMs);
  }

  /** The next merge; null where there is nothing to merge. */
  plan(): CompactionPlan | null {
    return this.planAmong(this.store.metas());
  }

  /** The same among other blocks: what would come after a merge. */
  planAmong(metas: readonly BlockMeta[]): CompactionPlan | null {
    const { enableOverlappingCompaction: mergesOverlaps } = this.options.settings;
    return planCompaction(metas, { rangesMs: this.rangesMs, mergesOverlaps });
  }

  /** Carries out a plan. The block that came of it; null where nothing was left. */
  merge(plan: CompactionPlan, options: JobOptions = {}): Promise<BlockMeta | null> {
    return this.turns.take(() => this.mergeNow(plan, options));
  }

  /** As `merge`, for who has the turn. */
  async mergeNow(plan: CompactionPlan, options: JobOptions): Promise<BlockMeta | null> {
    const made = mergedBlock(this.options.newUlid(), plan.blocks);
    this.options.logger.info(`merging: ${plan.words}`);
    try {
      return await this.replace(made, plan.blocks, options);
    } catch (error) {
      const isOfTheDisk = error instanceof NoSpaceError || error instanceof ReadOnlyError;
      if (options.signal?.aborted !== true && !isOfTheDisk) this.store.markFailed(plan.blocks);
      throw error;
    }
  }

  /** Looks at the directory again, and deletes what is to go. What that was. */
  reload(onSwap?: () => void): Promise<readonly Deletion[]> {
    return this.turns.take(() => this.reloadNow(onSwap));
  }

  /** As `reload`, for who has the turn. */
  async reloadNow(onSwap?: () => void): Promise<readonly Deletion[]> {
    return (await this.store.reload(this.options.retention(), onSwap)).deleted;
  }

  /** Deletes the samples of series that match in the closed range; how many blocks that changed. */
  delete(matchers: readonly Matcher[], range: Interval): Promise<number> {
    return this.turns.take(() => this.deleteNow(matchers, range));
  }

  /** As `delete`, for who has the turn. */
  async deleteNow(matchers: readonly Matcher[], range: Interval): Promise<number> {
    const changed = await this.store.delete(matchers, range);
    if (changed > 0) await this.reloadNow();
    return changed;
  }

  /** Rewrites blocks without what was deleted of them, one by one; the ones that were. */
  cleanTombstones(options: JobOptions = {}): Promise<readonly BlockMeta[]> {
    return this.turns.take(async () => {
      const cleaned: BlockMeta[] = [];
      for (const block of this.store.view.blocks) {
        options.signal?.throwIfAborted();
        if (!hasTombstones(block)) continue;
        await this.replace(
          rewrittenBlock(this.options.newUlid(), block.meta),
          [block.meta],
          options,
        );
        cleaned.push(block.meta);
      }
      return cleaned;
    });
  }

  /**
   * Makes hard links of all blocks in `target`, which is made where it is missing, then calls
   * `others`, who adds to it.
   */
  snapshot(target: string, others?: () => Promise<void>): Promise<void> {
    const { disk, dir } = this.options;
    if (disk.join(target, '.') === disk.join(dir, '.')) {
      throw new ArgumentError('a snapshot lies in another directory than the database');
    }
    return this.turns.take(async () => {
      makeDirectories(disk, target);
      this.store.linkInto(target);
      await others?.();
    });
  }

  /** Puts a new block in the place of others, once it was read back. */
  private async replace(
    made: NewBlock,
    sources: readonly BlockMeta[],
    options: JobOptions,
  ): Promise<BlockMeta | null> {
    const { disk, dir, jobs } = this.options;
    const paths = sources.map(({ ulid }) => disk.join(dir, ulid));
    const meta = await jobs.run({ kind: 'merge', dir, block: made, sources: paths }, options);
    if (meta === null) this.store.markDeletable(sources);
    else await this.store.verify(meta);
    await this.reloadNow();
    return meta;
  }
}

function hasTombstones(block: Block): boolean {
  block.acquire();
  try {
    return block.tombstones.size > 0;
  } finally {
    block.release();
  }
}
