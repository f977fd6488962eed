/** What the parts of a data directory take on disk. */
import type { RetentionOptions } from '../compact/retention.js';
import type { Disk } from '../disk/disk.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import { DiskError } from '../model/errors.js';
import type { Settings } from './database-options.js';

/** What a head keeps there: counted, beside the blocks, toward what may be kept. */
const HEAD_FOLDERS = ['wal', 'wbl', 'chunks_head'] as const;

/** What is kept by these settings, with the sizes of now where they matter. */
export function retentionOf(
  disk: WritableDisk,
  dir: string,
  settings: Pick<Settings, 'retentionMs' | 'retentionBytes' | 'retentionPercentage'>,
): RetentionOptions {
  const { retentionMs, retentionBytes, retentionPercentage } = settings;
  if (retentionBytes === 0 && retentionPercentage === 0) return { retentionMs };
  return {
    retentionMs,
    retentionBytes,
    retentionPercentage,
    diskBytes: retentionPercentage > 0 ? disk.space(dir).totalBytes : 0,
    headBytes: headBytes(disk, dir),
  };
}

/** Log and head chunks, in bytes. */
export function headBytes(disk: Disk, dir: string): number {
  return HEAD_FOLDERS.reduce((sum, name) => sum + treeBytes(disk, disk.join(dir, name)), 0);
}

/** All files below `path`, in bytes; what is not there, or goes meanwhile, counts nothing. */
export function treeBytes(disk: Disk, path: string): number {
  try {
    return disk.list(path).reduce((sum, { name, kind }) => {
      const child = disk.join(path, name);
      return sum + (kind === 'directory' ? treeBytes(disk, child) : fileBytes(disk, child));
    }, 0);
  } catch (error) {
    return zeroWhereGone(error);
  }
}

function fileBytes(disk: Disk, path: string): number {
  try {
    return disk.stat(path).size;
  } catch (error) {
    return zeroWhereGone(error);
  }
}

function zeroWhereGone(error: unknown): 0 {
  if (error instanceof DiskError && error.errno === 'ENOENT') return 0;
  throw error;
}
