/**
 * A log that another thread writes: framing, checksums, compression, writes and syncs are off this
 * one, which copies records into a ring of shared memory and never waits. What has no room in the
 * ring is kept here until it has; whoever awaits `flush` is held back by that.
 *
 * For the real disk. It comes up within some 50 ms, and keeps the process alive only while somebody
 * waits for it.
 */
import { Worker } from 'node:worker_threads';
import type { Disk } from '../disk/disk.js';
import { assert } from '../model/assert.js';
import { ClosedError, DiskError } from '../model/errors.js';
import type { Log, LogOptions } from './log.js';
import { errorOf, LOG_WORKER, type LogAnswer, type LogWorkerData } from './log-protocol.js';
import {
  EPOCHS,
  LogRing,
  MESSAGE_BEGIN,
  MESSAGE_CLOSE,
  MESSAGE_CUT,
  MESSAGE_FLUSH,
  MESSAGE_PART,
  MESSAGE_RECORD,
  RING_BYTES_DEFAULT,
} from './log-ring.js';
import { logSizeBytes } from './writer.js';

/** A record goes through the ring in pieces of a fraction of it. */
const PIECES_PER_RING = 8;

export interface WorkerLogOptions extends LogOptions {
  /** A power of two; default 8 MiB. */
  readonly ringBytes?: number;
  /** Where the worker's program is; by default beside this one. */
  readonly workerFile?: URL;
}

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
  disk: Disk,
  dir: string,
  options: WorkerLogOptions = {},
): Promise<WorkerLog> {
  const { ringBytes = RING_BYTES_DEFAULT, workerFile, onSyncError, ...rest } = options;
  const ring = LogRing.allocate(ringBytes);
  const workerData: LogWorkerData = { worker: LOG_WORKER, dir, ring, options: rest };
  const file = workerFile ?? new URL('./log-worker.js', import.meta.url);
  const log = new WorkerLog(
    disk,
    dir,
    new Worker(file, { workerData, execArgv: [] }),
    ring,
    onSyncError,
  );
  await log.opened;
  return log;
}

interface Waiter<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

interface Message {
  readonly kind: number;
  readonly epoch: number;
  readonly data: Uint8Array | number;
}

export class WorkerLog implements Log {
  /** Resolves when the log may be written. */
  readonly opened: Promise<void>;
  private readonly disk: Disk;
  private readonly dir: string;
  private readonly port: LogPort;
  private readonly ring: LogRing;
  private readonly pieceBytes: number;
  private readonly onSyncError: (error: Error) => void;
  private readonly flushes = new Map<number, Waiter<void>>();
  private readonly cuts: Waiter<number>[] = [];
  private opening: Waiter<void> | null = null;
  private ending: Waiter<void> | null = null;
  private waiting = 0;
  private closing: Promise<void> | null = null;
  /** Why the thread is gone. */
  private lost: Error | null = null;
  private currentSegment = 0;

  /** The number of the last group, of 32 bits; whether one is open, and where it begins. */
  private group = 0;
  private isOpen = false;
  private begin: number | null = null;
  private epoch = 0;
  private groupEpoch = 0;
  /** What has no room yet, in order. */
  private spill: Message[] = [];

  constructor(
    disk: Disk,
    dir: string,
    port: LogPort,
    ring: SharedArrayBuffer,
    onSyncError: (error: Error) => void = () => undefined,
  ) {
    this.disk = disk;
    this.dir = dir;
    this.port = port;
    this.ring = new LogRing(ring);
    this.pieceBytes = Math.floor(this.ring.room() / PIECES_PER_RING);
    this.onSyncError = onSyncError;
    port.on('message', (answer) => this.hear(answer));
    port.on('error', (error) => this.lose(error.message));
    port.on('exit', (code) => this.lose(`it ended with ${code}`));
    this.opened = this.wait((waiter) => (this.opening = waiter));
  }

  get segment(): number {
    return this.currentSegment;
  }

  add(record: Uint8Array): void {
    if (this.closing !== null) throw new ClosedError('the log');
    if (!this.isOpen) this.beginGroup();
    const { pieceBytes } = this;
    let from = 0;
    for (; record.length - from > pieceBytes; from += pieceBytes) {
      this.send(MESSAGE_PART, record.subarray(from, from + pieceBytes));
    }
    this.send(MESSAGE_RECORD, from === 0 ? record : record.subarray(from));
  }

  async flush(): Promise<void> {
    if (this.closing !== null) throw new ClosedError('the log');
    if (!this.isOpen) return;
    this.isOpen = false;
    this.group = (this.group + 1) | 0;
    this.send(MESSAGE_FLUSH, this.group);
    if (this.begin !== null) this.ring.setArgument(this.begin, 1);
    this.begin = null;
    await this.wait<void>((waiter) => {
      this.flushes.set(this.group, waiter);
      this.publish();
    });
  }

  async cut(): Promise<number> {
    if (this.closing !== null) throw new ClosedError('the log');
    assert(!this.isOpen, 'no group is open when a segment is cut');
    this.send(MESSAGE_CUT, 0);
    return this.wait((waiter) => {
      this.cuts.push(waiter);
      this.publish();
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
    this.send(MESSAGE_CLOSE, 0);
    await this.wait<void>((waiter) => {
      this.ending = waiter;
      this.publish();
    });
  }

  private beginGroup(): void {
    this.isOpen = true;
    this.groupEpoch = this.epoch;
    this.begin = this.send(MESSAGE_BEGIN, 0);
  }

  /** Writes a message into the ring, where it has room; returns its place there. */
  private send(kind: number, data: Uint8Array | number): number | null {
    const length = typeof data === 'number' ? 0 : data.length;
    if (this.spill.length === 0 && this.ring.room() >= length) {
      return this.ring.write(kind, this.groupEpoch, data);
    }
    const kept = typeof data === 'number' ? data : data.slice();
    this.spill.push({ kind, epoch: this.groupEpoch, data: kept });
    // The group is published in pieces from now on.
    this.begin = null;
    if (this.spill.length === 1) this.pump();
    return null;
  }

  /** Moves what was kept into the ring, as far as there is room. */
  private pump(): void {
    let moved = 0;
    for (; moved < this.spill.length; moved++) {
      const { kind, epoch, data } = this.spill[moved];
      const length = typeof data === 'number' ? 0 : data.length;
      if (this.ring.room() < length) {
        this.publish();
        if (this.ring.wantRoom(length)) break;
      }
      this.ring.write(kind, epoch, data);
    }
    if (moved > 0) this.spill.splice(0, moved);
    this.publish();
  }

  /** Shows the thread what is in the ring; wakes it where it sleeps. */
  private publish(): void {
    if (this.ring.publish()) this.port.postMessage(null);
  }

  private hear(answer: LogAnswer): void {
    switch (answer.kind) {
      case 'opened':
        this.currentSegment = answer.segment;
        return this.opening?.resolve();
      case 'failed':
        return this.opening?.reject(errorOf(answer.error));
      case 'flushed':
        return this.hearFlushed(answer);
      case 'cut':
        this.currentSegment = answer.segment;
        if (answer.error === null) return this.cuts.shift()?.resolve(answer.segment);
        return this.cuts.shift()?.reject(errorOf(answer.error));
      case 'closed':
        if (answer.error === null) return this.ending?.resolve();
        return this.ending?.reject(errorOf(answer.error));
      case 'syncError':
        return this.onSyncError(errorOf(answer.error));
      case 'room':
        return this.pump();
    }
  }

  private hearFlushed(answer: LogAnswer & { readonly kind: 'flushed' }): void {
    const { first, last, segment, error } = answer;
    this.currentSegment = segment;
    // What begins from now on does not build on what has failed.
    if (error !== null) this.epoch = (this.epoch + 1) % EPOCHS;
    const end = (last + 1) | 0;
    for (let group = first; group !== end; group = (group + 1) | 0) {
      const waiter = this.flushes.get(group);
      this.flushes.delete(group);
      if (error === null) waiter?.resolve();
      else waiter?.reject(errorOf(error));
    }
  }

  private lose(reason: string): void {
    if (this.lost !== null) return;
    this.lost = new DiskError(`the thread of the log is gone: ${reason}`, this.dir, 'EPIPE');
    const waiters = [this.opening, this.ending, ...this.cuts, ...this.flushes.values()];
    for (const waiter of waiters) waiter?.reject(this.lost);
  }

  /** A promise that `start` is given the ends of; the process stays alive until it is settled. */
  private async wait<T>(start: (waiter: Waiter<T>) => void): Promise<T> {
    if (this.lost !== null) throw this.lost;
    if (this.waiting++ === 0) this.port.ref();
    try {
      return await new Promise<T>((resolve, reject) => start({ resolve, reject }));
    } finally {
      if (--this.waiting === 0) this.port.unref();
    }
  }
}
