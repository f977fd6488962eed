/**
 * The side of a log's ring (log-ring.ts) that is written: puts groups into it, and keeps what has
 * no room, in order, until there is some.
 */
import { SampleRows } from '../kernel/sample-rows.js';
import {
  type LogRing,
  MESSAGE_BEGIN,
  MESSAGE_FLUSH,
  MESSAGE_PART,
  MESSAGE_RECORD,
  MESSAGE_ROWS,
  ROWS_BYTES,
} from './log-ring.js';

/** To rouse the other side takes two microseconds: that is done for several groups at once. */
const GROUPS_TO_ROUSE = 3;
/** A record goes through the ring in pieces of a fraction of it. */
const PIECES_PER_RING = 8;

interface Message {
  readonly kind: number;
  readonly epoch: number;
  readonly data: Uint8Array | SampleRows | number;
}

export class LogSender {
  private readonly ring: LogRing;
  private readonly wake: () => void;
  private readonly pieceBytes: number;
  private epoch = 0;
  /** Groups since the other side was roused. */
  private quietGroups = 0;
  /** Where the group begins, as long as nothing of it is published. */
  private begin: number | null = null;
  /** What has no room yet. */
  private spill: Message[] = [];

  /** Calls `wake` where the other side may sleep and has something to do. */
  constructor(ring: LogRing, wake: () => void) {
    this.ring = ring;
    this.wake = wake;
    this.pieceBytes = Math.floor(ring.room() / PIECES_PER_RING);
  }

  /** Whether something waits for room. */
  get isHeldUp(): boolean {
    return this.spill.length > 0;
  }

  /** Begins a group; everything up to `endGroup` belongs to it. */
  beginGroup(epoch: number): void {
    this.epoch = epoch;
    this.begin = this.send(MESSAGE_BEGIN, 0);
  }

  /** Adds a record, which may be reused when this returns. */
  add(record: Uint8Array): void {
    const { pieceBytes } = this;
    let from = 0;
    for (; record.length - from > pieceBytes; from += pieceBytes) {
      this.send(MESSAGE_PART, record.subarray(from, from + pieceBytes));
    }
    this.send(MESSAGE_RECORD, from === 0 ? record : record.subarray(from));
  }

  /** Adds a record of rows, which may not change before the group has ended. */
  addRows(rows: SampleRows): void {
    const { ring, epoch } = this;
    if (!this.isHeldUp && ring.hasRoom(ROWS_BYTES)) ring.writeRows(epoch, rows);
    else this.keep({ kind: MESSAGE_ROWS, epoch, data: rows });
  }

  /** Ends group number `group` and shows it to the other side, which is not woken for it. */
  endGroup(group: number): void {
    this.send(MESSAGE_FLUSH, group);
    if (this.begin !== null) this.ring.setArgument(this.begin, 1);
    this.begin = null;
    this.ring.publish();
    if (++this.quietGroups < GROUPS_TO_ROUSE) return;
    this.quietGroups = 0;
    this.ring.rouse();
  }

  /** Asks for something that is no group. */
  ask(kind: number, epoch: number): void {
    this.epoch = epoch;
    this.send(kind, 0);
    this.publish();
  }

  /** Moves what was kept into the ring, as far as there is room. */
  pump(): void {
    const { ring } = this;
    let moved = 0;
    for (; moved < this.spill.length; moved++) {
      const { kind, epoch, data } = this.spill[moved];
      const length = lengthOf(data);
      if (ring.room() < length) {
        this.publish();
        if (ring.wantRoom(length)) break;
      }
      if (data instanceof SampleRows) ring.writeRows(epoch, data);
      else ring.write(kind, epoch, data);
    }
    if (moved > 0) this.spill.splice(0, moved);
    this.publish();
  }

  /** Writes a message into the ring, where it has room; returns its place there. */
  private send(kind: number, data: Uint8Array | number): number | null {
    const { ring, epoch } = this;
    if (!this.isHeldUp && ring.hasRoom(lengthOf(data))) return ring.write(kind, epoch, data);
    this.keep({ kind, epoch, data: typeof data === 'number' ? data : data.slice() });
    return null;
  }

  private keep(message: Message): void {
    this.spill.push(message);
    // The group is published in pieces from now on.
    this.begin = null;
    if (this.spill.length === 1) this.pump();
  }

  private publish(): void {
    this.ring.publish();
    this.wake();
  }
}

/** What the data of a message takes in the ring. */
function lengthOf(data: Message['data']): number {
  if (typeof data === 'number') return 0;
  return data instanceof SampleRows ? ROWS_BYTES : data.length;
}
