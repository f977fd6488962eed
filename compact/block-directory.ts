/**
 * The directory of a block in the making: invisible until it is whole, and whole after a crash or
 * not there (tsdb/compact.go, `write`).
 *
 *     <ulid>.tmp-for-creation/    files are written, each synced behind its end
 *                                 chunks/, then the directory itself, synced
 *     <ulid>/                     renamed, and the directory above synced
 *
 * Bytes are stored by the system's threads while more are made (write-behind.ts). What a crash
 * leaves behind ends in `.tmp-for-creation`: Prometheus removes it when it opens.
 */
import type { WritableDisk, WritableFile } from '../disk/writable-disk.js';
import { DiskError, messageOf } from '../model/errors.js';
import { Pacer } from '../model/pacer.js';
import type { Steps } from '../model/steps.js';
import type { BlockMeta } from './block-meta.js';
import type { FileSink, OpenSink } from './block-writer.js';
import { WriteBehind } from './write-behind.js';

export const CREATION_SUFFIX = '.tmp-for-creation';

/**
 * Makes a block in the directory `parent` of what `write` puts into its files, and returns its
 * meta; null, and nothing is made, where that does.
 */
export async function storeBlock(
  disk: WritableDisk,
  parent: string,
  ulid: string,
  write: (openSink: OpenSink) => Steps<BlockMeta | null>,
  signal?: AbortSignal,
): Promise<BlockMeta | null> {
  const directory = new BlockDirectory(disk, parent, ulid);
  try {
    const meta = await new Pacer().run(write(directory.openSink), signal);
    if (meta === null) directory.drop();
    else await directory.publish();
    return meta;
  } catch (error) {
    throw directory.discard(error);
  }
}

export class BlockDirectory {
  /** Where the block lies once it is whole. */
  readonly path: string;
  private readonly disk: WritableDisk;
  private readonly parent: string;
  private readonly temporary: string;
  private readonly files: WritableFile[] = [];
  private readonly behind = new WriteBehind();

  /** Makes the directory `<ulid>.tmp-for-creation` in `parent`. */
  constructor(disk: WritableDisk, parent: string, ulid: string) {
    this.disk = disk;
    this.parent = parent;
    this.path = disk.join(parent, ulid);
    this.temporary = this.path + CREATION_SUFFIX;
    disk.remove(this.temporary);
    try {
      disk.makeDirectory(this.temporary);
      disk.makeDirectory(disk.join(this.temporary, 'chunks'));
    } catch (error) {
      throw this.discard(error);
    }
  }

  /** What all files hold together. */
  get sizeBytes(): number {
    return this.files.reduce((sum, { size }) => sum + size, 0);
  }

  /** For `BlockWriter`: makes one file, which is synced and closed once it has ended. */
  readonly openSink = (name: string): FileSink => {
    const file = this.disk.create(this.disk.join(this.temporary, name));
    this.files.push(file);
    return this.behind.sinkOf(file);
  };

  /** All files have ended: makes them a block, durably. */
  async publish(): Promise<void> {
    const { disk, temporary } = this;
    await this.behind.settled();
    disk.syncDirectory(disk.join(temporary, 'chunks'));
    disk.syncDirectory(temporary);
    disk.rename(temporary, this.path);
    disk.syncDirectory(this.parent);
  }

  /** Removes what was made so far. */
  drop(): void {
    for (const file of this.files) file.close();
    this.disk.remove(this.temporary);
  }

  /** Removes what was made so far, because of `error`; returns what is to be thrown. */
  discard(error: unknown): unknown {
    try {
      this.drop();
      return error;
    } catch (second) {
      if (!(second instanceof DiskError)) throw second;
      const message = `${messageOf(error)}; ${this.temporary} is left behind: ${second.message}`;
      return new DiskError(message, second.path, second.errno, { cause: error });
    }
  }
}
