/**
 * Whether the disk takes writes. A full disk or a read-only one is a state, not a crash: commits
 * are refused at once, with the code that says why, while queries go on; and when there is room
 * again, writing goes on by itself.
 *
 *     open → (a write fails with NoSpaceError or ReadOnlyError) → shut → (a trial succeeds) → open
 *
 * Shut, the disk is tried again at most once a second, when somebody wants to write.
 */
import type { WritableDisk } from '../disk/writable-disk.js';
import type { RowSource } from '../kernel/row-encoder.js';
import type { SampleRows } from '../kernel/sample-rows.js';
import { DiskError, messageOf, NoSpaceError, ReadOnlyError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import type { GroupListener, Log } from '../wal/log.js';

const TRIAL_INTERVAL_MS = 1000;
/** What must fit for writing to go on: a segment of the log grows by less at a time. */
const ROOM_BYTES = 1024 * 1024;
const TRIAL_NAME = 'room.tmp';

export type WriteState = 'open' | 'no-space' | 'read-only';

export interface WriteGateOptions {
  readonly disk: WritableDisk;
  readonly dir: string;
  readonly now: () => number;
  readonly logger: Logger;
}

export class WriteGate {
  private readonly options: WriteGateOptions;
  private reason: NoSpaceError | ReadOnlyError | null = null;
  private triedAt = -Infinity;

  constructor(options: WriteGateOptions) {
    this.options = options;
  }

  get state(): WriteState {
    if (this.reason === null) return 'open';
    return this.reason instanceof NoSpaceError ? 'no-space' : 'read-only';
  }

  /** Takes note of what failed; what says that the disk takes no writes shuts the gate. */
  noteFailure(error: unknown): void {
    if (!(error instanceof NoSpaceError || error instanceof ReadOnlyError)) return;
    if (this.reason === null) {
      this.options.logger.warn(`nothing is written until that changes: ${error.message}`);
    }
    this.reason = error;
    this.triedAt = this.options.now();
  }

  /** Throws why nothing can be written, unless a trial says that it can again. */
  check(): void {
    const { reason } = this;
    if (reason === null) return;
    const now = this.options.now();
    // A clock may also be set back.
    const isTrialDue = Math.abs(now - this.triedAt) >= TRIAL_INTERVAL_MS;
    if (isTrialDue) {
      this.triedAt = now;
      this.tryToWrite();
    }
    if (this.reason === null) return;
    const { message, path, errno } = reason;
    const kind = reason instanceof NoSpaceError ? NoSpaceError : ReadOnlyError;
    throw new kind(message, path, errno, { cause: reason });
  }

  /** Something was written: that opens the gate. */
  noteSuccess(): void {
    if (this.reason === null) return;
    this.reason = null;
    this.options.logger.info('writing goes on: the disk takes writes again');
  }

  /** `log`, telling us how each write went. */
  guard(log: Log): Log {
    return new GuardedLog(log, this);
  }

  /** Writes as much as must fit; that it succeeds opens the gate. */
  private tryToWrite(): void {
    const { disk, dir, logger } = this.options;
    const path = disk.join(dir, TRIAL_NAME);
    try {
      if (disk.space(dir).freeBytes < ROOM_BYTES) return;
      disk.remove(path);
      const file = disk.create(path);
      try {
        file.write(new Uint8Array(ROOM_BYTES));
        file.sync();
      } finally {
        file.close();
        disk.remove(path);
      }
      this.noteSuccess();
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      logger.info(`the disk takes no writes yet: ${messageOf(error)}`);
    }
  }
}

class GuardedListener implements GroupListener {
  private readonly listener: GroupListener;
  private readonly gate: WriteGate;

  constructor(listener: GroupListener, gate: WriteGate) {
    this.listener = listener;
    this.gate = gate;
  }

  flushed(): void {
    this.gate.noteSuccess();
    this.listener.flushed();
  }

  refused(error: unknown): void {
    this.gate.noteFailure(error);
    this.listener.refused(error);
  }
}

class GuardedLog implements Log {
  private readonly log: Log;
  private readonly gate: WriteGate;

  constructor(log: Log, gate: WriteGate) {
    this.log = log;
    this.gate = gate;
  }

  get segment(): number {
    return this.log.segment;
  }

  get isElsewhere(): boolean {
    return this.log.isElsewhere;
  }

  add(record: Uint8Array): void {
    this.log.add(record);
  }

  addRows(rows: SampleRows, kernel: RowSource): void {
    this.log.addRows(rows, kernel);
  }

  flushFor(listener: GroupListener): void {
    this.log.flushFor(new GuardedListener(listener, this.gate));
  }

  async cut(): Promise<number> {
    try {
      return await this.log.cut();
    } catch (error) {
      this.gate.noteFailure(error);
      throw error;
    }
  }

  sizeBytes(): number {
    return this.log.sizeBytes();
  }

  close(): Promise<void> {
    return this.log.close();
  }
}
