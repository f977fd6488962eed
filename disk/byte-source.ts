/**
 * Random access to the bytes of one open file, in three kinds: mapped, read by position, in memory.
 *
 * Contract for all kinds:
 * - `peek` is the cheap one: its view is valid until the next call on this source.
 * - `read` gives bytes that stay valid until `close()`; they are never written to.
 * - A range outside the file is a `DecodeError` at its offset (a corrupt offset led there).
 * - After `close()` every call throws `ClosedError`.
 */
import { ClosedError, DecodeError } from '../model/errors.js';

/** What the coming accesses look like: madvise's words. */
export type Advice = 'normal' | 'random' | 'sequential' | 'willneed' | 'dontneed';

export interface ByteSource {
  readonly path: string;
  /** In bytes, fixed at opening. */
  readonly size: number;
  readonly kind: 'mmap' | 'pread' | 'memory';
  peek(offset: number, length: number): Uint8Array;
  read(offset: number, length: number): Uint8Array;
  /** One byte, without the view that `peek` makes: for a length in front of what is peeked at. */
  byteAt(offset: number): number;
  /** Copies the bytes from `offset` on into all of `target`. */
  readInto(offset: number, target: Uint8Array): void;
  /** A hint to the kernel; without effect where the kind has no use for it. */
  advise(advice: Advice): void;
  /** How many bytes of the file are in memory now; null where the kind cannot tell. */
  residentBytes(): number | null;
  /** Idempotent. */
  close(): void;
}

/** Bounds and lifetime, the same for all kinds. */
export function checkRange(
  source: ByteSource,
  closed: boolean,
  offset: number,
  length: number,
): void {
  if (closed) throw new ClosedError(source.path);
  // Written so that NaN is refused too.
  if (!(offset >= 0 && length >= 0 && offset + length <= source.size)) {
    throw new DecodeError(
      `bytes [${offset}, ${offset + length}) lie outside the file of ${source.size}`,
      Math.min(Math.max(offset, 0), source.size),
    );
  }
}

/** Bytes that are already in memory. */
export class MemorySource implements ByteSource {
  readonly kind = 'memory';
  readonly size: number;
  private closed = false;

  private readonly bytes: Uint8Array;
  readonly path: string;

  constructor(bytes: Uint8Array, path = '<memory>') {
    this.bytes = bytes;
    this.path = path;

    this.size = bytes.length;
  }

  peek(offset: number, length: number): Uint8Array {
    return this.read(offset, length);
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this, this.closed, offset, length);
    return this.bytes.subarray(offset, offset + length);
  }

  byteAt(offset: number): number {
    checkRange(this, this.closed, offset, 1);
    return this.bytes[offset];
  }

  readInto(offset: number, target: Uint8Array): void {
    target.set(this.read(offset, target.length));
  }

  advise(): void {
    checkRange(this, this.closed, 0, 0);
  }

  residentBytes(): number | null {
    checkRange(this, this.closed, 0, 0);
    return this.size;
  }

  close(): void {
    this.closed = true;
  }
}
