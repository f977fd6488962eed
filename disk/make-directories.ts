/** Makes a directory and those above it that are missing; each name survives a crash. */
import type { WritableDisk } from './writable-disk.js';

/** Nothing happens where the directory exists; a file in its place is a `DiskError`, `EEXIST`. */
export function makeDirectories(disk: WritableDisk, path: string): void {
  if (disk.exists(path) && disk.stat(path).kind === 'directory') return;
  const parent = disk.join(path, '..');
  makeDirectories(disk, parent);
  disk.makeDirectory(path);
  disk.syncDirectory(parent);
}
