/**
 * A data directory opened for reading: its blocks, its head and its out-of-order data seen as one.
 *
 * Takes no lock and writes nothing, so it may be a directory that a running Prometheus is writing.
 * What is damaged never prevents opening: it is set aside, told in `problems`, and the rest
 * answers. Samples are copied out of the files; nothing that a caller holds points into a mapping.
 */
import type { Disk } from '../disk/disk.js';
import { NodeDisk } from '../disk/node-disk.js';
import { Kernel } from '../kernel/kernel.js';
import { ArgumentError, ClosedError } from '../model/errors.js';
import { type Interval, MIN_TIME } from '../model/interval.js';
import { type Logger, SILENT } from '../model/logger.js';
import { Pacer } from '../model/pacer.js';
import type { Problem } from '../model/problem.js';
import type { Block } from './block.js';
import { type LoadContext, loadBlocks } from './block-list.js';
import { type BlockInfo, BlockView, infoOf } from './block-view.js';
import { checkDataDirectory } from './data-directory.js';
import type { Head } from './head.js';
import { replayHead } from './head-replay.js';
import {
  LABEL_CACHE_BYTES,
  type OpenReadOnlyOptions,
  QUERY_WORKERS,
  validateOptions,
} from './options.js';
import { type HeldSource, Reader, type Turns } from './reader.js';
import { headStats, type TsdbStats } from './stats.js';

const STATS_LIMIT = 10;

/** Opens a Prometheus data directory for reading; `openReadOnly` of db.ts in words. */
export async function openReadOnly(
  dir: string,
  options: OpenReadOnlyOptions = {},
): Promise<ReadOnlyDatabase> {
  validateOptions(options);
  const disk = diskOf(options);
  checkDataDirectory(disk, dir);
  const database = new ReadOnlyDatabase(dir, disk, options);
  await database.refresh();
  return database;
}

/** The blocks of a data directory, without its log: what `mmtsdb list` prints. */
export async function listBlocks(
  dir: string,
  options: OpenReadOnlyOptions = {},
): Promise<{ blocks: readonly BlockInfo[]; problems: readonly Problem[] }> {
  validateOptions(options);
  const disk = diskOf(options);
  checkDataDirectory(disk, dir);
  const { blocks, problems } = await loadBlocks(dir, contextOf(disk, options, new Kernel()));
  return { blocks: blocks.map(infoOf), problems };
}

export class ReadOnlyDatabase extends Reader implements AsyncDisposable {
  readonly dir: string;
  private readonly disk: Disk;
  private readonly options: OpenReadOnlyOptions;
  private readonly logger: Logger;
  private readonly kernel = new Kernel();
  private readonly view: BlockView;
  private head: Head | null = null;
  private headProblems: readonly Problem[] = [];
  private closed = false;
  /** The refresh under way, which others join. */
  private refreshing: Promise<void> | null = null;

  /** Use `openReadOnly`. */
  constructor(dir: string, disk: Disk, options: OpenReadOnlyOptions) {
    super(options.queryWorkers ?? QUERY_WORKERS);
    this.dir = dir;
    this.disk = disk;
    this.options = options;
    this.logger = options.logger ?? SILENT;
    this.view = new BlockView(disk, this.logger);
  }

  /** What was damaged and is left out, since the last `refresh()`. */
  get problems(): readonly Problem[] {
    this.checkOpen();
    return [...this.view.problems, ...this.headProblems];
  }

  /** The blocks by min time. */
  blocks(): readonly BlockInfo[] {
    this.checkOpen();
    return this.view.infos();
  }

  /** Cardinality of the head, in the shape of `/api/v1/status/tsdb`; at most `limit` a list. */
  async stats(limit = STATS_LIMIT, signal?: AbortSignal): Promise<TsdbStats> {
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new ArgumentError(`limit is a whole number from 1; got ${limit}`);
    }
    const head = this.openHead;
    head.acquire();
    try {
      const { postings, inOrder: range } = head;
      const pacer = new Pacer();
      const chunkCount = await pacer.run(head.countChunks(), signal);
      return await pacer.run(headStats({ postings, chunkCount, range }, limit), signal);
    } finally {
      head.release();
    }
  }

  /**
   * The closed range of the in-order samples that are in no block, in ms, as a server has it that
   * opens the directory; [MAX_TIME, MIN_TIME] without one.
   */
  headRange(): Interval {
    const { inOrder, firstTime } = this.openHead;
    return { minTime: Math.max(inOrder.minTime, firstTime), maxTime: inOrder.maxTime };
  }

  /** Looks at the directory again: new blocks, new samples. Queries under way see what they saw. */
  async refresh(): Promise<void> {
    this.checkOpen();
    this.refreshing ??= this.reload().finally(() => {
      this.refreshing = null;
    });
    await this.refreshing;
  }

  /** Lets go of all files once running queries are done. Idempotent. */
  async close(): Promise<void> {
    this.closed = true;
    // A refresh under way fails with ClosedError: its caller hears of that, not ours.
    await this.refreshing?.catch(() => undefined);
    this.view.close();
    this.head?.close();
    this.head = null;
    await this.endQueryWorkers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  protected override async tryAcquire(
    { minTime, maxTime }: Interval,
    turns: Turns,
  ): Promise<HeldSource[]> {
    const head = this.openHead;
    const isHeld = head.overlaps(minTime, maxTime) && this.readsHead(maxTime);
    if (isHeld) head.acquire();
    try {
      const blocks = await this.view.acquire({ minTime, maxTime }, turns);
      return isHeld ? [head, ...blocks] : blocks;
    } catch (error) {
      if (isHeld) head.release();
      throw error;
    }
  }

  protected override get version(): unknown {
    return this.head;
  }

  protected override lookAgain(): Promise<void> {
    return this.refresh();
  }

  protected override checkOpen(): void {
    if (this.closed) throw new ClosedError(`the database ${this.dir}`);
  }

  /** promtool leaves the head alone, late samples and all, where the last block reaches further. */
  private readsHead(maxTime: number): boolean {
    if (this.options.headCutoff !== 'promtool') return true;
    return (this.view.blocks.at(-1)?.meta.maxTime ?? MIN_TIME) <= maxTime;
  }

  /**
   * Replays the head and lists the blocks. The blocks are listed again behind the replay, since
   * Prometheus may have moved samples from the log into a new block while we read it: a new block
   * is visible before its samples leave the log.
   */
  private async reload(): Promise<void> {
    const context = contextOf(this.disk, this.options, this.kernel);
    const before = await loadBlocks(this.dir, context, this.view.blocks);
    const { head, problems } = await replayHead(this.dir, context, {
      minValidTime: minValidTime(before.blocks, this.options),
      onProgress: this.options.onProgress,
    });
    let after;
    try {
      after = await loadBlocks(this.dir, context, before.blocks);
      this.checkOpen();
    } catch (error) {
      head.close();
      throw error;
    }
    for (const problem of [...after.problems, ...problems]) {
      this.logger.warn(`${problem.path}: ${problem.message}`);
    }
    const retired = this.head;
    this.head = head;
    this.headProblems = problems;
    this.view.replace(after);
    retired?.close();
  }

  private get openHead(): Head {
    if (this.closed || this.head === null) throw new ClosedError(`the database ${this.dir}`);
    return this.head;
  }
}

function diskOf(options: OpenReadOnlyOptions): Disk {
  return options.disk ?? new NodeDisk({ io: options.io, logger: options.logger });
}

function contextOf(disk: Disk, options: OpenReadOnlyOptions, kernel: Kernel): LoadContext {
  return {
    disk,
    options: { labelCacheBytes: options.labelCacheBytes ?? LABEL_CACHE_BYTES, kernel },
    pacer: new Pacer(),
    signal: options.signal,
  };
}

/** In-order head samples below this are in blocks; see `HeadCutoff`. */
function minValidTime(blocks: readonly Block[], options: OpenReadOnlyOptions): number {
  if (options.headCutoff === 'promtool') return blocks.at(-1)?.meta.maxTime ?? MIN_TIME;
  return blocks
    .filter((block) => (block.meta.compaction.hints ?? []).length === 0)
    .reduce((max, block) => Math.max(max, block.meta.maxTime), MIN_TIME);
}
