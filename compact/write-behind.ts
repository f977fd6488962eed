/**
 * Stores the bytes of files while more are made: full buffers go to the system's threads, and so do
 * syncs. Who writes never waits for them; where the disk falls behind, it writes itself.
 *
 * A write that fails shows at the next one, or at `settled`.
 */
import type { WritableFile } from '../disk/writable-disk.js';
import type { FileSink } from './block-writer.js';

/** Files are written in pieces of this size, at its multiples: no page is stored twice. */
const BUFFER_BYTES = 1024 * 1024;
/** A file begins with less: most files of small blocks have no more, and are written at once. */
const SMALL_BYTES = 32 * 1024;
/** So many may be under way; each is a buffer that is not filled meanwhile. */
const WRITES_MAX = 3;
/** After so many bytes the disk is set to work: the sync at the end is short then. */
const HURRY_BYTES = 4 * 1024 * 1024;

export class WriteBehind {
  private readonly idle: Uint8Array[] = [];
  private writes = 0;
  private readonly pending = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | null = null;

  /** What is written to the sink goes to `file`, which is synced and closed behind its end. */
  sinkOf(file: WritableFile): FileSink {
    return new BufferedSink(file, this);
  }

  /** Resolves when all that was written is stored and what has ended is durable; or throws. */
  async settled(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
    this.check();
  }

  takeBuffer(): Uint8Array {
    return this.idle.pop() ?? new Uint8Array(BUFFER_BYTES);
  }

  /** Writes the first `length` bytes of a buffer and returns the one to go on with. */
  write(file: WritableFile, buffer: Uint8Array, length: number): Uint8Array {
    this.check();
    const bytes = buffer.subarray(0, length);
    if (this.writes === WRITES_MAX) {
      file.write(bytes);
      return buffer;
    }
    this.writes++;
    const written = file.writeLater(bytes).finally(() => {
      this.writes--;
      this.idle.push(buffer);
    });
    this.follow(written);
    return this.takeBuffer();
  }

  /** Writes the first `length` bytes of the last buffer, of a file that has no other. */
  writeSmall(file: WritableFile, buffer: Uint8Array, length: number): void {
    this.check();
    file.write(buffer.subarray(0, length));
  }

  /** Syncs and closes a file once all that was written so far is stored. */
  finish(file: WritableFile, buffer: Uint8Array): void {
    if (buffer.length === BUFFER_BYTES) this.idle.push(buffer);
    const sync = async (): Promise<void> => {
      await Promise.all(before);
      if (this.failure === null) await file.syncLater();
      file.close();
    };
    const before = [...this.pending];
    this.follow(sync());
  }

  private follow(work: Promise<void>): void {
    const followed = work
      .catch((error: unknown) => void (this.failure ??= { error }))
      .then(() => void this.pending.delete(followed));
    this.pending.add(followed);
  }

  private check(): void {
    if (this.failure !== null) throw this.failure.error;
  }
}

class BufferedSink implements FileSink {
  private readonly file: WritableFile;
  private readonly behind: WriteBehind;
  private buffer: Uint8Array = new Uint8Array(SMALL_BYTES);
  private used = 0;
  /** How much of the file the disk was told to store. */
  private hurried = 0;

  constructor(file: WritableFile, behind: WriteBehind) {
    this.file = file;
    this.behind = behind;
  }

  write(bytes: Uint8Array): void {
    // Fast path: it fits.
    if (this.used + bytes.length < this.buffer.length) {
      this.buffer.set(bytes, this.used);
      this.used += bytes.length;
      return;
    }
    if (this.buffer.length === SMALL_BYTES) {
      const larger = this.behind.takeBuffer();
      larger.set(this.buffer.subarray(0, this.used));
      this.buffer = larger;
    }
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + this.buffer.length - this.used);
      this.buffer.set(bytes.subarray(at, end), this.used);
      this.used += end - at;
      at = end;
      if (this.used === this.buffer.length) this.flush();
    }
  }

  end(): void {
    if (this.used > 0 && this.buffer.length === SMALL_BYTES) {
      this.behind.writeSmall(this.file, this.buffer, this.used);
    } else if (this.used > 0) this.flush();
    this.behind.finish(this.file, this.buffer);
  }

  private flush(): void {
    this.buffer = this.behind.write(this.file, this.buffer, this.used);
    this.used = 0;
    if (this.file.size - this.hurried < HURRY_BYTES) return;
    this.hurried = this.file.size;
    this.file.hurry?.();
  }
}
