/** Who makes blocks: in this thread, with turns of the event loop in between, or in another. */
import type { BlockMeta } from '../compact/block-meta.js';
import type { NewBlock } from '../compact/block-writer.js';
import { compactBlocks } from '../compact/compactor.js';
import { closeBlock, openBlocks } from '../compact/open-block.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import { Kernel } from '../kernel/kernel.js';
import { Pacer } from '../model/pacer.js';
import type { LiveHead } from './live-head.js';
import type { BlockJobs, JobOptions } from './maintenance.js';
import { writeSourceBlock } from './head-block.js';

/** Who makes blocks of the head. */
export interface HeadJobs {
  /**
   * Makes the block `made` in the directory `dir` of what the head has in its range; durable when
   * it resolves. Null where nothing would be in it: then there is none.
   */
  writeHead(
    dir: string,
    made: NewBlock,
    head: LiveHead,
    options: JobOptions,
  ): Promise<BlockMeta | null>;
}

/** In this thread. */
export class LocalJobs implements BlockJobs, HeadJobs {
  private readonly disk: WritableDisk;
  private readonly kernel = new Kernel();

  constructor(disk: WritableDisk) {
    this.disk = disk;
  }

  async merge(
    dir: string,
    made: NewBlock,
    sources: readonly string[],
    { signal, onProgress }: JobOptions,
  ): Promise<BlockMeta | null> {
    const { disk, kernel } = this;
    const blocks = openBlocks(disk, sources, kernel);
    try {
      const steps = compactBlocks(disk, dir, made, blocks, { kernel, onProgress });
      return await new Pacer().run(steps, signal);
    } finally {
      blocks.forEach(closeBlock);
    }
  }

  async writeHead(
    dir: string,
    made: NewBlock,
    head: LiveHead,
    options: JobOptions,
  ): Promise<BlockMeta | null> {
    const reader = head.reader({ minTime: made.minTime, maxTime: made.maxTime - 1 });
    if (reader === null) return null;
    try {
      return await writeSourceBlock(this.disk, dir, made, reader, options);
    } finally {
      reader.release();
    }
  }
}
