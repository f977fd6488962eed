/**
 * A data directory taken for writing: made where it is missing, locked, rid of what unfinished work
 * has left. Nothing is touched in one that was written by a version that we do not know.
 */
import { isUlid, META_VERSION_OF_2_1_0 } from '../compact/block-meta.js';
import { ByteReader } from '../encoding/byte-reader.js';
import { INDEX_MAGIC } from '../index/format.js';
import { makeDirectories } from '../disk/make-directories.js';
import type { FileLock, WritableDisk } from '../disk/writable-disk.js';
import { decodeUtf8 } from '../model/utf8.js';
import { DiskError, OpenError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import { META_BYTES_MAX } from './block.js';
import { checkDataDirectory } from './data-directory.js';
import { removeLeftovers } from './leftovers.js';

const LOCK_NAME = 'lock';
/** The newest that we know, and that Prometheus accepts. */
const META_VERSION_MAX = META_VERSION_OF_2_1_0;
const INDEX_VERSION_MAX = 3;
const INDEX_VERSION_OFFSET = 4;

export interface WritableDirectoryOptions {
  readonly disk: WritableDisk;
  readonly dir: string;
  readonly logger: Logger;
  readonly noLockfile: boolean;
  /** Whether it may be missing or hold no database yet; a directory is made then. */
  readonly create: boolean;
}

export class WritableDirectory {
  /** Whether whoever wrote to it last did not close it: the log then says more than the blocks. */
  readonly wasUnclean: boolean;
  private readonly lock: FileLock | null;

  private constructor(lock: FileLock | null) {
    this.lock = lock;
    this.wasUnclean = lock?.wasLeftBehind ?? false;
  }

  /**
   * Throws a `LockedError` where another has it, and an `OpenError` where it cannot be made, is no
   * directory, is read-only, or was written in a newer format.
   */
  static take(options: WritableDirectoryOptions): WritableDirectory {
    const { disk, dir, logger } = options;
    if (!options.create) checkDataDirectory(disk, dir);
    const lock = refusals(dir, () => {
      if (options.create) makeDirectories(disk, dir);
      if (disk.stat(dir).kind !== 'directory') {
        throw new OpenError(`cannot open ${dir}: not a directory`, dir);
      }
      return options.noLockfile ? null : disk.lock(disk.join(dir, LOCK_NAME));
    });
    const taken = new WritableDirectory(lock);
    try {
      checkVersions(disk, dir);
      for (const path of removeLeftovers(disk, dir)) {
        logger.info(`removed what unfinished work had left: ${path}`);
      }
      if (taken.wasUnclean) logger.warn(`${dir} was not closed when it was last written`);
      return taken;
    } catch (error) {
      taken.release();
      throw error;
    }
  }

  /** Idempotent. */
  release(): void {
    this.lock?.release();
  }
}

/** What the system refuses becomes an `OpenError` that says so. */
function refusals<T>(dir: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    const reason = error.errno === 'EEXIST' ? `not a directory (${error.path})` : error.message;
    throw new OpenError(`cannot open ${dir} for writing: ${reason}`, dir, { cause: error });
  }
}

/** What cannot be read at all is damage, and another's business. */
function checkVersions(disk: WritableDisk, dir: string): void {
  for (const { name, kind } of disk.list(dir)) {
    if (!isUlid(name) || kind === 'file') continue;
    const meta = disk.join(dir, name, 'meta.json');
    checkVersion(dir, meta, { version: metaVersion(disk, meta), known: META_VERSION_MAX });
    const index = disk.join(dir, name, 'index');
    checkVersion(dir, index, { version: indexVersion(disk, index), known: INDEX_VERSION_MAX });
  }
}

function checkVersion(
  dir: string,
  path: string,
  { version, known }: { readonly version: number; readonly known: number },
): void {
  if (version <= known) return;
  const reason = `${path} has version ${version}, which is newer than the ${known} that we know`;
  throw new OpenError(`cannot open ${dir} for writing: ${reason}`, dir);
}

function metaVersion(disk: WritableDisk, path: string): number {
  try {
    const meta = JSON.parse(decodeUtf8(disk.readFile(path, META_BYTES_MAX))) as unknown;
    if (typeof meta !== 'object' || meta === null || !('version' in meta)) return 0;
    return typeof meta.version === 'number' ? meta.version : 0;
  } catch (error) {
    if (error instanceof DiskError || error instanceof SyntaxError) return 0;
    throw error;
  }
}

function indexVersion(disk: WritableDisk, path: string): number {
  try {
    const source = disk.openMutable(path);
    try {
      if (source.size <= INDEX_VERSION_OFFSET) return 0;
      const head = new ByteReader(source.peek(0, INDEX_VERSION_OFFSET + 1));
      return head.u32() === INDEX_MAGIC ? head.u8() : 0;
    } finally {
      source.close();
    }
  } catch (error) {
    if (error instanceof DiskError) return 0;
    throw error;
  }
}
