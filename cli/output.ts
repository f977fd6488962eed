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
   * Writes one line that begins with bytes encoded before; `rest` is ASCII, its newline included.
   */
  writeLine(prefix: Uint8Array, rest: string): void {
    if (prefix.length + rest.length > this.buffer.length - this.used) this.send();
    if (prefix.length + rest.length > this.buffer.length) {
      this.writeBytes(prefix);
      this.writeBytes(Buffer.from(rest, 'latin1'));
      return;
    }
    this.buffer.set(prefix, this.used);
    this.used += prefix.length;
    this.used += this.buffer.write(rest, this.used, 'latin1');
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
