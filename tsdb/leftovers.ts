/**
 * What unfinished work has left in a data directory: removed when it is opened for writing, as in
 * Prometheus (tsdb/db.go, `removeBestEffortTmpDirs`). Names that it would not make itself are left
 * alone, whatever they end in.
 */
import { CREATION_SUFFIX } from '../compact/block-directory.js';
import { isUlid } from '../compact/block-meta.js';
import type { WritableDisk } from '../disk/writable-disk.js';

/** A block that is being removed has this behind its name. */
export const DELETION_SUFFIX = '.tmp-for-deletion';
const LEGACY_SUFFIX = '.tmp';
/** Longer ones first: each ends in what the next one is. */
const SUFFIXES = [CREATION_SUFFIX, DELETION_SUFFIX, LEGACY_SUFFIX];

/** Removes blocks half made and half removed from `dir`; the paths that were. */
export function removeLeftovers(disk: WritableDisk, dir: string): string[] {
  const removed: string[] = [];
  for (const { name, kind } of disk.list(dir)) {
    const suffix = SUFFIXES.find((known) => name.endsWith(known));
    if (kind !== 'directory' || suffix === undefined) continue;
    if (!isUlid(name.slice(0, -suffix.length))) continue;
    const path = disk.join(dir, name);
    disk.remove(path);
    removed.push(path);
  }
  return removed;
}

/** Takes a block away: at once from sight, then from the disk. */
export async function removeBlock(disk: WritableDisk, path: string): Promise<void> {
  const doomed = path + DELETION_SUFFIX;
  disk.remove(doomed);
  disk.rename(path, doomed);
  await disk.syncDirectoryLater(disk.join(path, '..'));
  await disk.removeLater(doomed);
}
