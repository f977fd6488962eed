/**
 * Options of `Database.open`: Prometheus' names and defaults (tsdb/db.go, `Options`), each with
 * what 0 and absent mean, and their one validation.
 */
import type { IoMode } from '../disk/disk.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import {
  CHUNK_RANGE_MAX_MS,
  SAMPLES_PER_CHUNK_MAX,
  SAMPLES_PER_CHUNK_MIN,
} from '../kernel/head-kernel.js';
import { ArgumentError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import type { Problem } from '../model/problem.js';
import type { Durability, WalCompression } from '../wal/log.js';
import {
  LABEL_CACHE_BYTES,
  QUERY_WORKERS,
  QUERY_WORKERS_MAX,
  type ReplayProgress,
} from './options.js';

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** What a block covers at most, however long is kept, where nothing else is asked for. */
const MAX_BLOCK_DURATION_MS = 31 * DAY_MS;
/** A merged block covers at most such a part of what is kept: it goes as a whole. */
const RETENTION_PER_BLOCK = 10;
const PAGE_BYTES = 32 * 1024;
const RELOAD_INTERVAL_MIN_MS = 1000;
/** What a timer can wait; it takes a longer time for none at all. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export interface DatabaseOptions {
  /**
   * How long samples are kept, in ms, counted back from the end of the newest block: a block goes
   * when all of it is older. Default 15 days; 0: for ever.
   */
  readonly retentionMs?: number;
  /**
   * How many bytes the directory may take, log and head included: the oldest blocks go. Default and
   * 0: no limit.
   */
  readonly retentionBytes?: number;
  /**
   * The same as a part of the file system's size, in percent up to 100; `retentionBytes` is then
   * without effect. Default and 0: no limit.
   */
  readonly retentionPercentage?: number;
  /**
   * What a block made of the head covers, in ms, and how far the head may lag behind. Default 2
   * hours; 0 is refused. Prometheus opens any length, and its tools expect the default.
   */
  readonly minBlockDurationMs?: number;
  /**
   * What a merged block covers at most, in ms. Default, and 0: 31 days or a tenth of
   * `retentionMs`, whichever is less, but at least `minBlockDurationMs`, as a server has it.
   */
  readonly maxBlockDurationMs?: number;
  /** The size of a segment of the log, a multiple of 32 KiB. Default and 0: 128 MiB. */
  readonly walSegmentBytes?: number;
  /** Default `none`, as Prometheus' library; a server has `snappy`. 2.42 cannot read `zstd`. */
  readonly walCompression?: WalCompression;
  /**
   * What an acknowledged commit survives. Default `process`: the end of the process, however it
   * ends, as in Prometheus; `fsync`: also a power failure; `{ intervalMs }`: a power failure but
   * for so many last milliseconds.
   */
  readonly durability?: Durability;
  /** Whether a thread of its own writes the log, but for a little at a time. Default false. */
  readonly walWorker?: boolean;
  /** Samples of a chunk that the head aims at, 8 to 16384. Default and 0: 120, as in Prometheus. */
  readonly samplesPerChunk?: number;
  /** Series that the head may hold; a sample of one more is a `LimitError`. Default and 0: any. */
  readonly seriesMax?: number;
  /** How far beyond `now()` a sample may lie, in ms. Default and 0: any distance. */
  readonly futureLimitMs?: number;
  /** Takes no lock: somebody else sees to it that no one writes beside us. Default false. */
  readonly noLockfile?: boolean;
  /** Whether blocks that overlap are merged. Default true. */
  readonly enableOverlappingCompaction?: boolean;
  /** Whether compaction runs in a thread of its own. Default true; a `disk` given: false. */
  readonly compactionWorker?: boolean;
  /**
   * Whether compaction, retention and truncation go on by themselves. Default true; false: when
   * `compact()` is called.
   */
  readonly background?: boolean;
  /** How often that looks what there is to do, in ms, from 1000. Default and 0: a minute. */
  readonly blockReloadIntervalMs?: number;
  /** How block files are read. Default `auto`: mapped where that is safe. */
  readonly io?: IoMode;
  /** Bytes of decoded series labels that each block caches; default 4 MiB, 0: none. */
  readonly labelCacheBytes?: number;
  /**
   * How many threads help with large queries, up to 16; they start when one is asked. Default: one
   * less than the machine has cores, at most 7; 0: none.
   */
  readonly queryWorkers?: number;
  /** Told while the log is replayed: how many of its segments are done. */
  readonly onProgress?: (progress: ReplayProgress) => void;
  /** Told of what goes wrong in the background; it is in `problems` too. */
  readonly onProblem?: (problem: Problem) => void;
  /** Told about fallbacks, damage, and what the background did; default: silent. */
  readonly logger?: Logger;
  /** Aborts opening. */
  readonly signal?: AbortSignal;
  /** The time in ms since 1970; default: the machine's. */
  readonly now?: () => number;
  /** Makes the names of new blocks; default: ULIDs of `now()`. */
  readonly newUlid?: () => string;
  /** Replaces the file system: for tests. Threads that use the disk do without it. */
  readonly disk?: WritableDisk;
}

/** What absent options come to: everything but those that have no default. */
export type Settings = Required<
  Omit<
    DatabaseOptions,
    'signal' | 'onProgress' | 'onProblem' | 'logger' | 'now' | 'newUlid' | 'disk'
  >
>;

const DEFAULTS: Settings = {
  retentionMs: 15 * DAY_MS,
  retentionBytes: 0,
  retentionPercentage: 0,
  minBlockDurationMs: 2 * HOUR_MS,
  maxBlockDurationMs: 0,
  walSegmentBytes: 128 * 1024 * 1024,
  walCompression: 'none',
  durability: 'process',
  walWorker: false,
  samplesPerChunk: 120,
  seriesMax: 0,
  futureLimitMs: 0,
  noLockfile: false,
  enableOverlappingCompaction: true,
  compactionWorker: true,
  background: true,
  blockReloadIntervalMs: 60 * 1000,
  io: 'auto',
  labelCacheBytes: LABEL_CACHE_BYTES,
  queryWorkers: QUERY_WORKERS,
};

/** Of these, 0 means what absent means. */
const ZERO_IS_ABSENT: readonly (keyof Settings)[] = [
  'walSegmentBytes',
  'samplesPerChunk',
  'blockReloadIntervalMs',
];

const FUNCTIONS = ['onProgress', 'onProblem', 'now', 'newUlid'] as const;
/** Objects, and a method that tells that one is what it should be. */
const OBJECTS: Readonly<Record<string, string>> = {
  logger: 'warn',
  signal: 'throwIfAborted',
  disk: 'list',
};
const OTHERS: readonly string[] = [...FUNCTIONS, ...Object.keys(OBJECTS)];
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  io: ['auto', 'mmap', 'pread'],
  walCompression: ['none', 'snappy', 'zstd'],
};

/** All settings; throws an `ArgumentError` that names the first option that cannot be. */
export function settingsOf(options: DatabaseOptions): Settings {
  checkIsObject(options);
  checkTypes(options);
  const given = Object.entries(options).filter(
    ([name, value]) =>
      value !== undefined &&
      !OTHERS.includes(name) &&
      !(value === 0 && (ZERO_IS_ABSENT as readonly string[]).includes(name)),
  );
  const settings: Settings = { ...DEFAULTS, ...(Object.fromEntries(given) as Partial<Settings>) };
  checkRanges(settings);
  checkTogether(options, settings);
  const worker = options.disk === undefined && settings.compactionWorker;
  return { ...settings, compactionWorker: worker, maxBlockDurationMs: maxBlockDuration(settings) };
}

/** Throws an `ArgumentError` for what is no path: `what` says of what. */
export function checkPath(what: string, path: unknown): void {
  if (typeof path === 'string' && path !== '') return;
  throw new ArgumentError(`the path of ${what} is a text; got ${shown(path)}`);
}

/** Throws an `ArgumentError` for what has no options in it, whatever they are called. */
export function checkIsObject(options: unknown): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw new ArgumentError(`options are an object; got ${shown(options)}`);
}

/** The longest a merged block may be. */
function maxBlockDuration(settings: Settings): number {
  const { retentionMs, minBlockDurationMs, maxBlockDurationMs } = settings;
  if (maxBlockDurationMs > 0) return maxBlockDurationMs;
  const part = retentionMs === 0 ? Infinity : Math.trunc(retentionMs / RETENTION_PER_BLOCK);
  return Math.max(minBlockDurationMs, Math.min(part, MAX_BLOCK_DURATION_MS));
}

function checkTypes(options: DatabaseOptions): void {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (value === undefined) continue;
    if (Object.hasOwn(CHOICES, name)) {
      const choices = CHOICES[name];
      if (typeof value !== 'string' || !choices.includes(value)) {
        throw wrong(name, value, choices.join(', '));
      }
    } else if (name === 'durability') {
      if (!isDurability(value)) throw wrong(name, value, 'process, fsync or { intervalMs }');
    } else if (Object.hasOwn(DEFAULTS, name)) {
      checkType(name as keyof Settings, value);
    } else if ((FUNCTIONS as readonly string[]).includes(name)) {
      if (typeof value !== 'function') throw wrong(name, value, 'a function');
    } else if (Object.hasOwn(OBJECTS, name)) {
      checkObject(name, value);
    } else {
      throw new ArgumentError(`there is no option ${name}`);
    }
  }
}

function checkObject(name: string, value: unknown): void {
  const method = OBJECTS[name];
  const isOne =
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Record<string, unknown>)[method] === 'function';
  if (!isOne) throw wrong(name, value, `an object with a method ${method}`);
}

function checkType(name: keyof Settings, value: unknown): void {
  if (typeof DEFAULTS[name] === 'boolean') {
    if (typeof value !== 'boolean') throw wrong(name, value, 'true or false');
  } else if (name === 'retentionPercentage') {
    const isPercentage = typeof value === 'number' && value >= 0 && value <= 100;
    if (!isPercentage) throw wrong(name, value, 'a number from 0 to 100');
  } else if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw wrong(name, value, 'a whole number from 0');
  }
}

function checkRanges(settings: Settings): void {
  const { walSegmentBytes } = settings;
  const range = (name: keyof Settings, min: number, max: number): void => {
    const value = settings[name] as number;
    if (value < min || value > max)
      throw wrong(name, value, `a whole number from ${min} to ${max}`);
  };
  range('minBlockDurationMs', 1, CHUNK_RANGE_MAX_MS);
  range('samplesPerChunk', SAMPLES_PER_CHUNK_MIN, SAMPLES_PER_CHUNK_MAX);
  range('blockReloadIntervalMs', RELOAD_INTERVAL_MIN_MS, TIMER_MAX_MS);
  range('queryWorkers', 0, QUERY_WORKERS_MAX);
  if (walSegmentBytes % PAGE_BYTES !== 0) {
    throw wrong('walSegmentBytes', walSegmentBytes, `a multiple of ${PAGE_BYTES}`);
  }
}

/** Options that contradict each other. */
function checkTogether(options: DatabaseOptions, settings: Settings): void {
  const { minBlockDurationMs, maxBlockDurationMs } = settings;
  if (maxBlockDurationMs > 0 && maxBlockDurationMs < minBlockDurationMs) {
    throw new ArgumentError(
      `option maxBlockDurationMs (${maxBlockDurationMs}) is less than ` +
        `minBlockDurationMs (${minBlockDurationMs})`,
    );
  }
  if (options.disk === undefined) return;
  for (const name of ['walWorker', 'compactionWorker', 'io'] as const) {
    const value = options[name];
    if (value === undefined || value === false) continue;
    throw new ArgumentError(`option ${name} is without effect where option disk is given`);
  }
}

function isDurability(value: unknown): value is Durability {
  if (value === 'process' || value === 'fsync') return true;
  if (typeof value !== 'object' || value === null || !('intervalMs' in value)) return false;
  const { intervalMs } = value as { intervalMs: number };
  return Number.isSafeInteger(intervalMs) && intervalMs > 0 && intervalMs <= TIMER_MAX_MS;
}

function wrong(name: string, got: unknown, wanted: string): ArgumentError {
  return new ArgumentError(`option ${name} is ${wanted}; got ${shown(got)}`);
}

/** A value for a message, whatever it is: JSON knows no objects that hold themselves. */
function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return 'an object';
  }
}
