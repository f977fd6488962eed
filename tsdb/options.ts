/** Options of `openReadOnly`, their defaults, and their one validation. */
import { availableParallelism } from 'node:os';
import type { Disk, IoMode } from '../disk/disk.js';
import { ArgumentError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';

/**
 * Which in-order head samples count where blocks exist. `server`: those from the end of the last
 * block that holds in-order data, as a Prometheus server answers. `promtool`: those from the end of
 * the last block by min time, whatever it holds, and none, late ones included, in queries that end
 * before that block does, as `promtool tsdb dump` prints.
 */
export type HeadCutoff = 'server' | 'promtool';

export interface OpenReadOnlyOptions {
  /** How block files are read. Default `auto`: mapped where that is safe. */
  readonly io?: IoMode;
  /** Told about fallbacks and damage; default: silent. */
  readonly logger?: Logger;
  /** Replaces the file system: for tests. `io` is then without effect. */
  readonly disk?: Disk;
  /** Default `server`. */
  readonly headCutoff?: HeadCutoff;
  /** Bytes of decoded series labels that each block caches; default 4 MiB, 0: none. */
  readonly labelCacheBytes?: number;
  /**
   * How many threads help with large queries, up to 16; they start when one is asked. Default: one
   * less than the machine has cores, at most 7; 0: none.
   */
  readonly queryWorkers?: number;
  /** Told while the log is replayed: how many of its segments are done. */
  readonly onProgress?: (progress: ReplayProgress) => void;
  /** Aborts opening. */
  readonly signal?: AbortSignal;
}

/** How far opening is, in WAL segments. */
export interface ReplayProgress {
  readonly done: number;
  readonly total: number;
}

const IO_MODES: readonly string[] = ['auto', 'mmap', 'pread'];
const HEAD_CUTOFFS: readonly string[] = ['server', 'promtool'];
export const LABEL_CACHE_BYTES = 4 * 1024 * 1024;
export const QUERY_WORKERS_MAX = 16;
/** With more, what the query's own thread does takes longer than what they do. */
const QUERY_WORKERS_DEFAULT_MAX = 7;
export const QUERY_WORKERS = Math.min(availableParallelism() - 1, QUERY_WORKERS_DEFAULT_MAX);

/** Throws an `ArgumentError` that names the first option that is not what it should be. */
export function validateOptions(options: OpenReadOnlyOptions): void {
  if (options.io !== undefined && !IO_MODES.includes(options.io)) {
    throw new ArgumentError(`option io is ${IO_MODES.join(', ')}; got ${String(options.io)}`);
  }
  if (options.headCutoff !== undefined && !HEAD_CUTOFFS.includes(options.headCutoff)) {
    throw new ArgumentError(
      `option headCutoff is ${HEAD_CUTOFFS.join(' or ')}; got ${String(options.headCutoff)}`,
    );
  }
  const { labelCacheBytes: cache = 0, queryWorkers: workers = 0 } = options;
  if (!Number.isSafeInteger(cache) || cache < 0) {
    throw new ArgumentError(
      `option labelCacheBytes is a whole number from 0; got ${String(cache)}`,
    );
  }
  if (!Number.isSafeInteger(workers) || workers < 0 || workers > QUERY_WORKERS_MAX) {
    throw new ArgumentError(
      `option queryWorkers is a whole number from 0 to ${QUERY_WORKERS_MAX}; ` +
        `got ${String(workers)}`,
    );
  }
}
