/**
 * A disk in memory that may be written: for tests of what makes files. It keeps a log of all
 * changes, in order, and can refuse one of them.
 */
import type { DirectoryEntry, FileStat } from '../../disk/disk.js';
import type { DiskSpace, FileLock, WritableDisk, WritableFile } from '../../disk/writable-disk.js';
import { DiskError, LockedError, NoSpaceError } from '../../model/errors.js';
import { MemoryDisk } from './memory-disk.js';

export class WritableMemoryDisk extends MemoryDisk implements WritableDisk {
  /** Every change: `create PATH`, `write PATH`, `sync PATH`, `rename FROM TO`, … */
  readonly log: string[] = [];
  readonly directories: Set<string>;
  /** The change that is refused, counted from 0: it does nothing and throws EIO. */
  refusedAt = Infinity;
  /** How many bytes writes may still take; then a write takes what is left and throws ENOSPC. */
  room = Infinity;
  /** The locks that are held. */
  private readonly locked = new Set<string>();
  /** Files that were made and not closed. */
  openFiles = 0;

  constructor(directories: readonly string[] = []) {
    super();
    this.directories = new Set(directories);
  }

  override list(path: string): DirectoryEntry[] {
    const entries = super.exists(path) ? super.list(path) : [];
    const known = new Set(entries.map(({ name }) => name));
    for (const dir of this.directories) {
      const name = dir.slice(path.length + 1);
      if (!dir.startsWith(`${path}/`) || name.includes('/') || known.has(name)) continue;
      entries.push({ name, kind: 'directory' });
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  override stat(path: string): FileStat {
    if (this.directories.has(path)) return { kind: 'directory', size: 0, mtimeMs: 0 };
    return super.stat(path);
  }

  override exists(path: string): boolean {
    return this.directories.has(path) || super.exists(path);
  }

  makeDirectory(path: string): void {
    this.change(`mkdir ${path}`, path);
    if (this.exists(path)) throw new DiskError(`${path} exists`, path, 'EEXIST');
    if (!this.exists(this.join(path, '..'))) throw new DiskError('no parent', path, 'ENOENT');
    this.directories.add(path);
  }

  create(path: string): WritableFile {
    this.change(`create ${path}`, path);
    if (this.exists(path)) throw new DiskError(`${path} exists`, path, 'EEXIST');
    if (!this.exists(this.join(path, '..'))) throw new DiskError('no parent', path, 'ENOENT');
    this.files.set(path, new Uint8Array(0));
    this.openFiles++;
    return new MemoryFile(this, path);
  }

  reopen?(path: string): WritableFile {
    this.openFiles++;
    const file = new MemoryFile(this, path);
    file.size = this.stat(path).size;
    return file;
  }

  truncate(path: string, size: number): void {
    this.change(`truncate ${path} ${size}`, path);
    this.files.set(path, this.readFile(path, Infinity).slice(0, size));
  }

  rename(from: string, to: string): void {
    this.change(`rename ${from} ${to}`, from);
    if (!this.exists(from)) throw new DiskError(`no ${from}`, from, 'ENOENT');
    const moved = (path: string): string => to + path.slice(from.length);
    const isInside = (path: string): boolean => path === from || path.startsWith(`${from}/`);
    for (const [path, bytes] of [...this.files].filter(([path]) => isInside(path))) {
      this.files.delete(path);
      this.files.set(moved(path), bytes);
    }
    for (const path of [...this.directories].filter(isInside)) {
      this.directories.delete(path);
      this.directories.add(moved(path));
    }
  }

  link(existing: string, added: string): void {
    this.change(`link ${existing} ${added}`, existing);
    this.files.set(added, this.readFile(existing, Infinity));
  }

  remove(path: string): void {
    if (!this.exists(path)) return;
    this.change(`remove ${path}`, path);
    const isInside = (other: string): boolean => other === path || other.startsWith(`${path}/`);
    for (const file of [...this.files.keys()].filter(isInside)) this.files.delete(file);
    for (const dir of [...this.directories].filter(isInside)) this.directories.delete(dir);
  }

  async removeLater(path: string): Promise<void> {
    await Promise.resolve();
    this.remove(path);
  }

  async syncDirectoryLater(path: string): Promise<void> {
    await Promise.resolve();
    this.syncDirectory(path);
  }

  syncDirectory(path: string): void {
    this.change(`sync ${path}/`, path);
    if (!this.exists(path)) throw new DiskError(`no ${path}`, path, 'ENOENT');
  }

  /** As when the process that holds them ends: their files stay. */
  breakLocks(): void {
    this.locked.clear();
  }

  lock(path: string): FileLock {
    if (this.locked.has(path)) throw new LockedError(path, null);
    const wasLeftBehind = this.exists(path);
    if (!wasLeftBehind) this.create(path).close();
    this.locked.add(path);
    return {
      wasLeftBehind,
      release: () => {
        if (this.locked.delete(path)) this.remove(path);
      },
    };
  }

  space(): DiskSpace {
    return { freeBytes: 2 ** 30, totalBytes: 2 ** 31 };
  }

  /** Notes a change, or refuses it. */
  change(what: string, path: string): void {
    if (this.log.length === this.refusedAt) {
      this.refusedAt = Infinity;
      throw new DiskError(`cannot ${what}: input/output error`, path, 'EIO');
    }
    this.log.push(what);
  }
}

class MemoryFile implements WritableFile {
  readonly path: string;
  private readonly disk: WritableMemoryDisk;
  private isOpen = true;
  size = 0;

  constructor(disk: WritableMemoryDisk, path: string) {
    this.disk = disk;
    this.path = path;
  }

  write(bytes: Uint8Array): void {
    this.disk.change(`write ${this.path}`, this.path);
    const before = this.disk.files.get(this.path) ?? new Uint8Array(0);
    const taken = bytes.subarray(0, Math.min(bytes.length, this.disk.room));
    const parts = [before.subarray(0, this.size), taken, before.subarray(this.size + taken.length)];
    this.disk.files.set(this.path, Uint8Array.from(Buffer.concat(parts)));
    this.size += taken.length;
    this.disk.room -= taken.length;
    if (taken.length < bytes.length) throw new NoSpaceError('no room', this.path, 'ENOSPC');
  }

  noteSize(size: number): void {
    this.size = size;
  }

  writeLater(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.write(bytes);
      resolve();
    });
  }

  truncate(size: number): void {
    this.disk.change(`truncate ${this.path} ${size}`, this.path);
    const before = this.disk.files.get(this.path) ?? new Uint8Array(0);
    this.disk.files.set(this.path, before.slice(0, size));
    this.size = size;
  }

  sync(): void {
    this.disk.change(`sync ${this.path}`, this.path);
  }

  async syncLater(): Promise<void> {
    await Promise.resolve();
    this.sync();
  }

  close(): void {
    if (this.isOpen) this.disk.openFiles--;
    this.isOpen = false;
  }
}
