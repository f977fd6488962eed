/**
 * The engine's only door to the file system, small enough that a test can replace it whole (in
 * memory, faulty, crashing). Calls are synchronous and short; whoever loops over them yields.
 *
 * Every refusal of the system is a `DiskError` with its errno.
 */
import type { ByteSource } from './byte-source.js';

/** How immutable files are read: `auto` maps them where that is safe, else reads by position. */
export type IoMode = 'auto' | 'mmap' | 'pread';

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
}

export interface FileStat {
  readonly kind: 'file' | 'directory' | 'other';
  /** In bytes; of a directory, without meaning. */
  readonly size: number;
  readonly mtimeMs: number;
}

export interface Disk {
  /** The entries of a directory, sorted by name. */
  list(path: string): DirectoryEntry[];
  stat(path: string): FileStat;
  exists(path: string): boolean;
  /** A whole small file; one of more than `bytesMax` bytes is refused. */
  readFile(path: string, bytesMax: number): Uint8Array;
  /** Opens an immutable file (a block's index or chunks) in this disk's mode. */
  openImmutable(path: string): ByteSource;
  /**
   * Opens a file that another process may truncate: read by position, never mapped. Who reads it
   * from front to back brings a large `window`, which peeks may be served from.
   */
  openMutable(path: string, window?: Uint8Array): ByteSource;
  /** Joins path parts. */
  join(...parts: string[]): string;
}
