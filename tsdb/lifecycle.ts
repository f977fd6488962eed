/**
 * What a database does by itself, round after round (tsdb/db.go, `run` and `Compact`):
 *
 *     look again    blocks beyond what is kept go, which also makes room
 *     flush         full chunks of the head go to their file
 *     head          while it holds enough for a block: a block; then the log is cut
 *     merge         plan after plan until there is none, or the head holds enough again
 *
 * While the disk takes no writes only the first is done.
 */
import type { HeadCompaction } from './head-compaction.js';
import type { LiveHead } from './live-head.js';
import type { Maintenance } from './maintenance.js';
import type { BlockMeta } from '../compact/block-meta.js';
import type { JobOptions } from '../compact/job.js';
import { messageOf } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import type { WriteGate } from './write-gate.js';

export interface LifecycleParts {
  readonly head: LiveHead;
  readonly compaction: HeadCompaction;
  readonly maintenance: Maintenance;
  readonly gate: WriteGate;
  readonly logger: Logger;
}

export class Lifecycle {
  private readonly parts: LifecycleParts;

  constructor(parts: LifecycleParts) {
    this.parts = parts;
  }

  /** One round; rejects with what failed first, or with an abort. */
  async round(options: JobOptions): Promise<void> {
    const { head, maintenance, gate, logger } = this.parts;
    await maintenance.reload();
    try {
      gate.check();
    } catch (error) {
      logger.info(`nothing is compacted: ${messageOf(error)}`);
      return;
    }
    // That there is no room for a block does not mean that there is none for a commit.
    await head.data.chunks.flush();
    await this.compact(options);
  }

  /** Compacts until there is nothing to do; the blocks that were made, in order. */
  compact(options: JobOptions): Promise<BlockMeta[]> {
    return this.parts.maintenance.turns.take(async () => {
      const made: BlockMeta[] = [];
      do await this.compactHead(options, made);
      while (await this.merge(options, made));
      return made;
    });
  }

  private async compactHead(options: JobOptions, made: BlockMeta[]): Promise<void> {
    const { compaction } = this.parts;
    while (compaction.range() !== null) {
      options.signal?.throwIfAborted();
      const meta = await compaction.compactNow(options);
      if (meta !== null) made.push(meta);
    }
    await compaction.truncateLogNow(options.signal);
  }

  /** Merges until there is no plan: false; or until the head holds enough for a block: true. */
  private async merge(options: JobOptions, made: BlockMeta[]): Promise<boolean> {
    const { compaction, maintenance } = this.parts;
    for (let plan = maintenance.plan(); plan !== null; plan = maintenance.plan()) {
      options.signal?.throwIfAborted();
      const meta = await maintenance.mergeNow(plan, options);
      if (meta !== null) made.push(meta);
      if (compaction.range() !== null) return true;
    }
    return false;
  }
}
