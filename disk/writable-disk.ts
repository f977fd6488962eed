/**
 * A disk that may be written: what those get who make files. Readers get a `Disk`, which cannot.
 *
 * What survives a power failure is what was synced, and nothing is synced that is not asked for: a
 * file's bytes by `WritableFile.sync`, the names in a directory (new, renamed, removed) by
 * `syncDirectory`. Files are made once and appended to, never changed in place; what a failed write
 * has left may be cut off again. A full disk is a `NoSpaceError`.
 */
import type { Disk } from './disk.js';

/** A new file, open for appending. */
export interface WritableFile {
  readonly path: string;
  /** How many bytes the file has: where the next write goes. */
  readonly size: number;
  /** Appends all of `bytes`, which may be reused when it returns; a part, where it throws. */
  write(bytes: Uint8Array): void;
  /**
   * The same without holding the thread: `bytes` must not change until it resolves, `size` counts
   * them at once, and later writes go behind them. Where one fails the file has a hole there: it is
   * thrown away, or truncated to what is in front of that.
   */
  writeLater(bytes: Uint8Array): Promise<void>;
  /** Another one that was opened has appended: there are `size` bytes by now. */
  noteSize?(size: number): void;
  /** Cuts off what lies behind the first `size` bytes. */
  truncate(size: number): void;
  /** Returns when everything written is on stable storage; not the file's name. */
  sync(): void;
  /** The same without holding the thread; covers what was written before the call. */
  syncLater(): Promise<void>;
  /**
   * Has the system begin to store what was written, so that a later `sync` finds little to do;
   * waits for nothing and promises nothing. Absent where that is of no use.
   */
  hurry?(): void;
  /** Idempotent; syncs nothing, and lets syncs that run finish. */
  close(): void;
}

/** A lock that is held. It ends with the process at the latest. */
export interface FileLock {
  /** Whether its file was there before: whoever held it last did not end in good order. */
  readonly wasLeftBehind: boolean;
  /** Removes the file and lets go of the lock. Idempotent. */
  release(): void;
}

/** Of a file system, in bytes. */
export interface DiskSpace {
  /** What may still be written by us. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface WritableDisk extends Disk {
  /** Makes a directory in an existing one; `EEXIST` where the name is taken. */
  makeDirectory(path: string): void;
  /** Makes a file that does not exist yet; `EEXIST` where the name is taken. */
  create(path: string): WritableFile;
  /**
   * Opens a file once more, for a thread that writes it in turn with another one: `noteSize` tells
   * it how far that has come. Absent where there is one thread.
   */
  reopen?(path: string): WritableFile;
  /** Cuts an existing file to its first `size` bytes, and syncs it. */
  truncate(path: string, size: number): void;
  /** Gives a file or directory another name on the same file system, replacing a file there. */
  rename(from: string, to: string): void;
  /** Gives a file a second name on the same file system. */
  link(existing: string, added: string): void;
  /** Removes a file, or a directory with everything in it; nothing happens where there is none. */
  remove(path: string): void;
  /** The same without holding the thread: to give a large file's room back takes its time. */
  removeLater(path: string): Promise<void>;
  /** Returns when the names in a directory are on stable storage. */
  syncDirectory(path: string): void;
  /** The same without holding the thread; covers what was done before the call. */
  syncDirectoryLater(path: string): Promise<void>;
  /**
   * Makes the file `path`, if it is not there, and locks it for this process alone. `LockedError`
   * names who has it, without waiting.
   */
  lock(path: string): FileLock;
  /** How much room there is where `path` lies. */
  space(path: string): DiskSpace;
}
