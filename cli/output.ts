/**
 * Data on its way to standard output: collected in large buffers, handed over one after the other.
 *
 * Whoever writes much looks at `isFull` now and then and awaits `drain()`, so that a slow reader
 * slows us down instead of filling our memory. A reader that has gone away is an
 * `OutputClosedError` at the next `drain()`, which ends the process quietly.
 */
import type { Writable } from 'node:stream';
import { encodeUtf8, isValidUtf8 } from '../model/utf8.js';

const BUFFER_BYTES = 256 * 1024;
/** One buffer may be on its way while the next one fills. */
const IN_FLIGHT_MAX = 1;

const SPACE = 0x20;
const NEWLINE = 0x0a;
const MINUS = 0x2d;
const ZERO = 0x30;
/** A space, a sign, sixteen digits and the newline, rounded up. */
const LINE_END_MAX = 32;
/** The digits of a large number are split here, so that each part is a small integer. */
const SPLIT = 1e8;
const SPLIT_DIGITS = 8;

/** Standard output was closed by its reader (`mmtsdb dump | head`): no failure of ours. */
export class OutputClosedError extends Error {
  constructor() {
    super('the output was closed by its reader');
    this.name = 'OutputClosedError';
  }
}

export class Output {
  private readonly stream: Writable;
  private buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  private used = 0;
  private inFlight = 0;
  private failure: Error | null = null;
  private wake: (() => void) | null = null;

  constructor(stream: Writable) {
    this.stream = stream;
    // A stream without a listener throws its errors at the process; the callbacks in `send` get
    // them.
    stream.on('error', (error) => this.fail(error));
  }

  /** Writes any text; bytes that model/utf8.ts escaped come out as they were. */
  write(text: string): void {
    // Fast path: three bytes a unit is the most that UTF-8 takes.
    if (3 * text.length <= this.buffer.length - this.used && isValidUtf8(text)) {
      this.used += this.buffer.write(text, this.used, 'utf8');
    } else {
      this.writeBytes(encodeUtf8(text));
    }
  }

  /**
   * Writes one line: bytes encoded before, ASCII text, and with a `time` a space and its digits (a
   * whole number within ±2^53). A dump is hundreds of thousands of these: putting characters in
   * place one by one beats making strings and calling the encoder for such short pieces.
   */
  writeLine(prefix: Uint8Array, text: string, time?: number): void {
    const length = prefix.length + text.length + LINE_END_MAX;
    if (length > this.buffer.length - this.used) this.send();
    if (length > this.buffer.length) {
      this.writeBytes(prefix);
      this.writeBytes(Buffer.from(`${text}${time === undefined ? '' : ` ${time}`}\n`, 'latin1'));
      return;
    }
    const { buffer } = this;
    buffer.set(prefix, this.used);
    let at = this.used + prefix.length;
    for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i);
    if (time !== undefined) {
      buffer[at++] = SPACE;
      at = putInteger(buffer, at, time);
    }
    buffer[at++] = NEWLINE;
    this.used = at;
  }

  /** Whether it is time to await `drain()`. */
  get isFull(): boolean {
    return this.inFlight > IN_FLIGHT_MAX || this.failure !== null;
  }

  /** Resolves when what was handed over has left. Throws what went wrong. */
  async drain(): Promise<void> {
    while (this.inFlight > 0 && this.failure === null) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    if (this.failure === null) return;
    if ('code' in this.failure && this.failure.code === 'EPIPE') throw new OutputClosedError();
    throw this.failure;
  }

  /** Hands over the rest and waits for all of it. */
  async flush(): Promise<void> {
    this.send();
    await this.drain();
  }

  private writeBytes(bytes: Uint8Array): void {
    if (bytes.length > this.buffer.length - this.used) this.send();
    if (bytes.length > this.buffer.length) {
      this.hand(bytes);
    } else {
      this.buffer.set(bytes, this.used);
      this.used += bytes.length;
    }
  }

  private send(): void {
    if (this.used === 0) return;
    this.hand(this.buffer.subarray(0, this.used));
    this.buffer = Buffer.allocUnsafe(BUFFER_BYTES);
    this.used = 0;
  }

  private hand(bytes: Uint8Array): void {
    if (this.failure !== null) return;
    this.inFlight++;
    this.stream.write(bytes, (error) => {
      this.inFlight--;
      if (error !== null && error !== undefined) this.fail(error);
      this.wakeUp();
    });
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.wakeUp();
  }

  private wakeUp(): void {
    this.wake?.();
    this.wake = null;
  }
}

/** Puts the decimal digits of a whole number at `at`; returns where they end. */
function putInteger(buffer: Buffer, at: number, value: number): number {
  if (value < 0) {
    buffer[at] = MINUS;
    return putInteger(buffer, at + 1, -value);
  }
  const high = Math.floor(value / SPLIT);
  if (high === 0) return putDigits(buffer, at, value | 0, 1);
  const middle = putDigits(buffer, at, high | 0, 1);
  return putDigits(buffer, middle, (value - high * SPLIT) | 0, SPLIT_DIGITS);
}

/** At least `width` digits of a small integer. */
function putDigits(buffer: Buffer, at: number, value: number, width: number): number {
  let digits = 1;
  for (let rest = (value / 10) | 0; rest > 0; rest = (rest / 10) | 0) digits++;
  if (digits < width) digits = width;
  for (let i = at + digits - 1; i >= at; i--) {
    const rest = (value / 10) | 0;
    buffer[i] = ZERO + value - 10 * rest;
    value = rest;
  }
  return at + digits;
}
