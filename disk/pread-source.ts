/**
 * A file read by position, synchronously: for file systems on which a mapping may die (network,
 * FUSE), for files that another process may truncate, and where the mmap addon is missing.
 *
 * Small peeks are served from one window, which is filled again and again: the source's own, or one
 * that whoever opens it brings.
 */
import { closeSync, readSync } from 'node:fs';
import { DecodeError } from '../model/errors.js';
import { type ByteSource, checkRange } from './byte-source.js';
import { diskError } from './disk-error.js';

/** One window holds a few chunks or series entries; larger peeks get a buffer of their own. */
const WINDOW_BYTES = 32 * 1024;

export class PreadSource implements ByteSource {
  readonly kind = 'pread';
  private window: Uint8Array | null;
  private readonly windowBytes: number;
  private windowStart = 0;
  private windowLength = 0;
  private closed = false;

  /** Takes over the open file `fd` of `size` bytes and closes it in `close()`. */
  readonly path: string;
  private readonly fd: number;
  readonly size: number;

  constructor(path: string, fd: number, size: number, window?: Uint8Array) {
    this.path = path;
    this.fd = fd;
    this.size = size;
    this.window = window ?? null;
    this.windowBytes = window?.length ?? WINDOW_BYTES;
  }

  peek(offset: number, length: number): Uint8Array {
    checkRange(this, this.closed, offset, length);
    if (length > this.windowBytes) return this.readWhole(offset, length);
    const within = offset - this.windowStart;
    if (this.window === null || within < 0 || within + length > this.windowLength) {
      this.window ??= new Uint8Array(WINDOW_BYTES);
      this.windowStart = offset;
      this.windowLength = 0;
      const wanted = Math.min(this.windowBytes, this.size - offset);
      // A file that shrank may end within the window, so long as it does behind what is asked for.
      this.windowLength = this.fill(this.window.subarray(0, wanted), offset, length);
      return this.window.subarray(0, length);
    }
    return this.window.subarray(within, within + length);
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this, this.closed, offset, length);
    return this.readWhole(offset, length);
  }

  byteAt(offset: number): number {
    return this.peek(offset, 1)[0];
  }

  readInto(offset: number, target: Uint8Array): void {
    checkRange(this, this.closed, offset, target.length);
    this.fill(target, offset, target.length);
  }

  advise(): void {
    checkRange(this, this.closed, 0, 0);
  }

  residentBytes(): number | null {
    checkRange(this, this.closed, 0, 0);
    return null;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.window = null;
    closeSync(this.fd);
  }

  private readWhole(offset: number, length: number): Uint8Array {
    const target = new Uint8Array(length);
    this.fill(target, offset, length);
    return target;
  }

  /**
   * Fills `target` as far as the file goes and says how far; throws where that is less than
   * `needed`: a short file is damage, the system's refusal is not.
   */
  private fill(target: Uint8Array, offset: number, needed: number): number {
    let filled = 0;
    while (filled < target.length) {
      let count: number;
      try {
        count = readSync(this.fd, target, filled, target.length - filled, offset + filled);
      } catch (error) {
        throw diskError(error, 'read', this.path);
      }
      if (count === 0) break;
      filled += count;
    }
    if (filled < needed) {
      throw new DecodeError(`file ends here, ${this.size} bytes were expected`, offset + filled);
    }
    return filled;
  }
}
