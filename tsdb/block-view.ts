/**
 * The blocks that queries see at this moment, and what was set aside of them. A new list takes the
 * place of the old one as a whole; blocks that are no longer in it close once their readers are
 * gone.
 */
import type { BlockMeta } from '../compact/block-meta.js';
import type { Disk } from '../disk/disk.js';
import { ClosedError } from '../model/errors.js';
import type { Interval } from '../model/interval.js';
import type { Logger } from '../model/logger.js';
import type { Problem } from '../model/problem.js';
import type { Block } from './block.js';
import { type BlockList, isGone, setAside } from './block-list.js';
import type { Turns } from './reader.js';

/** Opening the files of a block, in the pacer's units. */
const ACQUIRE_UNITS = 20_000;

/** A block as `blocks()` tells it. */
export interface BlockInfo {
  readonly meta: BlockMeta;
  readonly path: string;
  /** The size of all its files, in bytes: looked up on each access. */
  readonly sizeBytes: number;
}

export class BlockView implements BlockList {
  private readonly disk: Disk;
  private readonly logger: Logger;
  private list: readonly Block[] = [];
  private found: readonly Problem[] = [];

  constructor(disk: Disk, logger: Logger) {
    this.disk = disk;
    this.logger = logger;
  }

  /** By min time. */
  get blocks(): readonly Block[] {
    return this.list;
  }

  /** One for each block that was set aside. */
  get problems(): readonly Problem[] {
    return this.found;
  }

  infos(): readonly BlockInfo[] {
    return this.list.map(infoOf);
  }

  /** From now on queries see `next`. */
  replace(next: BlockList): void {
    const kept = new Set(next.blocks);
    const retired = this.list.filter((block) => !kept.has(block));
    this.list = next.blocks;
    this.found = next.problems;
    for (const block of retired) block.close();
  }

  /**
   * The blocks of the closed range, as they are when this is called, each to be released. Throws
   * what says that a block was replaced meanwhile (`ClosedError`) or is gone (`isGone`).
   */
  async acquire({ minTime, maxTime }: Interval, { pacer, signal }: Turns): Promise<Block[]> {
    const held: Block[] = [];
    try {
      for (const block of this.list) {
        if (!block.overlaps(minTime, maxTime)) continue;
        if (pacer.isDue(ACQUIRE_UNITS)) await pacer.turn(signal);
        if (this.acquireBlock(block)) held.push(block);
      }
      return held;
    } catch (error) {
      for (const block of held) block.release();
      throw error;
    }
  }

  close(): void {
    this.replace({ blocks: [], problems: [] });
  }

  /** Opens a block; false if it is damaged, which sets it aside for good. */
  private acquireBlock(block: Block): boolean {
    try {
      block.acquire();
      return true;
    } catch (error) {
      if (isGone(error) && !this.disk.exists(block.path)) throw error;
      if (error instanceof ClosedError) throw error;
      const problem = setAside(block.path, error);
      this.logger.warn(`${problem.path}: ${problem.message}`);
      this.found = [...this.found, problem];
      this.list = this.list.filter((other) => other !== block);
      block.close();
      return false;
    }
  }
}

export function infoOf(block: Block): BlockInfo {
  const { meta, path } = block;
  return {
    meta,
    path,
    // Looked up when it is read: of a thousand blocks that takes thousands of calls of the system.
    get sizeBytes() {
      return block.sizeBytes();
    },
  };
}
