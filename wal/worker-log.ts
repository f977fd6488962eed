/**
 * A log that another thread writes: framing, checksums, compression, writes and syncs are off this
 * one, which puts records into a ring of shared memory and never waits; of samples only where their
 * rows are, which the thread encodes. What has no room in the ring is kept here until it has
 * (log-sender.ts); whoever awaits a flush is held back by that.
 *
 * While the thread sleeps, or is kept from its processor, this one writes small things itself
 * (log-helper.ts): to wake it for a few groups would take longer. It is woken when there is more,
 * and only dozes, on the ring, while groups come one after the other. What becomes of
 * them is seen in shared memory at turns of the loop; only after a while a message is awaited.
 *
 * For the real disk. It comes up within some 50 ms, and keeps the process alive only while somebody
 * waits for it.
 */
import { Worker } from 'node:worker_threads';
import { steadyNow } from '../disk/clock.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import type { RowSource } from '../kernel/row-encoder.js';
import type { SampleRows } from '../kernel/sample-rows.js';
import { assert } from '../model/assert.js';
import { ClosedError, DiskError } from '../model/errors.js';
import { HelpPause } from './help-pause.js';
import type { GroupListener, Log, LogOptions } from './log.js';
import { LogFlights } from './log-flights.js';
import { LogHelper } from './log-helper.js';
import { errorOf, LOG_WORKER, type LogAnswer, type LogWorkerData } from './log-protocol.js';
import { EPOCHS, LogRing, MESSAGE_CLOSE, MESSAGE_CUT, RING_BYTES_DEFAULT } from './log-ring.js';
import { LogSender } from './log-sender.js';
import { logSizeBytes, SEGMENT_BYTES_DEFAULT } from './writer.js';

export interface WorkerLogOptions extends LogOptions {
  /** A power of two; default 8 MiB. */
  readonly ringBytes?: number;
  /** Whose rows the thread encodes; others are encoded in this one. */
  readonly kernel?: RowSource;
  /** Where the worker's program is; by default beside this one. */
  readonly workerFile?: URL;
}

/** So long what is under way is looked after at each turn of the loop. */
const POLL_MS = 0.5;
/** After so much that was written here the thread is woken: there may be more to come. */
const WAKE_BYTES = 128 * 1024;

/** The side of a `Worker` or a `MessagePort` that is needed. */
export interface LogPort {
  postMessage(message: null): void;
  on(event: 'message', listener: (answer: LogAnswer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  ref(): void;
  unref(): void;
}

/** Opens the log in `dir`, an existing directory, for writing by a thread of its own. */
export async function openWorkerLog(
  disk: WritableDisk,
  dir: string,
  options: WorkerLogOptions = {},
): Promise<WorkerLog> {
  const { ringBytes = RING_BYTES_DEFAULT, kernel, workerFile, onSyncError, ...rest } = options;
  const ring = LogRing.allocate(ringBytes);
  const mayDoze = true;
  const workerData: LogWorkerData = {
    worker: LOG_WORKER,
    dir,
    ring,
    memory: kernel?.memory,
    options: rest,
    mayDoze,
  };
  const file = workerFile ?? new URL('./log-worker.js', import.meta.url);
  const port = new Worker(file, { workerData, execArgv: [] });
  const log = new WorkerLog({
    disk,
    dir,
    port,
    ring,
    kernel,
    onSyncError,
    segmentBytes: rest.segmentBytes,
  });
  await log.opened;
  return log;
}

interface Waiter<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

export interface WorkerLogParts
  extends Pick<LogOptions, 'segmentBytes' | 'onSyncError'>, Pick<WorkerLogOptions, 'kernel'> {
  readonly disk: WritableDisk;
  readonly dir: string;
  readonly port: LogPort;
  readonly ring: SharedArrayBuffer;
}

export class WorkerLog implements Log {
  /** Resolves when the log may be written. */
  readonly opened: Promise<void>;
  private readonly disk: WritableDisk;
  private readonly dir: string;
  private readonly port: LogPort;
  private readonly ring: LogRing;
  private readonly sender: LogSender;
  private readonly kernel: RowSource | null;
  private readonly onSyncError: (error: Error) => void;
  private readonly segmentBytes: number;
  /** None before the log is open. */
  private helper: LogHelper | null = null;
  private readonly flights = new LogFlights();
  /** How flights are looked after: not at all, at each turn, or when the thread says something. */
  private care: 'none' | 'turns' | 'messages' = 'none';
  private progressMs = 0;
  /** Why groups of the last epoch were refused, and how many refusals were heard of. */
  private refusal: Error | null = null;
  private refusals = 0;
  /** While the disk is slow, the thread alone waits for it. */
  private readonly helpPause = new HelpPause();
  /** What was written here since the thread was woken. */
  private helpedBytes = 0;
  private readonly cuts: Waiter<number>[] = [];
  private opening: Waiter<void> | null = null;
  private ending: Waiter<void> | null = null;
  private waiting = 0;
  private closing: Promise<void> | null = null;
  /** Why the thread is gone. */
  private lost: Error | null = null;

  /** The number of the last group, of 32 bits; whether one is open. */
  private group = 0;
  private isOpen = false;
  private epoch = 0;
  private groupEpoch = 0;

  constructor(parts: WorkerLogParts) {
    const { disk, dir, port, ring, segmentBytes = SEGMENT_BYTES_DEFAULT, onSyncError } = parts;
    this.disk = disk;
    this.dir = dir;
    this.port = port;
    this.ring = new LogRing(ring);
    this.sender = new LogSender(this.ring, () => this.wake());
    this.kernel = parts.kernel ?? null;
    this.segmentBytes = segmentBytes;
    this.onSyncError = onSyncError ?? (() => undefined);
    port.on('message', (answer) => this.hear(answer));
    port.on('error', (error) => this.lose(error.message));
    port.on('exit', (code) => this.lose(`it ended with ${code}`));
    this.opened = this.wait((waiter) => (this.opening = waiter));
  }

  get isElsewhere(): boolean {
    return this.ring.isAwake;
  }

  get segment(): number {
    return this.ring.pen.segment;
  }

  add(record: Uint8Array): void {
    this.openGroup();
    this.sender.add(record);
  }

  addRows(rows: SampleRows, kernel: RowSource): void {
    this.openGroup();
    if (kernel === this.kernel) this.sender.addRows(rows);
    else this.sender.add(kernel.encode(rows));
  }

  /** `flushFor` as a promise, for who writes now and then. */
  flush(): Promise<void> {
    return new Promise((resolve, reject) => this.flushFor({ flushed: resolve, refused: reject }));
  }

  flushFor(listener: GroupListener): void {
    if (this.closing !== null) return listener.refused(new ClosedError('the log'));
    if (!this.isOpen) return listener.flushed();
    this.isOpen = false;
    if (this.lost !== null) return listener.refused(this.lost);
    this.group = (this.group + 1) | 0;
    this.sender.endGroup(this.group);
    const { refusal } = this;
    if (this.groupEpoch !== this.epoch && refusal !== null) {
      // The thread passes it over.
      this.wake();
      return listener.refused(refusal);
    }
    this.flights.add(this.group, this.groupEpoch, listener);
    this.lookAfter();
  }

  async cut(): Promise<number> {
    if (this.closing !== null) throw new ClosedError('the log');
    assert(!this.isOpen, 'no group is open when a segment is cut');
    return this.wait((waiter) => {
      this.cuts.push(waiter);
      this.sender.ask(MESSAGE_CUT, this.groupEpoch);
    });
  }

  sizeBytes(): number {
    return logSizeBytes(this.disk, this.dir);
  }

  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  private async closeOnce(): Promise<void> {
    assert(!this.isOpen, 'no group is open when the log is closed');
    await this.wait<void>((waiter) => {
      this.ending = waiter;
      this.sender.ask(MESSAGE_CLOSE, this.groupEpoch);
    });
    this.helper?.close();
  }

  private openGroup(): void {
    if (this.closing !== null) throw new ClosedError('the log');
    if (this.isOpen) return;
    this.isOpen = true;
    this.groupEpoch = this.epoch;
    this.sender.beginGroup(this.epoch);
  }

  private wake(): void {
    this.helpedBytes = 0;
    this.ring.rouse();
    if (this.ring.wakes()) this.port.postMessage(null);
  }

  private lookAfter(): void {
    if (this.care !== 'none') return;
    this.care = 'turns';
    this.hold();
    this.progressMs = steadyNow();
    setImmediate(this.look);
  }

  /** At a turn of the loop: tells who waits, or sees to it that there is progress. */
  private readonly look = (): void => {
    if (this.care !== 'turns') return;
    const { acknowledged } = this.ring.pen;
    const isProgress =
      this.tell(acknowledged) || (this.help() && this.tell(this.ring.pen.acknowledged));
    if (this.flights.isEmpty) {
      this.care = 'none';
      this.letGo();
      return;
    }
    const now = steadyNow();
    if (isProgress) this.progressMs = now;
    else {
      this.wake();
      if (now - this.progressMs > POLL_MS && this.ring.pen.await(acknowledged)) {
        this.care = 'messages';
        return;
      }
    }
    setImmediate(this.look);
  };

  private lookAgain(): void {
    if (this.care !== 'messages') return;
    this.care = 'turns';
    this.progressMs = steadyNow();
    this.look();
  }

  private tell(acknowledged: number): boolean {
    // A refusal that is on its way came before what was acknowledged.
    return this.ring.pen.refusals === this.refusals && this.flights.acknowledge(acknowledged);
  }

  private help(): boolean {
    const begin = steadyNow();
    const { helper } = this;
    if (helper === null || this.sender.isHeldUp || !this.helpPause.isOver(begin)) return false;
    const written = helper.help();
    this.helpPause.note(begin, steadyNow(), written > 0);
    this.helpedBytes += written;
    if (this.helpedBytes > WAKE_BYTES) this.wake();
    return written > 0;
  }

  private hear(answer: LogAnswer): void {
    switch (answer.kind) {
      case 'opened':
        return this.hearOpened();
      case 'failed':
        return this.opening?.reject(errorOf(answer.error));
      case 'flushed':
        return this.lookAgain();
      case 'refused':
        return this.hearRefused(answer);
      case 'cut':
        // The one before may be removed from now on.
        this.helper?.close();
        if (answer.error === null) return this.cuts.shift()?.resolve(answer.segment);
        return this.cuts.shift()?.reject(errorOf(answer.error));
      case 'closed':
        if (answer.error === null) return this.ending?.resolve();
        return this.ending?.reject(errorOf(answer.error));
      case 'syncError':
        return this.onSyncError(errorOf(answer.error));
      case 'room':
        return this.sender.pump();
    }
  }

  private hearOpened(): void {
    const { disk, dir, segmentBytes, kernel } = this;
    this.helper = new LogHelper({ disk, dir, ring: this.ring.shared, segmentBytes, kernel });
    this.opening?.resolve();
  }

  private hearRefused({ first, epoch, error }: LogAnswer & { readonly kind: 'refused' }): void {
    const refusal = errorOf(error);
    this.refusals++;
    if (epoch === this.epoch) {
      // What begins from now on does not build on what has failed.
      this.epoch = (this.epoch + 1) % EPOCHS;
      this.refusal = refusal;
    }
    this.flights.refuse(first, epoch, refusal);
    this.lookAgain();
  }

  private lose(reason: string): void {
    if (this.lost !== null) return;
    this.lost = new DiskError(`the thread of the log is gone: ${reason}`, this.dir, 'EPIPE');
    const waiters = [this.opening, this.ending, ...this.cuts];
    for (const waiter of waiters) waiter?.reject(this.lost);
    this.tell(this.ring.pen.acknowledged);
    this.flights.refuseAll(this.lost);
    this.lookAgain();
  }

  /** A promise that `start` is given the ends of; the process stays alive until it is settled. */
  private async wait<T>(start: (waiter: Waiter<T>) => void): Promise<T> {
    if (this.lost !== null) throw this.lost;
    this.hold();
    try {
      return await new Promise<T>((resolve, reject) => start({ resolve, reject }));
    } finally {
      this.letGo();
    }
  }

  private hold(): void {
    if (this.waiting++ === 0) this.port.ref();
  }

  private letGo(): void {
    if (--this.waiting === 0) this.port.unref();
  }
}
