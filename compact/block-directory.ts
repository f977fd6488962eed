/**
 * The directory of a block in the making: invisible until it is whole, and whole after a crash or
 * not there (tsdb/compact.go, `write`).
 *
 *     <ulid>.tmp-for-creation/    files are written, each synced at its end
 *                                 chunks/, then the directory itself, synced
 *     <ulid>/                     renamed, and the directory above synced
 *
 * What a crash leaves behind ends in `.tmp-for-creation`: Prometheus removes it when it opens.
 */
import type { WritableDisk, WritableFile } from '../disk/writable-disk.js';
import { DiskError, messageOf } from '../model/errors.js';
import type { FileSink } from './block-writer.js';

export const CREATION_SUFFIX = '.tmp-for-creation';

/** Bytes are written in pieces of about this size. */
const BUFFER_BYTES = 256 * 1024;
/** After so many, the disk is set to work while more is made: the sync at the end is short then. */
const HURRY_BYTES = 4 * 1024 * 1024;

export class BlockDirectory {
  /** Where the block lies once it is whole. */
  readonly path: string;
  private readonly disk: WritableDisk;
  private readonly parent: string;
  private readonly temporary: string;
  private readonly files: WritableFile[] = [];

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

  /** For `BlockWriter`: makes one file, which is synced and closed when it ends. */
  readonly openSink = (name: string): FileSink => {
    const file = this.disk.create(this.disk.join(this.temporary, name));
    this.files.push(file);
    return new BufferedSink(file);
  };

  /** All files have ended: makes them a block, durably. */
  publish(): void {
    const { disk, temporary } = this;
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

class BufferedSink implements FileSink {
  private readonly file: WritableFile;
  private readonly buffer = new Uint8Array(BUFFER_BYTES);
  private used = 0;
  /** How much of the file the disk was told to store. */
  private hurried = 0;

  constructor(file: WritableFile) {
    this.file = file;
  }

  write(bytes: Uint8Array): void {
    if (this.used + bytes.length > this.buffer.length) this.flush();
    if (bytes.length > this.buffer.length) {
      this.file.write(bytes);
      return;
    }
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  end(): void {
    this.flush();
    this.file.sync();
    this.file.close();
  }

  private flush(): void {
    if (this.used === 0) return;
    this.file.write(this.buffer.subarray(0, this.used));
    this.used = 0;
    if (this.file.size - this.hurried < HURRY_BYTES) return;
    this.hurried = this.file.size;
    this.file.hurry?.();
  }
}
