/**
 * What a log's thread does: takes records out of the ring and writes them with a `LogWriter`.
 * Groups that wait together share a write, and a sync; they succeed or fail together.
 *
 * A group may build on one before it (its series). So when one fails, those that came before our
 * answer was heard fail too: they bear the epoch of the failed one. The other side begins a new
 * epoch when it hears.
 *
 * Between two writes the pen lies free, unless something has failed or is half done: then the other
 * side may write what it finds in the ring (log-helper.ts).
 */
import { setImmediate } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import type { RowEncoding } from '../kernel/row-encoder.js';
import { assert } from '../model/assert.js';
import { type LogAnswer, partsOf } from './log-protocol.js';
import {
  EPOCHS,
  type LogRing,
  MESSAGE_BEGIN,
  MESSAGE_CLOSE,
  MESSAGE_CUT,
  MESSAGE_FLUSH,
  MESSAGE_PART,
  MESSAGE_RECORD,
  MESSAGE_ROWS,
} from './log-ring.js';
import type { LogWriter } from './writer.js';

/** What is written at once, about: larger writes are hardly faster. */
const BATCH_BYTES_MAX = 512 * 1024;
/** While groups come one after the other, it dozes: to be sent a message takes longer. */
const DOZE_MS = 5;
/** The other side writes no longer than that at a time, as a rule. */
const PEN_WAIT_MS = 0.1;
/** After so much the thread's loop has a turn: syncs are heard of there. */
const TURN_BYTES = 4 * 1024 * 1024;

/** The side of a `MessagePort` that is needed to answer. */
export type AnswerPort = Pick<MessagePort, 'postMessage' | 'close'>;

export interface LogTraits {
  /** Whether records go from the ring to the log without a copy. */
  readonly isDirect: boolean;
  readonly mayDoze: boolean;
  /** Whether the other side may write too. */
  readonly isShared: boolean;
}

/** Groups whose records are all added and wait to be written together. */
interface Batch {
  readonly first: number;
  last: number;
  epoch: number;
}

export interface LogServerParts {
  readonly log: LogWriter;
  readonly ring: LogRing;
  readonly port: AnswerPort;
  /** Of the rows that come through the ring; null where none do. */
  readonly encoder: RowEncoding | null;
  readonly traits: LogTraits;
}

export class LogServer {
  private readonly log: LogWriter;
  private readonly ring: LogRing;
  private readonly port: AnswerPort;
  private readonly encoder: RowEncoding | null;
  private readonly traits: LogTraits;
  private hasPen = false;
  private batch: Batch | null = null;
  private batchBytes = 0;
  /** Groups of this epoch have failed; null once groups of the next one come. */
  private failed: { readonly epoch: number } | null = null;
  /** A record that is put together. */
  private scratch = new Uint8Array(64 * 1024);
  private scratchLength = 0;
  /** While a turn, a cut or the closing is under way, nothing is taken out of the ring. */
  private isBusy = false;

  constructor({ log, ring, port, encoder, traits }: LogServerParts) {
    this.log = log;
    this.ring = ring;
    this.port = port;
    this.encoder = encoder;
    this.traits = traits;
    this.ring.pen.take();
    this.hasPen = true;
    this.notePlace();
  }

  /** Takes what there is out of the ring. */
  run(): void {
    let taken = 0;
    while (!this.isBusy) {
      if (!this.takePen()) continue;
      if (!this.ring.next()) {
        this.flushBatch();
        this.layDownPen();
        if (this.traits.mayDoze && this.ring.doze(DOZE_MS)) continue;
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

  private takePen(): boolean {
    const { ring, log } = this;
    if (this.hasPen) return true;
    this.hasPen = ring.pen.take();
    if (!this.hasPen) {
      ring.pen.whenFree(PEN_WAIT_MS);
      return false;
    }
    ring.resume();
    log.goOn(ring.pen.size, ring.pen.reach);
    return true;
  }

  /** Lets the other side write, where nothing is half done and nothing has failed. */
  private layDownPen(): void {
    const isClean = this.log.isClean && this.failed === null && this.scratchLength === 0;
    if (!this.traits.isShared || !isClean) return;
    this.notePlace();
    this.hasPen = false;
    this.ring.pen.layDown();
  }

  private notePlace(): void {
    const { segment, offset } = this.log;
    this.ring.pen.setPlace(segment, offset, offset);
  }

  /** Takes a message out of the ring; returns the length of its data. */
  private take(): number {
    const { ring } = this;
    const { kind, epoch, argument } = ring;
    const isFailed = this.failed?.epoch === epoch;
    const length = isFailed ? 0 : this.takeData(kind);
    this.batchBytes += length;
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

  private takeData(kind: number): number {
    const { ring, encoder } = this;
    if (kind === MESSAGE_ROWS) {
      assert(encoder !== null, 'rows come with their memory');
      return this.addRows(ring.record(encoder), encoder);
    }
    if (kind !== MESSAGE_PART && kind !== MESSAGE_RECORD) return 0;
    const [first, second] = ring.data();
    if (second.length > 0) this.addPart(first, false);
    this.addPart(second.length > 0 ? second : first, kind === MESSAGE_RECORD);
    return ring.argument;
  }

  private addRows(record: Uint8Array, encoder: RowEncoding): number {
    if (!this.traits.isDirect) return this.addPart(record, true);
    this.log.add(record, encoder);
    return record.length;
  }

  /** Adds a part of a record, perhaps the last one, to the log; returns its length. */
  private addPart(part: Uint8Array, isLast: boolean): number {
    const { length } = part;
    if (this.traits.isDirect && isLast && this.scratchLength === 0) {
      this.log.add(part);
      return length;
    }
    const end = this.scratchLength + length;
    if (end > this.scratch.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.scratch.length));
      larger.set(this.scratch.subarray(0, this.scratchLength));
      this.scratch = larger;
    }
    this.scratch.set(part, this.scratchLength);
    this.scratchLength = end;
    if (!isLast) return length;
    this.log.add(this.scratch.subarray(0, end));
    this.scratchLength = 0;
    return length;
  }

  private endGroup(group: number, epoch: number, isFailed: boolean): void {
    if (isFailed) {
      // What it may have added before the failure was known.
      this.log.drop();
      this.scratchLength = 0;
      return;
    }
    this.failed = null;
    this.batch ??= { first: group, last: group, epoch };
    this.batch.last = group;
    this.batch.epoch = epoch;
    if (this.batchBytes > BATCH_BYTES_MAX) this.flushBatch();
  }

  /** Writes the groups that are whole; nothing of another one has been added then. */
  private flushBatch(): void {
    const { batch } = this;
    if (batch === null) return;
    this.batch = null;
    this.batchBytes = 0;
    try {
      this.log.flushNow();
    } catch (error) {
      this.refuse(batch, error);
      return;
    }
    if (this.log.isSynced) void this.acknowledgeLater(batch);
    else this.acknowledge(batch.last);
  }

  private async acknowledgeLater(batch: Batch): Promise<void> {
    try {
      await this.log.durable();
      this.acknowledge(batch.last);
    } catch (error) {
      this.refuse(batch, error);
    }
  }

  private refuse({ first, epoch }: Batch, error: unknown): void {
    if (this.failed === null || isBefore(this.failed.epoch, epoch)) this.failed = { epoch };
    this.ring.pen.countRefusal();
    this.answer({ kind: 'refused', first, epoch, error: partsOf(error) });
  }

  private acknowledge(group: number): void {
    this.notePlace();
    if (this.ring.pen.acknowledge(group)) this.answer({ kind: 'flushed' });
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
    this.notePlace();
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

function isBefore(epoch: number, other: number): boolean {
  return epoch !== other && (other - epoch + EPOCHS) % EPOCHS < EPOCHS / 2;
}
