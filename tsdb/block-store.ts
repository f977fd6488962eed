/**
 * The blocks of a directory that we may write: which there are, which go, what is deleted of them.
 *
 * A block goes from disk only in `reload`, and one that was merged only once the block that took
 * its place was read back whole. Readers of a block that goes finish in peace. Callers take turns:
 * no two of these methods run at once.
 */
import { CREATION_SUFFIX } from '../compact/block-directory.js';
import type { BlockMeta } from '../compact/block-meta.js';
import type { JobRunner } from '../compact/job.js';
import {
  type Deletion,
  planDeletions,
  type RetentionOptions,
  type SizedBlock,
} from '../compact/retention.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import { CorruptionError, messageOf } from '../model/errors.js';
import type { Interval } from '../model/interval.js';
import type { Logger } from '../model/logger.js';
import type { Matcher } from '../model/matcher.js';
import { Pacer } from '../model/pacer.js';
import type { Problem } from '../model/problem.js';
import type { Block, BlockOptions } from './block.js';
import { loadBlocks, setAside } from './block-list.js';
import { BlockView } from './block-view.js';
import { storeMeta, storeTombstones, tombstonesOf } from './delete-samples.js';
import { removeBlock } from './leftovers.js';

export interface BlockStoreOptions {
  readonly disk: WritableDisk;
  readonly dir: string;
  readonly blocks: BlockOptions;
  readonly logger: Logger;
  /** Reads blocks back. */
  readonly jobs: JobRunner;
}

/** What `reload` did. */
export interface Reloaded {
  readonly deleted: readonly Deletion[];
}

export class BlockStore {
  readonly view: BlockView;
  private readonly disk: WritableDisk;
  private readonly dir: string;
  private readonly options: BlockOptions;
  private readonly logger: Logger;
  private readonly jobs: JobRunner;
  /** Blocks that were read back whole, or took no block's place. */
  private readonly sound = new Set<string>();
  /** Blocks of which we replaced a file since they were loaded, by path. */
  private readonly changed = new Set<string>();

  constructor({ disk, dir, blocks, logger, jobs }: BlockStoreOptions) {
    this.disk = disk;
    this.dir = dir;
    this.options = blocks;
    this.logger = logger;
    this.jobs = jobs;
    this.view = new BlockView(disk, logger);
  }

  metas(): BlockMeta[] {
    return this.view.blocks.map(({ meta }) => meta);
  }

  /** What `options` would have deleted, and why. */
  planDeletions(options: RetentionOptions): Deletion[] {
    return deletionsAmong(this.view.blocks, options);
  }

  /**
   * Looks at the directory again and deletes what is to go: blocks that others have taken the place
   * of, empty ones, and those beyond what is kept. From then on queries see what is left; `onSwap`
   * is called in the same moment.
   */
  async reload(options: RetentionOptions, onSwap: () => void = () => undefined): Promise<Reloaded> {
    const { disk, dir, view } = this;
    const pacer = new Pacer();
    const context = { disk, options: this.options, pacer };
    const known = view.blocks.filter(({ path }) => !this.changed.has(path));
    const found = await loadBlocks(dir, context, known);
    this.changed.clear();
    const damaged = await this.findUnsound(found.blocks);
    const loaded = found.blocks.filter(({ path }) => !damaged.some((one) => one.path === path));
    const deletions = deletionsAmong(loaded, options);
    const doomed = new Set(deletions.map(({ ulid }) => disk.join(dir, ulid)));
    const stay = (path: string): boolean => !doomed.has(path);
    const problems = [...found.problems, ...damaged].filter(({ path }) => stay(path));
    for (const problem of problems) {
      if (view.problems.some(({ path }) => path === problem.path)) continue;
      this.logger.warn(`${problem.path}: ${problem.message}`);
    }
    view.replace({ blocks: loaded.filter(({ path }) => stay(path)), problems });
    onSwap();
    const deleted = deletions.filter(({ ulid }) => disk.exists(disk.join(dir, ulid)));
    for (const { ulid, words } of deleted) {
      this.logger.info(`deleting block ${ulid}: ${words}`);
      await removeBlock(disk, disk.join(dir, ulid));
    }
    return { deleted };
  }

  /**
   * Deletes the samples of the closed range of series that match; how many blocks that changed.
   * Queries see it after `reload`.
   */
  async delete(matchers: readonly Matcher[], range: Interval): Promise<number> {
    const pacer = new Pacer();
    let changed = 0;
    for (const block of this.view.blocks) {
      if (!block.overlaps(range.minTime, range.maxTime)) continue;
      block.acquire();
      try {
        const tombstones = await pacer.run(tombstonesOf(block, matchers, range));
        if (tombstones === null) continue;
        this.changed.add(block.path);
        storeTombstones(this.disk, block, tombstones);
        changed++;
      } finally {
        block.release();
      }
    }
    return changed;
  }

  /**
   * Reads back a block that was just made, whole. A `CorruptionError` where it is damaged: then it
   * is removed, since what it was made of is still there.
   */
  async verify({ ulid }: BlockMeta): Promise<void> {
    const path = this.disk.join(this.dir, ulid);
    try {
      await this.jobs.run({ kind: 'verify', path });
    } catch (error) {
      if (error instanceof CorruptionError) await removeBlock(this.disk, path);
      throw error;
    }
    this.sound.add(ulid);
  }

  /** Marks blocks that could not be merged, so that it is not tried again and again. */
  markFailed(metas: readonly BlockMeta[]): void {
    for (const meta of metas) this.mark(meta, { failed: true });
  }

  /** Marks a block that nothing is left of: the next `reload` deletes it. */
  markDeletable(metas: readonly BlockMeta[]): void {
    for (const meta of metas) this.mark(meta, { deletable: true });
  }

  /** Makes hard links of all blocks in `target`, an existing directory. */
  linkInto(target: string): void {
    const { disk } = this;
    for (const { path, meta } of this.view.blocks) {
      const made = disk.join(target, meta.ulid);
      const temporary = made + CREATION_SUFFIX;
      disk.remove(temporary);
      linkTree(disk, path, temporary);
      disk.rename(temporary, made);
    }
    disk.syncDirectory(target);
  }

  close(): void {
    this.view.close();
  }

  private mark(meta: BlockMeta, marks: Partial<BlockMeta['compaction']>): void {
    const path = this.disk.join(this.dir, meta.ulid);
    this.changed.add(path);
    storeMeta(this.disk, path, { ...meta, compaction: { ...meta.compaction, ...marks } });
  }

  /** Reads back blocks whose sources are still there; those that are damaged are told. */
  private async findUnsound(blocks: readonly Block[]): Promise<Problem[]> {
    const { disk, dir, sound } = this;
    const problems: Problem[] = [];
    for (const { meta, path } of blocks) {
      if (sound.has(meta.ulid)) continue;
      const { parents } = meta.compaction;
      if (parents.some(({ ulid }) => disk.exists(disk.join(dir, ulid)))) {
        try {
          await this.jobs.run({ kind: 'verify', path });
        } catch (error) {
          problems.push(setAside(path, error));
        }
      }
      if (problems.at(-1)?.path !== path) sound.add(meta.ulid);
    }
    return problems;
  }
}

function deletionsAmong(blocks: readonly Block[], options: RetentionOptions): Deletion[] {
  const { retentionBytes = 0, retentionPercentage = 0 } = options;
  const isSized = retentionBytes > 0 || retentionPercentage > 0;
  const sized = blocks.map((block): SizedBlock => ({
    meta: block.meta,
    sizeBytes: isSized ? block.sizeBytes() : 0,
  }));
  return planDeletions(sized, options);
}

function linkTree(disk: WritableDisk, from: string, to: string): void {
  disk.makeDirectory(to);
  for (const { name, kind } of disk.list(from)) {
    const source = disk.join(from, name);
    if (kind === 'directory') linkTree(disk, source, disk.join(to, name));
    else if (kind === 'file') disk.link(source, disk.join(to, name));
  }
  disk.syncDirectory(to);
}

/** What could not be done in the background, as `problems` tells it. */
export function problemOf(path: string, what: string, error: unknown): Problem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'TSDB_BUG';
  return { path, offset: null, code, message: `${what}: ${messageOf(error)}` };
}
