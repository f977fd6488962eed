/**
 * Opens a directory for writing, step by step:
 *
 *     directory   made, locked, rid of leftovers
 *     blocks      listed; those that others have taken the place of go
 *     head        chunks_head, checkpoint and log are replayed; a damaged log is cut, and what is
 *                 cut off is kept aside
 *     log         begins a new segment
 */
import { InlineJobs } from '../compact/inline-jobs.js';
import type { JobRunner } from '../compact/job.js';
import { JobThread } from '../compact/job-thread.js';
import { NodeWritableDisk } from '../disk/node-writable-disk.js';
import { systemNow, ulidFactory } from '../disk/clock.js';
import { makeDirectories } from '../disk/make-directories.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import { HeadKernel } from '../kernel/head-kernel.js';
import { Kernel } from '../kernel/kernel.js';
import { CorruptionError } from '../model/errors.js';
import { MIN_TIME } from '../model/interval.js';
import { type Logger, SILENT } from '../model/logger.js';
import { Pacer } from '../model/pacer.js';
import type { Problem } from '../model/problem.js';
import type { Log, LogOptions } from '../wal/log.js';
import { checkAndRepairLog, type LogFault, repairLog } from '../wal/repair.js';
import { openLog } from '../wal/writer.js';
import { BlockStore } from './block-store.js';
import { Database } from './database.js';
import { DatabaseFiles } from './database-files.js';
import { checkIsObject, type DatabaseOptions, type Settings } from './database-options.js';
import { checkPath, settingsOf } from './database-options.js';
import { retentionOf } from './directory-size.js';
import { HeadCompaction } from './head-compaction.js';
import { HeadData } from './head-data.js';
import { Lifecycle } from './lifecycle.js';
import { LiveHead } from './live-head.js';
import { type LogDamage, type ReplayedLiveHead, replayLiveHead } from './live-replay.js';
import { Maintenance } from './maintenance.js';
import { MemoryChunks } from './memory-chunks.js';
import { WritableDirectory } from './writable-directory.js';
import { WriteGate } from './write-gate.js';

export interface OpenOptions extends DatabaseOptions {
  /** Whether the directory may be missing, and is made then; default true. */
  readonly create?: boolean;
}

/** Opens the directory `dir` for writing; see `Database.open` of db.ts. */
export async function openDatabase(dir: string, options: OpenOptions = {}): Promise<Database> {
  checkPath('the data directory', dir);
  checkIsObject(options);
  const { create = true, ...others } = options;
  const settings = settingsOf(others);
  options.signal?.throwIfAborted();
  const logger = options.logger ?? SILENT;
  const disk = options.disk ?? new NodeWritableDisk({ io: settings.io, logger });
  const { noLockfile } = settings;
  const directory = WritableDirectory.take({ disk, dir, logger, noLockfile, create });
  const parts = partsOf(disk, dir, settings, others);
  const maintenance = maintenanceOf(parts);
  try {
    // What is kept too long goes in the background, or when `compact` is called.
    await maintenance.store.reload({});
    return await openHead(parts, maintenance, directory);
  } catch (error) {
    await parts.jobs.close();
    maintenance.store.close();
    directory.release();
    throw error;
  }
}

/** A database without a directory: its head alone, which forgets what is older than is kept. */
export function openInMemory(options: DatabaseOptions = {}): Database {
  const settings = settingsOf(options);
  const { samplesPerChunk, minBlockDurationMs } = settings;
  const kernel = new HeadKernel({ samplesPerChunk, chunkRangeMs: minBlockDurationMs });
  const data = new HeadData(kernel, new MemoryChunks(), {
    chunkRangeMs: minBlockDurationMs,
    seriesMax: seriesMaxOf(settings),
  });
  const head = new LiveHead(data, null, { latestTime: latestTimeOf(options, settings) });
  const { retentionMs } = settings;
  return new Database({ head, files: null, problems: [], options, retentionMs });
}

/** What opening passes along. */
export interface Parts {
  readonly disk: WritableDisk;
  readonly dir: string;
  readonly logger: Logger;
  readonly settings: Settings;
  readonly options: DatabaseOptions;
  readonly jobs: JobRunner;
}

export function partsOf(
  disk: WritableDisk,
  dir: string,
  settings: Settings,
  options: DatabaseOptions,
): Parts {
  const jobs = settings.compactionWorker ? new JobThread(disk) : new InlineJobs(disk);
  return { disk, dir, logger: options.logger ?? SILENT, settings, options, jobs };
}

/** The maintenance of a directory that we hold; nothing of it is loaded yet. */
export function maintenanceOf(parts: Parts): Maintenance {
  const { disk, dir, logger, settings, options, jobs } = parts;
  const blocks = { labelCacheBytes: settings.labelCacheBytes, kernel: new Kernel() };
  return new Maintenance({
    disk,
    dir,
    logger,
    settings,
    store: new BlockStore({ disk, dir, blocks, logger, jobs }),
    jobs,
    newUlid: ulidsOf(options),
    retention: () => retentionOf(disk, dir, settings),
  });
}

async function openHead(
  parts: Parts,
  maintenance: Maintenance,
  directory: WritableDirectory,
): Promise<Database> {
  const { disk, dir, logger, settings, options, jobs } = parts;
  const now = options.now ?? systemNow;
  const logDir = disk.join(dir, 'wal');
  makeDirectories(disk, logDir);
  const { replayed, problems } = await replay(parts, minValidTime(maintenance.store), now);
  const latestTime = latestTimeOf(options, settings);
  let database: Database | null = null;
  try {
    const gate = new WriteGate({ disk, dir, now, logger });
    const log = gate.guard(await openLogOf(parts, logDir, replayed.data.kernel));
    const { data, expiries } = replayed;
    const head = new LiveHead(data, log, { latestTime, expiries });
    const compaction = new HeadCompaction({
      disk,
      dir,
      head,
      maintenance,
      jobs,
      newUlid: ulidsOf(options),
      logger,
      settings,
    });
    const lifecycle = new Lifecycle({ head, compaction, maintenance, gate, logger });
    const files = new DatabaseFiles({
      dir,
      settings,
      directory,
      maintenance,
      compaction,
      lifecycle,
      gate,
      log,
      jobs,
    });
    const { retentionMs } = settings;
    database = new Database({ head, files, problems, options, retentionMs });
    return database;
  } finally {
    if (database === null) await replayed.data.chunks.close();
  }
}

/** In this thread, or in one of its own. */
async function openLogOf(
  { disk, settings, logger }: Parts,
  dir: string,
  kernel: HeadKernel,
): Promise<Log> {
  const options: LogOptions = {
    compression: settings.walCompression,
    durability: settings.durability,
    segmentBytes: settings.walSegmentBytes,
    onSyncError: (error) => logger.warn(`the log could not be synced: ${error.message}`),
  };
  if (!settings.walWorker) return openLog(disk, dir, options);
  const { openWorkerLog } = await import('../wal/worker-log.js');
  return openWorkerLog(disk, dir, { ...options, kernel });
}

interface Replayed {
  readonly replayed: ReplayedLiveHead;
  readonly problems: readonly Problem[];
}

/** Replays the head; what of the log is damaged is cut off, and set aside. */
async function replay(parts: Parts, validTime: number, now: () => number): Promise<Replayed> {
  const { disk, dir, logger, settings, options } = parts;
  const logDir = disk.join(dir, 'wal');
  const pacer = new Pacer();
  const { signal, onProgress } = options;
  const attempt = (): Promise<ReplayedLiveHead> =>
    replayLiveHead(dir, {
      disk,
      pacer,
      signal,
      onProgress,
      minValidTime: validTime,
      chunkRangeMs: settings.minBlockDurationMs,
      samplesPerChunk: settings.samplesPerChunk,
      seriesMax: seriesMaxOf(settings),
    });
  const problems: Problem[] = [];
  let replayed: ReplayedLiveHead;
  try {
    replayed = await attempt();
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    // A checkpoint or a gap: put in order before anything is read again.
    problems.push(...(await pacer.run(checkAndRepairLog(disk, logDir, now()), signal)));
    replayed = await attempt();
  }
  const { damage } = replayed;
  if (damage !== null) {
    const repairing = repairLog(disk, logDir, [faultOf(damage)], now());
    problems.push(...(await pacer.run(repairing, signal)));
  }
  problems.push(...replayed.problems);
  for (const problem of problems) logger.warn(`${problem.path}: ${problem.message}`);
  return { replayed, problems };
}

function faultOf({ segment, path, offset, isTorn, reason }: LogDamage): LogFault {
  return {
    segment: { index: segment, path },
    end: offset,
    damage: isTorn ? null : new CorruptionError(path, offset, reason),
  };
}

/** In-order samples of the head below this are in blocks. */
function minValidTime(store: BlockStore): number {
  return store
    .metas()
    .filter(({ compaction }) => compaction.hints.length === 0)
    .reduce((max, { maxTime }) => Math.max(max, maxTime), MIN_TIME);
}

function seriesMaxOf({ seriesMax }: Settings): number {
  return seriesMax === 0 ? Infinity : seriesMax;
}

function latestTimeOf(
  { now = systemNow }: DatabaseOptions,
  { futureLimitMs }: Settings,
): (() => number) | undefined {
  return futureLimitMs === 0 ? undefined : () => now() + futureLimitMs;
}

function ulidsOf({ newUlid, now = systemNow }: DatabaseOptions): () => string {
  return newUlid ?? ulidFactory(now);
}
