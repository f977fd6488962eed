/**
 * A database that is written to: a data directory that we hold, its living head over its blocks.
 *
 *     append → log → head → (by itself) blocks → larger blocks → gone
 *
 * Whoever opens it closes it. What is damaged is set aside and told in `problems`, as far as the
 * rest can do without it. database-opening.ts puts it together.
 */
import type { BlockMeta } from '../compact/block-meta.js';
import type { JobOptions } from '../compact/job.js';
import { ArgumentError, ClosedError, DiskError } from '../model/errors.js';
import { type Interval, MAX_TIME, MIN_TIME } from '../model/interval.js';
import { type Logger, SILENT } from '../model/logger.js';
import type { Matcher } from '../model/matcher.js';
import { Pacer } from '../model/pacer.js';
import type { Problem } from '../model/problem.js';
import type { Appender } from './appender.js';
import { Background } from './background.js';
import { problemOf } from './block-store.js';
import type { BlockInfo } from './block-view.js';
import type { DatabaseFiles } from './database-files.js';
import { checkPath, type DatabaseOptions } from './database-options.js';
import { Lifetime } from './lifetime.js';
import type { HeadMemory, LiveHead } from './live-head.js';
import type { Maintenance } from './maintenance.js';
import { QUERY_WORKERS } from './options.js';
import { type HeldSource, Reader, type Turns } from './reader.js';
import type { TsdbStats } from './stats.js';
import type { WriteState } from './write-gate.js';

const STATS_LIMIT = 10;
/** Of what went wrong in the background so many of the last are kept. */
const PROBLEMS_MAX = 100;

/** A closed range of time in ms; an absent bound is none. */
export interface DeleteRange {
  readonly minTime?: number;
  readonly maxTime?: number;
}

export interface SnapshotOptions {
  /** Whether what is in no block yet becomes a block of the snapshot; default true. */
  readonly withHead?: boolean;
}

export interface DatabaseParts {
  readonly head: LiveHead;
  /** Null: it lives in memory only. */
  readonly files: DatabaseFiles | null;
  /** Met while it was opened. */
  readonly problems: readonly Problem[];
  readonly options: Pick<DatabaseOptions, 'logger' | 'onProblem' | 'queryWorkers'>;
  readonly retentionMs: number;
}

export class Database extends Reader implements AsyncDisposable {
  private readonly head: LiveHead;
  private readonly files: DatabaseFiles | null;
  private readonly logger: Logger;
  private readonly onProblem?: (problem: Problem) => void;
  private readonly retentionMs: number;
  private readonly background: Background | null;
  private found: readonly Problem[];
  /** Queries that are under way. */
  private readonly readers: Lifetime;
  private readonly readersGone: Promise<void>;
  private closing: Promise<void> | null = null;

  /** Use `Database.open` of db.ts. */
  constructor(parts: DatabaseParts) {
    super(parts.options.queryWorkers ?? QUERY_WORKERS);
    this.head = parts.head;
    this.files = parts.files;
    this.logger = parts.options.logger ?? SILENT;
    this.onProblem = parts.options.onProblem;
    this.retentionMs = parts.retentionMs;
    this.found = parts.problems;
    let gone = (): void => undefined;
    this.readersGone = new Promise((resolve) => (gone = resolve));
    this.readers = new Lifetime(this.name, () => gone());
    this.background = this.startBackground();
  }

  /** The data directory; null where it lives in memory. */
  get dir(): string | null {
    return this.files?.dir ?? null;
  }

  /**
   * What was damaged and is left out, and what went wrong in the background; the last hundred of
   * those.
   */
  get problems(): readonly Problem[] {
    return [...(this.files?.maintenance.store.view.problems ?? []), ...this.found];
  }

  /**
   * Whether appending works: `no-space` and `read-only` are left by themselves when the disk takes
   * writes again.
   */
  get writeState(): WriteState {
    return this.files?.gate.state ?? 'open';
  }

  /** Whether the directory was not closed when it was last written to. */
  get wasUnclean(): boolean {
    return this.files?.directory.wasUnclean ?? false;
  }

  /** The blocks by min time. */
  blocks(): readonly BlockInfo[] {
    this.checkOpen();
    return this.files?.maintenance.store.view.infos() ?? [];
  }

  /**
   * Collects samples for one commit. Throws a `NoSpaceError` or `ReadOnlyError` while the disk
   * takes no writes.
   */
  appender(): Appender {
    this.checkOpen();
    this.files?.gate.check();
    return this.head.appender();
  }

  /** Cardinality of the head, in the shape of `/api/v1/status/tsdb`; at most `limit` a list. */
  async stats(limit = STATS_LIMIT, signal?: AbortSignal): Promise<TsdbStats> {
    this.checkOpen();
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new ArgumentError(`limit is a whole number from 1; got ${limit}`);
    }
    return new Pacer().run(this.head.stats(limit), signal);
  }

  /** What the head takes, part by part. */
  memory(): HeadMemory {
    return this.head.memory();
  }

  /**
   * Hides the samples of the closed range of all series that match. Those in blocks are gone from
   * disk once the blocks are merged, or with `cleanTombstones`; those of the head when it becomes a
   * block.
   */
  async delete(matchers: readonly Matcher[], range: DeleteRange = {}): Promise<void> {
    this.checkOpen();
    checkMatchers(matchers);
    const closed = closedRange(range);
    if (this.files === null) return this.head.delete(matchers, closed);
    const { maintenance } = this.files;
    // One turn for both, so that nothing moves from the head to a block in between.
    await maintenance.turns.take(async () => {
      await maintenance.deleteNow(matchers, closed);
      await this.head.delete(matchers, closed);
    });
  }

  /** Rewrites blocks without what was deleted of them; how many that were. */
  async cleanTombstones(options: JobOptions = {}): Promise<number> {
    return (await this.onDisk('cleanTombstones').maintenance.cleanTombstones(options)).length;
  }

  /**
   * Makes a copy that Prometheus and we open, in `target`: hard links of all blocks, and the head
   * as a block. `target` lies on the same file system.
   */
  async snapshot(target: string, { withHead = true }: SnapshotOptions = {}): Promise<void> {
    const files = this.onDisk('snapshot');
    checkPath('a snapshot', target);
    await files.maintenance.snapshot(target, async () => {
      if (withHead) await files.compaction.writeSnapshot(target);
    });
  }

  /**
   * Does now, to the end, what is done by itself in the background: what is kept too long goes, the
   * head becomes blocks where it holds enough, blocks are merged. The blocks that were made.
   */
  async compact(options: JobOptions = {}): Promise<readonly BlockMeta[]> {
    this.checkOpen();
    if (this.files === null) {
      if (this.retentionMs > 0) await this.head.truncate(this.head.maxTime - this.retentionMs);
      return [];
    }
    await this.files.maintenance.reload();
    return this.files.lifecycle.compact(options);
  }

  /**
   * Ends background work, waits for queries, and leaves everything durable. Idempotent. A querier
   * that is never released keeps it waiting.
   */
  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** For the commands: what is done to the blocks, step by step. */
  get maintenance(): Maintenance {
    return this.onDisk('maintenance').maintenance;
  }

  /** For the commands: the range of the next block of the head; null where it holds too little. */
  compactableRange(): Interval | null {
    return this.onDisk('compactableRange').compaction.range();
  }

  /** For the commands: makes that block, and cuts the log where that was the last one. */
  compactHead(options: JobOptions = {}): Promise<BlockMeta | null> {
    const { maintenance, compaction } = this.onDisk('compactHead');
    return maintenance.turns.take(async () => {
      const meta = await compaction.compactNow(options);
      if (compaction.range() === null) await compaction.truncateLogNow(options.signal);
      return meta;
    });
  }

  protected override async tryAcquire(range: Interval, turns: Turns): Promise<HeldSource[]> {
    const reader = this.head.reader(range);
    try {
      const blocks = (await this.files?.maintenance.store.view.acquire(range, turns)) ?? [];
      return reader === null ? blocks : [reader, ...blocks];
    } catch (error) {
      reader?.release();
      throw error;
    }
  }

  protected override get version(): unknown {
    return this.files?.maintenance.store.view.blocks;
  }

  protected override async lookAgain(): Promise<void> {
    await this.files?.maintenance.reload();
  }

  protected override checkOpen(): void {
    if (this.closing !== null) throw new ClosedError(this.name);
  }

  protected override onAcquired(): void {
    this.readers.acquire();
  }

  protected override onReleased(): void {
    this.readers.release();
  }

  private get name(): string {
    return this.files === null ? 'the database in memory' : `the database ${this.files.dir}`;
  }

  /** The files, for what makes no sense without. */
  private onDisk(what: string): DatabaseFiles {
    this.checkOpen();
    if (this.files === null) throw new ArgumentError(`${what}: a database in memory has no files`);
    return this.files;
  }

  private startBackground(): Background | null {
    const { files } = this;
    if (files === null || !files.settings.background) return null;
    const background = new Background({
      intervalMs: files.settings.blockReloadIntervalMs,
      round: (signal) => files.lifecycle.round({ signal }),
      onFailure: (error) => this.report(problemOf(files.dir, 'compaction failed', error)),
    });
    background.start();
    return background;
  }

  private report(problem: Problem): void {
    this.logger.warn(`${problem.path}: ${problem.message}`);
    this.found = [...this.found, problem].slice(-PROBLEMS_MAX);
    this.onProblem?.(problem);
  }

  private async closeOnce(): Promise<void> {
    await this.background?.stop();
    await this.files?.maintenance.turns.idle();
    this.readers.close();
    await this.readersGone;
    await this.endQueryWorkers();
    try {
      await this.head.close();
    } catch (error) {
      // The log holds the samples of full chunks too: a full disk loses none of them.
      if (!(error instanceof DiskError)) throw error;
      this.report(problemOf(this.name, 'full chunks were not written to chunks_head', error));
    } finally {
      await this.files?.close();
    }
  }
}

/** A deletion cannot be taken back: what is no matcher must not become one that matches all. */
function checkMatchers(matchers: readonly (Matcher | undefined)[]): void {
  const isArray = Array.isArray(matchers);
  if (isArray && !matchers.some((one: Matcher | undefined) => one?.pattern === undefined)) return;
  throw new ArgumentError('matchers are an array of what `matcher` makes');
}

function closedRange({ minTime = MIN_TIME, maxTime = MAX_TIME }: DeleteRange): Interval {
  if (typeof minTime !== 'number' || typeof maxTime !== 'number') {
    throw new ArgumentError('minTime and maxTime are numbers, in ms');
  }
  if (minTime <= maxTime) return { minTime, maxTime };
  throw new ArgumentError(`minTime ${minTime} is not before maxTime ${maxTime}`);
}
