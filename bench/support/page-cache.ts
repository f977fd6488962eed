/**
 * The system's cache of file pages: dropped so that a run begins cold, and asked which part of a
 * file a run has brought in.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { NodeDisk } from '../../disk/node-disk.js';

/** Whether this system has what `dropPages` needs. */
export function canDropPages(): boolean {
  return process.platform === 'linux';
}

/** Drops the cached pages of all files below `dir`; no process may have them mapped. */
export function dropPages(dir: string): void {
  for (const file of filesBelow(dir)) {
    // GNU dd is the one common program that calls posix_fadvise(POSIX_FADV_DONTNEED).
    const dd = spawnSync(
      'dd',
      [`of=${file}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none'],
      { encoding: 'utf8' },
    );
    if (dd.status !== 0) {
      throw new Error(`dd cannot drop the pages of ${file}: ${dd.error?.message ?? dd.stderr}`);
    }
  }
}

/** How many bytes of the files below `dir` are cached, and how many there are. */
export function cachedBytes(dir: string): { cached: number; total: number } {
  const disk = new NodeDisk({ io: 'mmap' });
  let cached = 0;
  let total = 0;
  for (const file of filesBelow(dir)) {
    const source = disk.openImmutable(file);
    cached += source.residentBytes() ?? 0;
    total += source.size;
    source.close();
  }
  return { cached, total };
}

/** The paths of all files below `dir`. */
export function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile());
}
