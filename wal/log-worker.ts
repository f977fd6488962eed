/**
 * The log's thread: takes records out of the ring and writes them with a `LogWriter`. Groups that
 * wait together share a write, and a sync; they succeed or fail together.
 *
 * A group may build on one before it (its series). So when one fails, those that came before our
 * answer was heard fail too: they bear the epoch of the failed one. The other side begins a new
 * epoch when it hears.
 */
import { setImmediate } from 'node:timers/promises';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { NodeWritableDisk } from '../disk/node-writable-disk.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import { assert } from '../model/assert.js';
import { LOG_WORKER, type LogAnswer, type LogWorkerData, partsOf } from './log-protocol.js';
import {
  LogRing,
  MESSAGE_BEGIN,
  MESSAGE_CLOSE,
  MESSAGE_CUT,
  MESSAGE_FLUSH,
  MESSAGE_PART,
  MESSAGE_RECORD,
} from './log-ring.js';
import { type LogWriter, openLog } from './writer.js';

/** What is written at once, about: larger writes are hardly faster. */
const BATCH_BYTES_MAX = 512 * 1024;
/** After so much the thread's loop has a turn: syncs are heard of there. */
const TURN_BYTES = 4 * 1024 * 1024;

/** The side of a `MessagePort` that is needed. */
export type WorkerPort = Pick<MessagePort, 'postMessage' | 'on' | 'close'>;

/** Opens the log, or says why not; then serves until it is told to close. */
export async function serveLog(
  disk: WritableDisk,
  port: WorkerPort,
  { dir, ring, options }: LogWorkerData,
): Promise<void> {
  const answer = (message: LogAnswer): void => port.postMessage(message);
  try {
    // Not every compressor takes shared memory.
    const isDirect = (options.compression ?? 'none') === 'none';
    const onSyncError = (error: Error): void =>
      answer({ kind: 'syncError', error: partsOf(error) });
    const log = await openLog(disk, dir, { ...options, onSyncError });
    const server = new LogServer(log, new LogRing(ring), port, isDirect);
    port.on('message', () => server.run());
    answer({ kind: 'opened', segment: log.segment });
    server.run();
  } catch (error) {
    answer({ kind: 'failed', error: partsOf(error) });
    port.close();
  }
}

class LogServer {
  private readonly log: LogWriter;
  private readonly ring: LogRing;
  private readonly port: WorkerPort;
  /** Whether records go from the ring to the log without a copy. */
  private readonly isDirect: boolean;
  /** The groups whose records are all added and wait to be written together. */
  private batch: { readonly first: number; last: number; epoch: number } | null = null;
  private batchBytes = 0;
  /** Groups of this epoch fail, with this error. */
  private failed: { readonly epoch: number; readonly error: unknown } | null = null;
  /** A record that is put together. */
  private scratch = new Uint8Array(64 * 1024);
  private scratchLength = 0;
  /** While a turn, a cut or the closing is under way, nothing is taken out of the ring. */
  private isBusy = false;

  constructor(log: LogWriter, ring: LogRing, port: WorkerPort, isDirect: boolean) {
    this.log = log;
    this.ring = ring;
    this.port = port;
    this.isDirect = isDirect;
  }

  /** Takes what there is out of the ring. */
  run(): void {
    let taken = 0;
    while (!this.isBusy) {
      if (!this.ring.next()) {
        this.flushBatch();
        if (this.ring.idle()) return;
        continue;
      }
      taken += this.take();
      const isBetween = this.ring.kind === MESSAGE_FLUSH || this.batch === null;
      if (taken > TURN_BYTES && isBetween && !this.isBusy) {
        this.flushBatch();
        this.busy(() => setImmediate());
      }
    }
  }

  /** Takes a message out of the ring; returns the length of its data. */
  private take(): number {
    const { ring } = this;
    const { kind, epoch, argument } = ring;
    const length = kind === MESSAGE_PART || kind === MESSAGE_RECORD ? argument : 0;
    const isFailed = this.failed?.epoch === epoch;
    if (!isFailed && kind === MESSAGE_PART) this.takeData(false);
    if (!isFailed && kind === MESSAGE_RECORD) this.takeData(true);
    if (ring.free()) this.tellRoom();
    // What comes in pieces is not to keep others waiting, who came before.
    if (kind === MESSAGE_BEGIN && argument === 0) this.flushBatch();
    if (kind === MESSAGE_FLUSH) this.endGroup(argument, epoch, isFailed);
    if (kind === MESSAGE_CUT || kind === MESSAGE_CLOSE) {
      this.flushBatch();
      this.busy(() => (kind === MESSAGE_CUT ? this.cut() : this.close()));
    }
    return length;
  }

  private takeData(isWhole: boolean): void {
    const [first, second] = this.ring.data();
    const { length } = first;
    this.batchBytes += this.ring.argument;
    if (this.isDirect && isWhole && this.scratchLength === 0 && second.length === 0) {
      this.log.add(first);
      return;
    }
    const end = this.scratchLength + this.ring.argument;
    if (end > this.scratch.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.scratch.length));
      larger.set(this.scratch.subarray(0, this.scratchLength));
      this.scratch = larger;
    }
    this.scratch.set(first, this.scratchLength);
    this.scratch.set(second, this.scratchLength + length);
    this.scratchLength = end;
    if (!isWhole) return;
    this.log.add(this.scratch.subarray(0, end));
    this.scratchLength = 0;
  }

  private endGroup(group: number, epoch: number, isFailed: boolean): void {
    if (isFailed) {
      // What it may have added before the failure was known.
      this.log.drop();
      this.scratchLength = 0;
      this.answerFlushed(group, group, this.failed?.error);
      return;
    }
    this.batch ??= { first: group, last: group, epoch };
    this.batch.last = group;
    this.batch.epoch = epoch;
    if (this.batchBytes > BATCH_BYTES_MAX) this.flushBatch();
  }

  /** Writes the groups that are whole; nothing of another one has been added then. */
  private flushBatch(): void {
    const { batch } = this;
    if (batch === null) return;
    const { first, last, epoch } = batch;
    this.batch = null;
    this.batchBytes = 0;
    const fail = (error: unknown): void => {
      this.failed = { epoch, error };
      this.answerFlushed(first, last, error);
    };
    try {
      this.log.flushNow();
    } catch (error) {
      fail(error);
      return;
    }
    this.log.durable().then(() => this.answerFlushed(first, last, null), fail);
  }

  private answerFlushed(first: number, last: number, error: unknown): void {
    const { segment } = this.log;
    const parts = error === null ? null : partsOf(error);
    this.answer({ kind: 'flushed', first, last, segment, error: parts });
  }

  private busy(action: () => Promise<void>): void {
    this.isBusy = true;
    void action().then(() => {
      this.isBusy = false;
      this.run();
    });
  }

  private async cut(): Promise<void> {
    let failure: unknown = null;
    try {
      await this.log.cut();
    } catch (error) {
      failure = error;
    }
    const error = failure === null ? null : partsOf(failure);
    this.answer({ kind: 'cut', segment: this.log.segment, error });
  }

  private async close(): Promise<void> {
    let failure: unknown = null;
    try {
      await this.log.close();
    } catch (error) {
      failure = error;
    }
    this.answer({ kind: 'closed', error: failure === null ? null : partsOf(failure) });
    this.port.close();
  }

  private tellRoom(): void {
    this.ring.tellRoom();
    this.answer({ kind: 'room' });
  }

  private answer(message: LogAnswer): void {
    this.port.postMessage(message);
  }
}

const data = workerData as LogWorkerData | null;
if (data?.worker === LOG_WORKER) {
  assert(parentPort !== null, 'a worker has a parent');
  void serveLog(new NodeWritableDisk(), parentPort, data);
}
