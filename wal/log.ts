/**
 * The log as those see it who write to it: records are added to a group, and a group is written as
 * one. Who reads uses `WalReader`.
 *
 * A group is in the log whole, or not at all: what fails in between is cut off again. After a crash
 * the front part of a group that was not acknowledged may be there.
 */

import type { RowSource } from '../kernel/row-encoder.js';
import type { SampleRows } from '../kernel/sample-rows.js';

/**
 * What an acknowledged group survives: the end of the process (`process`: the system has the
 * bytes); a power failure (`fsync`: they are on stable storage); or a power failure but for the
 * last `intervalMs` milliseconds.
 */
export type Durability = 'process' | 'fsync' | { readonly intervalMs: number };

/** How records are stored, each by itself, where that makes them smaller. */
export type WalCompression = 'none' | 'snappy' | 'zstd';

export interface LogOptions {
  /** Default `none`. Prometheus before 2.46 cannot read `zstd`. */
  readonly compression?: WalCompression;
  /** Default `process`. */
  readonly durability?: Durability;
  /** A multiple of the page, 32 KiB; default 128 MiB. */
  readonly segmentBytes?: number;
  /** Told of a sync that failed where nobody waits for it: of finished segments, and intervals. */
  readonly onSyncError?: (error: Error) => void;
}

/** Who hears what became of a group. */
export interface GroupListener {
  /** It is as durable as was chosen. */
  flushed(): void;
  /** Nothing of it is in the log; why: a `NoSpaceError` or another `DiskError`. */
  refused(error: unknown): void;
}

export interface Log {
  /**
   * Whether another thread writes: then groups had better be flushed as soon as there is something
   * worth it, and several at a time.
   */
  readonly isElsewhere: boolean;
  /** Adds a record to the group; `record` may be reused when it returns. */
  add(record: Uint8Array): void;
  /** Adds a record of samples that `kernel` has lent; they may not change before the group ends. */
  addRows(rows: SampleRows, kernel: RowSource): void;
  /**
   * Writes the group and tells `listener` what came of it, perhaps before this returns; where no
   * group is open that it is flushed. After a failure the next group may be tried. A group that
   * fails takes those with it that were written after it and are not acknowledged yet.
   */
  flushFor(listener: GroupListener): void;
  /** Starts a new segment and returns its index; the one before is synced. No group may be open. */
  cut(): Promise<number>;
  /** The index of the segment that is written. */
  readonly segment: number;
  /** What the directory of the log takes, in bytes: segments, checkpoints, and what lies beside. */
  sizeBytes(): number;
  /** Syncs and closes; idempotent. No group may be open. */
  close(): Promise<void>;
}
