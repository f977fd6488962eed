/**
 * A ring in shared memory through which one thread hands the records of a log to another, without
 * waiting: what has no room is refused, and comes again later. Messages, in words of 32 bits:
 *
 *     message   kind <8 bits>, epoch <24 bits> | argument | data, filled up to two words
 *       part    the argument is the length of the data: the beginning of a record
 *       record  the same: the rest of it, or all
 *       rows    the argument is how many; data: where their columns are, and the capacity of those
 *       others  see `LogMessageKind`; the argument is a number, and there is no data
 *
 * What one side writes the other sees when it is published, so that a group comes whole.
 */
import type { RowEncoding } from '../kernel/row-encoder.js';
import type { SampleRows } from '../kernel/sample-rows.js';
import { assert } from '../model/assert.js';
import { LogPen, PEN_BYTES } from './log-pen.js';

export const MESSAGE_PART = 1;
export const MESSAGE_RECORD = 2;
/** The group ends; the argument is its number. */
export const MESSAGE_FLUSH = 3;
/** A group begins; the argument is 1 where all of it is published at once. */
export const MESSAGE_BEGIN = 4;
export const MESSAGE_CUT = 5;
export const MESSAGE_CLOSE = 6;
/** A record of rows, which lie in the memory of a head kernel. */
export const MESSAGE_ROWS = 7;

export const RING_BYTES_DEFAULT = 8 * 1024 * 1024;
/** Epochs and kinds share a word. */
export const EPOCHS = 1 << 24;

const WORD_BYTES = 4;
const HEADER_WORDS = 2;
/** The data of rows. */
export const ROWS_BYTES = 8;
/** Positions count words since the beginning, modulo 2^32; the ring's size is a power of two. */
const HEAD = 0;
const IS_IDLE = 1;
const IS_ROOM_WANTED = 2;
const IS_DOZING = 3;
/** In another line of the cache: the reading side writes it. */
const TAIL = 16;
const RING_CONTROL_BYTES = 128;
/** How often the ring is looked at before its reader dozes: that takes a microsecond. */
const LOOKS = 50;
const CONTROL_BYTES = RING_CONTROL_BYTES + PEN_BYTES;

export class LogRing {
  readonly shared: SharedArrayBuffer;
  /** Who may take messages out, where two threads do. */
  readonly pen: LogPen;
  private readonly control: Int32Array;
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly mask: number;
  /** Of this side: where it reads or writes next. */
  private position = 0;
  /** Of the writing side: up to where all is read, as it was last looked up. */
  private tail = 0;

  /** Over memory of `LogRing.allocate`; each side makes its own. */
  constructor(shared: SharedArrayBuffer) {
    this.shared = shared;
    this.control = new Int32Array(shared, 0, RING_CONTROL_BYTES / WORD_BYTES);
    this.pen = new LogPen(shared, RING_CONTROL_BYTES);
    this.words = new Int32Array(shared, CONTROL_BYTES);
    this.bytes = new Uint8Array(shared, CONTROL_BYTES);
    this.mask = this.words.length - 1;
  }

  static allocate(ringBytes: number): SharedArrayBuffer {
    assert(ringBytes >= 64 && (ringBytes & (ringBytes - 1)) === 0, 'a ring is a power of two');
    return new SharedArrayBuffer(CONTROL_BYTES + ringBytes);
  }

  // The writing side.

  /** The largest data of a message that has room now; less than nothing where none has. */
  room(): number {
    this.tail = Atomics.load(this.control, TAIL);
    const used = (this.position - this.tail) >>> 0;
    return (this.words.length - used - HEADER_WORDS) * WORD_BYTES;
  }

  /** Whether a message with so many bytes of data has room now. */
  hasRoom(bytes: number): boolean {
    const used = (this.position - this.tail) >>> 0;
    return (this.words.length - used - HEADER_WORDS) * WORD_BYTES >= bytes || this.room() >= bytes;
  }

  /**
   * Adds a message that there is room for; the other side does not see it yet. Returns its place,
   * for `setArgument`.
   */
  write(kind: number, epoch: number, data: Uint8Array | number): number {
    const length = typeof data === 'number' ? 0 : data.length;
    assert(this.hasRoom(length), 'a message has room');
    const { words, mask, position } = this;
    words[position & mask] = kind | (epoch << 8);
    words[(position + 1) & mask] = typeof data === 'number' ? data : length;
    const start = ((position + HEADER_WORDS) & mask) * WORD_BYTES;
    if (typeof data !== 'number') {
      const first = Math.min(length, this.bytes.length - start);
      this.bytes.set(first === length ? data : data.subarray(0, first), start);
      if (first < length) this.bytes.set(data.subarray(first), 0);
    }
    this.position = (position + HEADER_WORDS + dataWords(length)) | 0;
    return position;
  }

  /** Adds a message of rows that there is room for. */
  writeRows(epoch: number, { timesAt, capacity, count }: SampleRows): void {
    assert(this.hasRoom(ROWS_BYTES), 'a message has room');
    const { words, mask, position } = this;
    words[position & mask] = MESSAGE_ROWS | (epoch << 8);
    words[(position + 1) & mask] = count;
    words[(position + 2) & mask] = timesAt;
    words[(position + 3) & mask] = capacity;
    this.position = (position + HEADER_WORDS + dataWords(ROWS_BYTES)) | 0;
  }

  /** Changes the argument of a message that is not published yet. */
  setArgument(place: number, argument: number): void {
    this.words[(place + 1) & this.mask] = argument;
  }

  /** Shows the other side all that was written. */
  publish(): void {
    Atomics.store(this.control, HEAD, this.position);
  }

  /** Ends a doze of the other side; once, however long that takes to come to itself. */
  rouse(): void {
    const { control } = this;
    if (Atomics.load(control, IS_DOZING) === 0) return;
    if (Atomics.exchange(control, IS_DOZING, 0) === 1) Atomics.notify(control, HEAD);
  }

  get isAwake(): boolean {
    return Atomics.load(this.control, IS_IDLE) === 0;
  }

  /** Whether the other side is idle: it has to be woken then. */
  wakes(): boolean {
    return Atomics.exchange(this.control, IS_IDLE, 0) === 1;
  }

  /** Asks to be told when there is room; false where there is by now as much as `bytes`. */
  wantRoom(bytes: number): boolean {
    Atomics.store(this.control, IS_ROOM_WANTED, 1);
    return this.room() < bytes;
  }

  // The reading side.

  /** Of the next message, by `next`. */
  kind = 0;
  epoch = 0;
  argument = 0;

  /** Goes on where the other side has stopped: after the pen was taken. */
  resume(): void {
    this.position = Atomics.load(this.control, TAIL);
  }

  /** Moves to the next message; false where none is published. */
  next(): boolean {
    const { words, mask, position } = this;
    if (Atomics.load(this.control, HEAD) === position) return false;
    const word = words[position & mask];
    this.kind = word & 0xff;
    this.epoch = word >>> 8;
    this.argument = words[(position + 1) & mask];
    return true;
  }

  /**
   * The data of a part or a record, in up to two pieces, valid until `free`. The second one is
   * empty where the data does not reach over the ring's end.
   */
  data(): [Uint8Array, Uint8Array] {
    const start = ((this.position + HEADER_WORDS) & this.mask) * WORD_BYTES;
    const first = Math.min(this.argument, this.bytes.length - start);
    return [
      this.bytes.subarray(start, start + first),
      this.bytes.subarray(0, this.argument - first),
    ];
  }

  /** The record of a message of rows; valid until the encoder makes another one. */
  record(encoder: RowEncoding): Uint8Array {
    const { words, mask, position } = this;
    const at = words[(position + HEADER_WORDS) & mask] >>> 0;
    const capacity = words[(position + HEADER_WORDS + 1) & mask];
    return encoder.encodeAt(at, capacity, this.argument);
  }

  /** Passes the message over, without giving its room back. */
  skip(): void {
    const { kind, argument } = this;
    const hasBytes = kind === MESSAGE_PART || kind === MESSAGE_RECORD;
    const bytes = hasBytes ? argument : kind === MESSAGE_ROWS ? ROWS_BYTES : 0;
    const words = dataWords(bytes);
    this.position = (this.position + HEADER_WORDS + words) | 0;
  }

  /** Passes it over and gives all room back; whether the other side wants to be told. */
  free(): boolean {
    this.skip();
    return this.give();
  }

  /** Gives the room of all that was passed over back; whether the other side wants to be told. */
  give(): boolean {
    Atomics.store(this.control, TAIL, this.position);
    return Atomics.load(this.control, IS_ROOM_WANTED) === 1;
  }

  /** The other side is about to be told of room. */
  tellRoom(): void {
    Atomics.store(this.control, IS_ROOM_WANTED, 0);
  }

  /** Holds the thread until it is roused, or for `ms`; whether there is a message. */
  doze(ms: number): boolean {
    const { control, position } = this;
    for (let i = 0; i < LOOKS; i++) if (Atomics.load(control, HEAD) !== position) return true;
    Atomics.store(control, IS_DOZING, 1);
    Atomics.wait(control, HEAD, position, ms);
    Atomics.store(control, IS_DOZING, 0);
    return Atomics.load(control, HEAD) !== position;
  }

  /** Says that there is nothing to do; false where something was published meanwhile. */
  idle(): boolean {
    Atomics.store(this.control, IS_IDLE, 1);
    if (Atomics.load(this.control, HEAD) === this.position) return true;
    Atomics.store(this.control, IS_IDLE, 0);
    return false;
  }
}

/** Two at a time: memory is copied fast between places that are alike within 8 bytes. */
function dataWords(bytes: number): number {
  return 2 * Math.ceil(bytes / (2 * WORD_BYTES));
}
