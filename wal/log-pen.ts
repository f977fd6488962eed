/**
 * The state of a log that two threads write in turn, in shared memory: whoever holds the pen takes
 * records out of the ring and appends them to the segment; nobody else does. Beside it stands what
 * has been written, so that the other one hears of it without a message.
 *
 * All numbers are of 32 bits: of groups modulo 2^32.
 */
const WORD_BYTES = 4;
/** What each side writes often stands in a line of the cache of its own. */
const PEN = 0;
const SEGMENT = 1;
/** Where the next group goes… */
const SIZE = 2;
/** …and how far the file reaches: farther where a write has failed. */
const REACH = 3;
const DONE = 16;
const REFUSALS = 17;
const IS_AWAITED = 32;

export const PEN_BYTES = 192;

const FREE = 0;
const TAKEN = 1;

export class LogPen {
  private readonly words: Int32Array;

  /** Over PEN_BYTES of shared memory at `offset`, zeros at first; each side makes its own. */
  constructor(shared: SharedArrayBuffer, offset: number) {
    this.words = new Int32Array(shared, offset, PEN_BYTES / WORD_BYTES);
  }

  /** Takes the pen; false while the other side has it. */
  take(): boolean {
    return Atomics.compareExchange(this.words, PEN, FREE, TAKEN) === FREE;
  }

  layDown(): void {
    Atomics.store(this.words, PEN, FREE);
  }

  /** Waits until the pen is free or so much time has passed. */
  whenFree(ms: number): void {
    Atomics.wait(this.words, PEN, TAKEN, ms);
  }

  /** The index of the segment that is written. */
  get segment(): number {
    return Atomics.load(this.words, SEGMENT);
  }

  /** Where in the segment the next group goes. */
  get size(): number {
    return Atomics.load(this.words, SIZE);
  }

  /** How far the segment's file reaches. */
  get reach(): number {
    return Atomics.load(this.words, REACH);
  }

  /** Of who has the pen: says where the next one goes on. */
  setPlace(segment: number, size: number, reach: number): void {
    Atomics.store(this.words, SEGMENT, segment);
    Atomics.store(this.words, SIZE, size);
    Atomics.store(this.words, REACH, reach);
  }

  /** Acknowledges all groups up to `group`; whether the other side wants to be told. */
  acknowledge(group: number): boolean {
    Atomics.store(this.words, DONE, group);
    return Atomics.exchange(this.words, IS_AWAITED, 0) === 1;
  }

  /** The last group that is acknowledged; to be looked at before `refusals`. */
  get acknowledged(): number {
    return Atomics.load(this.words, DONE);
  }

  /** Asks to be told of what is acknowledged behind `group`; false where something is by now. */
  await(group: number): boolean {
    Atomics.store(this.words, IS_AWAITED, 1);
    if (this.acknowledged === group) return true;
    Atomics.store(this.words, IS_AWAITED, 0);
    return false;
  }

  /** Groups are about to be refused: what is acknowledged from now on came after that. */
  countRefusal(): void {
    Atomics.add(this.words, REFUSALS, 1);
  }

  get refusals(): number {
    return Atomics.load(this.words, REFUSALS);
  }
}
