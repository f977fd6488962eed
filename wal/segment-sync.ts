/**
 * Syncs the segments of a log in the thread pool. One sync covers all groups that wait when it
 * begins; a group that comes while one runs waits for the next, because what runs may have passed
 * its bytes already.
 *
 * When a sync fails nobody knows what is on the disk beyond the last one that succeeded: all that
 * wait are refused, and what they wrote is cut off.
 */
import type { WritableFile } from '../disk/writable-disk.js';

/** A segment that is being written, or is finished and not synced yet. */
export interface OpenSegment {
  readonly index: number;
  readonly file: WritableFile;
  /** How much of it is known to be on stable storage. */
  syncedBytes: number;
}

interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

export interface SegmentSyncOptions {
  /** The segment that is written now. */
  readonly current: () => OpenSegment;
  /** How much of one is to be synced. */
  readonly wholeBytes: (segment: OpenSegment) => number;
  /** A sync failed: cut off what `syncedBytes` of these do not cover. */
  readonly onLost: (segments: readonly OpenSegment[], error: Error) => void;
  /** A sync failed for which nobody waits. */
  readonly onError: (error: Error) => void;
}

export class SegmentSync {
  private readonly options: SegmentSyncOptions;
  /** Finished segments; each is closed once it is synced. */
  private finished: OpenSegment[] = [];
  private waiters: Waiter[] = [];
  private running: Promise<void> | null = null;
  private isWanted = false;
  private isCurrentWanted = false;

  constructor(options: SegmentSyncOptions) {
    this.options = options;
  }

  /** Takes over a segment to which nothing is written any more. */
  finish(segment: OpenSegment): void {
    this.finished.push(segment);
  }

  /** Resolves when everything that has been written is on stable storage. */
  covered(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      this.start();
    });
  }

  /** Syncs what is finished, and with `current` also what is not; failures go to `onError`. */
  inBackground(scope: 'finished' | 'current'): void {
    this.isWanted = true;
    this.isCurrentWanted ||= scope === 'current';
    this.start();
  }

  /** Waits for the sync that runs, and closes what is finished, synced or not. */
  async close(): Promise<void> {
    while (this.running !== null) await this.running;
    for (const { file } of this.finished.splice(0)) file.close();
  }

  private start(): void {
    this.running ??= this.run();
  }

  private async run(): Promise<void> {
    while (this.isWanted || this.waiters.length > 0) {
      const waiters = this.waiters;
      const withCurrent = this.isCurrentWanted || waiters.length > 0;
      this.waiters = [];
      this.isWanted = false;
      this.isCurrentWanted = false;
      try {
        await this.syncAll(withCurrent);
        for (const waiter of waiters) waiter.resolve();
      } catch (error) {
        this.fail(waiters, error instanceof Error ? error : new Error(String(error)));
      }
    }
    // At once, not when the promise is settled: who came in between would wait for ever.
    this.running = null;
  }

  private async syncAll(withCurrent: boolean): Promise<void> {
    const segments = [...this.finished];
    if (withCurrent) segments.push(this.options.current());
    // What is written while the sync runs is not covered by it.
    const sizes = segments.map((segment) => this.options.wholeBytes(segment));
    for (const [i, { file, syncedBytes }] of segments.entries()) {
      if (sizes[i] > syncedBytes) await file.syncLater();
    }
    // Not before all have succeeded: what a group has written goes to several.
    segments.forEach((segment, i) => (segment.syncedBytes = sizes[i]));
    this.closeFinished();
  }

  private closeFinished(): void {
    const isSynced = ({ file, syncedBytes }: OpenSegment): boolean => file.size === syncedBytes;
    for (const { file } of this.finished.filter(isSynced)) file.close();
    this.finished = this.finished.filter((segment) => !isSynced(segment));
  }

  private fail(waiters: readonly Waiter[], error: Error): void {
    const refused = [...waiters, ...this.waiters];
    this.waiters = [];
    if (refused.length === 0) {
      // Acknowledged long ago, so it stays as it is; a finished segment is not tried again.
      for (const { file } of this.finished.splice(0)) file.close();
      this.options.onError(error);
      return;
    }
    this.options.onLost([...this.finished, this.options.current()], error);
    for (const waiter of refused) waiter.reject(error);
  }
}
