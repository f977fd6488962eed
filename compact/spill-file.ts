/**
 * A temporary file for what does not fit into memory: written once, then read anywhere. It lies in
 * a directory that Prometheus takes for a block in the making, and removes should a crash leave it.
 */
import type { ByteSource } from '../disk/byte-source.js';
import { makeDirectories } from '../disk/make-directories.js';
import type { WritableDisk, WritableFile } from '../disk/writable-disk.js';
import { assert } from '../model/assert.js';
import { CREATION_SUFFIX } from './block-directory.js';

export class SpillFile {
  private readonly disk: WritableDisk;
  private readonly parent: string;
  private readonly dir: string;
  private isMade = false;
  private file: WritableFile | null = null;
  private source: ByteSource | null = null;

  /** Nothing is made before the first write: then the directory `<ulid>.tmp-for-creation`. */
  constructor(disk: WritableDisk, parent: string, ulid: string) {
    this.disk = disk;
    this.parent = parent;
    this.dir = disk.join(parent, ulid + CREATION_SUFFIX);
  }

  /** Appends bytes; before the first `open`. */
  write(bytes: Uint8Array): void {
    assert(this.source === null, 'a spill file is written before it is read');
    this.file ??= this.create();
    this.file.write(bytes);
  }

  /** All that was written. */
  open(): ByteSource {
    assert(this.file !== null, 'a spill file is opened when it was written');
    this.source ??= this.disk.openMutable(this.file.path);
    return this.source;
  }

  /** Closes and removes it. */
  remove(): void {
    this.source?.close();
    this.file?.close();
    this.file = null;
    if (this.isMade) this.disk.remove(this.dir);
    this.isMade = false;
  }

  private create(): WritableFile {
    makeDirectories(this.disk, this.parent);
    this.disk.makeDirectory(this.dir);
    this.isMade = true;
    return this.disk.create(this.disk.join(this.dir, 'samples'));
  }
}
