/**
 * A data directory opened for reading: its blocks, its head and its out-of-order data seen as one.
 *
 * Takes no lock and writes nothing, so it may be a directory that a running Prometheus is writing.
 * What is damaged never prevents opening: it is set aside, told in `problems`, and the rest
 * answers. Samples are copied out of the files; nothing that a caller holds points into a mapping.
 */
import { NodeDisk } from '../disk/node-disk.js';
import type { Disk } from '../disk/disk.js';
import { Kernel } from '../kernel/kernel.js';
import { mergeSeries } from '../index/series-merge.js';
import { Columns } from '../model/columns.js';
import { ArgumentError, ClosedError } from '../model/errors.js';
import { type Interval, MAX_TIME, MIN_TIME } from '../model/interval.js';
import type { Labels } from '../model/labels.js';
import { type Logger, SILENT } from '../model/logger.js';
import type { Matcher } from '../model/matcher.js';
import type { Problem } from '../model/problem.js';
import type {
  LabelOptions,
  SelectOptions,
  SeriesCursor,
  SeriesSource,
} from '../model/queryable.js';
import { unionSteps } from '../model/sort-steps.js';
import type { Steps } from '../model/steps.js';
import { compareUtf8 } from '../model/utf8.js';
import type { BlockMeta } from '../compact/block-meta.js';
import type { Block } from './block.js';
import { isGone, type LoadContext, loadBlocks, setAside } from './block-list.js';
import { checkDataDirectory } from './data-directory.js';
import type { Head } from './head.js';
import { replayHead } from './head-replay.js';
import { LABEL_CACHE_BYTES, type OpenReadOnlyOptions, validateOptions } from './options.js';
import { Pacer } from '../model/pacer.js';
import { headStats, type TsdbStats } from './stats.js';

// This file is the package's door: what its callers name comes through it.
export { Columns } from '../model/columns.js';
export * from '../model/errors.js';
export { Histogram, type Span } from '../model/histogram.js';
export { MAX_TIME, MIN_TIME } from '../model/interval.js';
export { Labels } from '../model/labels.js';
export { type Matcher, matcher, type MatchType } from '../model/matcher.js';
export type { Problem } from '../model/problem.js';
export type { LabelOptions, SelectOptions } from '../model/queryable.js';
export type { BlockMeta } from '../compact/block-meta.js';
export type { OpenReadOnlyOptions, ReplayProgress } from './options.js';
export type { NamedCount, TsdbStats } from './stats.js';

/** What a series costs beside its samples, in the pacer's units. */
const SERIES_UNITS = 400;
/** Opening the files of a block, likewise. */
const ACQUIRE_UNITS = 20_000;
/** How often opening starts over when blocks vanish under it. */
const ATTEMPTS_MAX = 5;
const STATS_LIMIT = 10;

/** A block as `blocks()` tells it. */
export interface BlockInfo {
  readonly meta: BlockMeta;
  readonly path: string;
  /** The size of all its files, in bytes: looked up on each access. */
  readonly sizeBytes: number;
}

/** One series of an answer. */
export interface SelectedSeries {
  readonly labels: Labels;
  /** In time order, one sample a time; possibly none. */
  readonly samples: Columns;
}

export interface SelectSeriesOptions extends SelectOptions {
  /**
   * Fill one `Columns` again and again: `samples` is then valid until the loop's next turn only.
   * For scans over many series; default false.
   */
  readonly reuseColumns?: boolean;
}

/** What is visible at one moment; replaced as a whole by `refresh()`. */
interface View {
  blocks: readonly Block[];
  readonly head: Head;
  problems: readonly Problem[];
}

/**
 * Opens a Prometheus data directory for reading. Throws `OpenError` when `dir` is missing, is no
 * directory, cannot be read or holds no database, and `ArgumentError` for a wrong option.
 *
 * @example
 * await using db = await openReadOnly('/var/lib/prometheus');
 * for await (const { labels, samples } of db.select([matcher('__name__', '=', 'up')])) {
 *   console.log(labels.toJSON(), samples.count);
 * }
 */
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

export class ReadOnlyDatabase implements AsyncDisposable {
  readonly dir: string;
  private readonly disk: Disk;
  private readonly options: OpenReadOnlyOptions;
  private readonly logger: Logger;
  private readonly kernel = new Kernel();
  private view: View | null = null;
  private closed = false;
  /** The refresh under way, which others join. */
  private refreshing: Promise<void> | null = null;

  /** Use `openReadOnly`. */
  constructor(dir: string, disk: Disk, options: OpenReadOnlyOptions) {
    this.dir = dir;
    this.disk = disk;
    this.options = options;
    this.logger = options.logger ?? SILENT;
  }

  /** What was damaged and is left out, since the last `refresh()`. */
  get problems(): readonly Problem[] {
    return this.current.problems;
  }

  /** The blocks by min time. */
  blocks(): readonly BlockInfo[] {
    return this.current.blocks.map(infoOf);
  }

  /**
   * Series that match all `matchers`, in label order, with their samples of the closed time range.
   * Stop early with `break`, or with `signal`. Throws `CorruptionError` where a chunk is damaged.
   */
  async *select(
    matchers: readonly Matcher[],
    options: SelectSeriesOptions = {},
  ): AsyncGenerator<SelectedSeries, void, undefined> {
    const { signal, reuseColumns = false } = options;
    const range = rangeOf(options);
    signal?.throwIfAborted();
    const pacer = new Pacer();
    const sources = await this.acquire(range, { pacer, signal });
    try {
      const cursor = await selectFrom(sources, matchers, range, { pacer, signal });
      let samples = new Columns();
      for (let moved = cursor.move(); moved !== 'ended'; moved = cursor.move()) {
        if (moved === 'paused') {
          await pacer.turn(signal);
          continue;
        }
        samples.clear();
        cursor.series.read(samples);
        if (pacer.isDue(SERIES_UNITS + samples.count)) await pacer.turn(signal);
        yield { labels: cursor.series.labels, samples };
        this.checkOpen();
        signal?.throwIfAborted();
        if (!reuseColumns) samples = new Columns(samples.count);
      }
    } finally {
      for (const source of sources) source.release();
    }
  }

  /** The label sets of matching series that have a chunk in the range; no chunk is read. */
  async series(matchers: readonly Matcher[], options: LabelOptions = {}): Promise<Labels[]> {
    const { signal } = options;
    const range = rangeOf(options);
    const limit = limitOf(options);
    const found: Labels[] = [];
    const pacer = new Pacer();
    const sources = await this.acquire(range, { pacer, signal });
    try {
      const cursor = await selectFrom(sources, matchers, range, { pacer, signal });
      while (found.length < limit) {
        const moved = cursor.move();
        if (moved === 'ended') break;
        if (moved === 'on') found.push(cursor.series.labels);
        if (moved === 'paused' || pacer.isDue(SERIES_UNITS)) await pacer.turn(signal);
      }
      return found;
    } finally {
      for (const source of sources) source.release();
    }
  }

  /** All label names, sorted; with `matchers`, those of the matching series. */
  async labelNames(options: LabelOptions & WithMatchers = {}): Promise<string[]> {
    return this.sortedUnion(options, (source) => source.labelNames(options.matchers ?? []));
  }

  /** The values of label `name`, sorted; with `matchers`, those of the matching series. */
  async labelValues(name: string, options: LabelOptions & WithMatchers = {}): Promise<string[]> {
    return this.sortedUnion(options, (source) => source.labelValues(name, options.matchers ?? []));
  }

  /** Cardinality of the head, in the shape of `/api/v1/status/tsdb`; at most `limit` a list. */
  async stats(limit = STATS_LIMIT, signal?: AbortSignal): Promise<TsdbStats> {
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new ArgumentError(`limit is a whole number from 1; got ${limit}`);
    }
    const { head } = this.current;
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
    this.retire(this.view, []);
    this.view = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Blocks and head of the range, held open until each is released. */
  private async acquire(
    { minTime, maxTime }: Interval,
    turns: Turns,
  ): Promise<(SeriesSource & Held)[]> {
    for (let attempt = 1; ; attempt++) {
      const view = this.current;
      try {
        return await this.tryAcquire(view, { minTime, maxTime }, turns);
      } catch (error) {
        if (attempt === ATTEMPTS_MAX) throw error;
        // A block was compacted away under us: its data lies in another block by now.
        if (isGone(error)) await this.refresh();
        // Or a refresh in one of our turns has closed it.
        else if (!(error instanceof ClosedError) || this.current === view) throw error;
      }
    }
  }

  /** The head comes first: that is the order in which Prometheus merges. */
  private async tryAcquire(
    { head, blocks }: View,
    { minTime, maxTime }: Interval,
    { pacer, signal }: Turns,
  ): Promise<(SeriesSource & Held)[]> {
    const held: (SeriesSource & Held)[] = [];
    try {
      if (head.overlaps(minTime, maxTime) && this.readsHead(blocks, maxTime)) {
        head.acquire();
        held.push(head);
      }
      for (const block of blocks) {
        if (!block.overlaps(minTime, maxTime)) continue;
        if (pacer.isDue(ACQUIRE_UNITS)) await pacer.turn(signal);
        if (this.acquireBlock(block)) held.push(block);
      }
      return held;
    } catch (error) {
      for (const source of held) source.release();
      throw error;
    }
  }

  /** promtool leaves the head alone, late samples and all, where the last block reaches further. */
  private readsHead(blocks: readonly Block[], maxTime: number): boolean {
    if (this.options.headCutoff !== 'promtool') return true;
    return (blocks.at(-1)?.meta.maxTime ?? MIN_TIME) <= maxTime;
  }

  /** Opens a block; false if it is damaged, which sets it aside for good. */
  private acquireBlock(block: Block): boolean {
    try {
      block.acquire();
      return true;
    } catch (error) {
      if (isGone(error) && !this.disk.exists(block.path)) throw error;
      if (error instanceof ClosedError) throw error;
      const view = this.current;
      const problem = setAside(block.path, error);
      this.logger.warn(`${problem.path}: ${problem.message}`);
      view.problems = [...view.problems, problem];
      view.blocks = view.blocks.filter((other) => other !== block);
      block.close();
      return false;
    }
  }

  private async sortedUnion(
    options: LabelOptions,
    read: (source: SeriesSource) => Steps<string[]>,
  ): Promise<string[]> {
    const { signal } = options;
    const range = rangeOf(options);
    const limit = limitOf(options);
    const pacer = new Pacer();
    const sources = await this.acquire(range, { pacer, signal });
    try {
      let union: string[] = [];
      for (const source of sources) {
        const found = await pacer.run(read(source), signal);
        union = await pacer.run(unionSteps(union, found, compareUtf8), signal);
      }
      return union.slice(0, limit);
    } finally {
      for (const source of sources) source.release();
    }
  }

  /**
   * Replays the head and lists the blocks. The blocks are listed again behind the replay, since
   * Prometheus may have moved samples from the log into a new block while we read it: a new block
   * is visible before its samples leave the log.
   */
  private async reload(): Promise<void> {
    const context = contextOf(this.disk, this.options, this.kernel);
    const known = this.view?.blocks ?? [];
    const before = await loadBlocks(this.dir, context, known);
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
    const retired = this.view;
    this.view = { blocks: after.blocks, head, problems: [...after.problems, ...problems] };
    this.retire(retired, after.blocks);
  }

  private retire(view: View | null, kept: readonly Block[]): void {
    if (view === null) return;
    view.head.close();
    const keptBlocks = new Set(kept);
    for (const block of view.blocks) if (!keptBlocks.has(block)) block.close();
  }

  private get current(): View {
    if (this.closed || this.view === null) throw new ClosedError(`the database ${this.dir}`);
    return this.view;
  }

  private checkOpen(): void {
    if (this.closed) throw new ClosedError(`the database ${this.dir}`);
  }
}

/** The series of all `sources`, found with turns of the event loop in between. */
async function selectFrom(
  sources: readonly SeriesSource[],
  matchers: readonly Matcher[],
  { minTime, maxTime }: Interval,
  { pacer, signal }: Turns,
): Promise<SeriesCursor> {
  const cursors: SeriesCursor[] = [];
  for (const source of sources) {
    cursors.push(await pacer.run(source.select(matchers, minTime, maxTime), signal));
  }
  return mergeSeries(cursors);
}

/** Which series' labels are wanted. */
interface WithMatchers {
  readonly matchers?: readonly Matcher[];
}

/** How long work gives way, and how it is stopped. */
interface Turns {
  readonly pacer: Pacer;
  readonly signal?: AbortSignal;
}

interface Held {
  release(): void;
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

function infoOf(block: Block): BlockInfo {
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

/** In-order head samples below this are in blocks; see `HeadCutoff`. */
function minValidTime(blocks: readonly Block[], options: OpenReadOnlyOptions): number {
  if (options.headCutoff === 'promtool') return blocks.at(-1)?.meta.maxTime ?? MIN_TIME;
  return blocks
    .filter((block) => (block.meta.compaction.hints ?? []).length === 0)
    .reduce((max, block) => Math.max(max, block.meta.maxTime), MIN_TIME);
}

function rangeOf(options: SelectOptions): Interval {
  const { minTime = MIN_TIME, maxTime = MAX_TIME } = options;
  if (Number.isNaN(minTime) || Number.isNaN(maxTime)) {
    throw new ArgumentError(`minTime and maxTime are times in ms; got ${minTime} and ${maxTime}`);
  }
  return { minTime, maxTime };
}

function limitOf(options: LabelOptions): number {
  const { limit = 0 } = options;
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new ArgumentError(`limit is a whole number from 0; got ${limit}`);
  }
  return limit === 0 ? Infinity : limit;
}
