/**
 * A file read by position, synchronously: for file systems on which a mapping may die (network,
 * FUSE), for files that another process may truncate, and where the mmap addon is missing.
 *
 * Small peeks are served from one window that the source owns and fills again and again.
 */
import { closeSync, readSync } from 'node:fs';
import { ClosedError, DecodeError } from '../model/errors.js';
import { type ByteSource, checkRange } from './byte-source.js';
import { diskError } from './disk-error.js';

/** One window holds a few chunks or series entries; larger peeks get a buffer of their own. */
const WINDOW_BYTES = 32 * 1024;

export class PreadSource implements ByteSource {
  readonly kind = 'pread';
  private window: Uint8Array | null = null;
  private windowStart = 0;
  private windowLength = 0;
  private closed = false;

  /** Takes over the open file `fd` of `size` bytes and closes it in `close()`. */
  readonly path: string;
  private readonly fd: number;
  readonly size: number;

  constructor(path: string, fd: number, size: number) {
    this.path = path;
    this.fd = fd;
    this.size = size;
  }

  peek(offset: number, length: number): Uint8Array {
    checkRange(this, this.closed, offset, length);
    if (length > WINDOW_BYTES) return this.readInto(new Uint8Array(length), offset, length);
    const within = offset - this.windowStart;
    if (this.window === null || within < 0 || within + length > this.windowLength) {
      this.window ??= new Uint8Array(WINDOW_BYTES);
      this.windowStart = offset;
      this.windowLength = Math.min(WINDOW_BYTES, this.size - offset);
      this.readInto(this.window, offset, this.windowLength);
      return this.window.subarray(0, length);
    }
    return this.window.subarray(within, within + length);
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this, this.closed, offset, length);
    return this.readInto(new Uint8Array(length), offset, length);
  }

  advise(): void {}

  residentBytes(): number | null {
    if (this.closed) throw new ClosedError(this.path);
    return null;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.window = null;
    closeSync(this.fd);
  }

  /** Fills `target[0, length)` or throws: a short file is damage, a refusal of the system is not. */
  private readInto(target: Uint8Array, offset: number, length: number): Uint8Array {
    let filled = 0;
    while (filled < length) {
      let count: number;
      try {
        count = readSync(this.fd, target, filled, length - filled, offset + filled);
      } catch (error) {
        this.windowLength = 0;
        throw diskError(error, 'read', this.path);
      }
      if (count === 0) {
        this.windowLength = 0;
        throw new DecodeError(`file ends here, ${this.size} bytes were expected`, offset + filled);
      }
      filled += count;
    }
    return target;
  }
}
