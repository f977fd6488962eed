/**
 * The making of one block as a job, in plain data that goes from thread to thread: merging blocks
 * (or rewriting one), writing what a head holds, and reading a block back.
 *
 * A job is durable when it is done. One that fails or is aborted leaves nothing behind.
 */
import type { WritableDisk } from '../disk/writable-disk.js';
import type { Kernel } from '../kernel/kernel.js';
import { Pacer } from '../model/pacer.js';
import type { BlockMeta } from './block-meta.js';
import type { NewBlock } from './block-writer.js';
import { compactBlocks, type CompactionProgress } from './compactor.js';
import { writeHeadBlock } from './head-block.js';
import type { HeadSnapshot } from './head-snapshot.js';
import { closeBlock, openBlocks } from './open-block.js';
import { readBack } from './read-back.js';

export interface MergeJob {
  readonly kind: 'merge';
  /** The directory in which the block `block` is made. */
  readonly dir: string;
  /** `mergedBlock` or, to leave out what was deleted, `rewrittenBlock`. */
  readonly block: NewBlock;
  /** The paths of the blocks that go into it, by min time. */
  readonly sources: readonly string[];
}

export interface HeadJob {
  readonly kind: 'head';
  readonly dir: string;
  readonly block: NewBlock;
  readonly snapshot: HeadSnapshot;
  /** The directory `chunks_head`, which keeps its files until the job is done. */
  readonly chunksDir: string;
}

/** Reads a block back from end to end; a `CorruptionError` where it is not what it says to be. */
export interface VerifyJob {
  readonly kind: 'verify';
  readonly path: string;
}

export type CompactionJob = MergeJob | HeadJob | VerifyJob;

export interface JobOptions {
  readonly signal?: AbortSignal;
  /** Told how many series are done, of how many. */
  readonly onProgress?: CompactionProgress;
}

/** Who carries out jobs: this thread (`InlineJobs`), or another (job-thread.ts). */
export interface JobRunner {
  /**
   * The meta of the block that was made or read back; null where nothing would be in it: then there
   * is none.
   */
  run(job: CompactionJob, options?: JobOptions): Promise<BlockMeta | null>;
  /** Ends what runs, with a `ClosedError`. Idempotent. */
  close(): Promise<void>;
}

/** In this thread, with turns of the event loop in between. */
export async function runJob(
  disk: WritableDisk,
  job: CompactionJob,
  options: JobOptions & { readonly kernel: Kernel },
): Promise<BlockMeta | null> {
  const { kernel, signal } = options;
  signal?.throwIfAborted();
  if (job.kind === 'verify') return new Pacer().run(readBack(disk, job.path, kernel), signal);
  if (job.kind === 'head') return writeHeadBlock(disk, job.dir, job.block, job, options);
  const sources = openBlocks(disk, job.sources, kernel);
  try {
    return await compactBlocks(disk, job.dir, job.block, sources, options);
  } finally {
    sources.forEach(closeBlock);
  }
}
