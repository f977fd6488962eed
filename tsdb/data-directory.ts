/** What makes a directory a data directory: blocks, a log, or what else a head leaves. */
import { isUlid } from '../compact/block-meta.js';
import type { Disk } from '../disk/disk.js';
import { OpenError, TsdbError } from '../model/errors.js';

/** The folders of a head; a server that never cut a block has nothing else. */
const HEAD_FOLDERS: ReadonlySet<string> = new Set(['wal', 'wbl', 'chunks_head']);

/** Throws an `OpenError` unless `dir` is a directory that holds a database. */
export function checkDataDirectory(disk: Disk, dir: string): void {
  try {
    if (disk.stat(dir).kind !== 'directory') {
      throw new OpenError(`cannot open ${dir}: not a directory`, dir);
    }
    const entries = disk.list(dir);
    if (entries.length === 0)
      throw new OpenError(`cannot open ${dir}: the directory is empty`, dir);
    if (!entries.some(({ name }) => isUlid(name) || HEAD_FOLDERS.has(name))) {
      throw new OpenError(`cannot open ${dir}: there is no block and no log in it`, dir);
    }
  } catch (error) {
    if (!(error instanceof TsdbError) || error instanceof OpenError) throw error;
    throw new OpenError(error.message, dir, { cause: error });
  }
}
