/**
 * A disk in memory that knows, for each file and directory, what was synced and what was not.
 *
 * A file's bytes survive a power failure as far as `sync` was called on it; a name in a directory
 * (new, renamed, removed) survives when that directory was synced afterwards, whatever was synced of
 * the file: stricter than ext4, as a careful engine has to assume. `afterCrash` gives the disk that
 * is found after the crash; nothing of it is shared with this one but bytes that never change.
 *
 * Every call that changes or syncs something is an operation, told to `beforeOperation` first. That
 * may throw, which is how a test stops a program at an operation or makes the disk refuse one.
 */
import { posix } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ByteSource, MemorySource } from '../../disk/byte-source.js';
import type { DirectoryEntry, FileStat } from '../../disk/disk.js';
import type { DiskSpace, FileLock, WritableDisk, WritableFile } from '../../disk/writable-disk.js';
import { ClosedError, DiskError, LockedError, NoSpaceError } from '../../model/errors.js';
import { compareUtf8 } from '../../model/utf8.js';

export interface Operation {
  readonly kind:
    'create' | 'mkdir' | 'rename' | 'link' | 'remove' | 'write' | 'truncate' | 'sync' | 'syncdir';
  readonly path: string;
  /** Of a write: what goes where in the file. */
  readonly bytes?: Uint8Array;
  readonly start?: number;
}

/** What a crash leaves: everything that was called, or only what was synced. */
export type Survivors = 'everything' | 'synced';

export class SimulatedDisk implements WritableDisk {
  /** Called before each operation takes effect; what it throws, the caller gets instead. */
  beforeOperation: (operation: Operation) => void = () => undefined;
  /** How many bytes all files may hold together. */
  capacityBytes = Infinity;
  /** Whether syncs do what they say: a test of the tests turns them off. */
  syncs = true;
  private readonly root: Directory;
  private readonly locked = new Set<string>();

  constructor(root: Directory = new Directory()) {
    this.root = root;
  }

  /** The disk as it is found after a crash now. */
  afterCrash(survivors: Survivors): SimulatedDisk {
    const disk = new SimulatedDisk(this.root.survive(survivors, new Map()));
    disk.capacityBytes = this.capacityBytes;
    return disk;
  }

  /** How many bytes are in use, files with two names counted once. */
  get usedBytes(): number {
    return this.root.usedBytes(new Set());
  }

  /** Does a part of the write that a crash interrupted: to a disk that `afterCrash` gave. */
  tear(path: string, start: number, part: Uint8Array): void {
    this.findFile(path, 'tear').writeAt(start, part);
  }

  list(path: string): DirectoryEntry[] {
    const found = this.find(path, 'list');
    if (!(found instanceof Directory)) throw refusal('list', path, 'ENOTDIR');
    return [...found.entries]
      .map(([name, node]): DirectoryEntry => ({ name, kind: kindOf(node) }))
      .sort((a, b) => compareUtf8(a.name, b.name));
  }

  stat(path: string): FileStat {
    const node = this.find(path, 'stat');
    return { kind: kindOf(node), size: node instanceof File ? node.length : 0, mtimeMs: 0 };
  }

  exists(path: string): boolean {
    return this.lookUp(path) !== undefined;
  }

  readFile(path: string, bytesMax: number): Uint8Array {
    const { bytes } = this.findFile(path, 'open');
    if (bytes.length > bytesMax) throw refusal('read', path, 'EFBIG');
    return bytes.slice();
  }

  openImmutable(path: string): ByteSource {
    return new MemorySource(this.findFile(path, 'open').bytes, path);
  }

  openMutable(path: string): ByteSource {
    return this.openImmutable(path);
  }

  join(...parts: string[]): string {
    return posix.join(...parts);
  }

  makeDirectory(path: string): void {
    this.operate({ kind: 'mkdir', path });
    this.add(path, new Directory(), 'make the directory');
  }

  create(path: string): WritableFile {
    this.operate({ kind: 'create', path });
    const file = new File();
    this.add(path, file, 'create');
    return new OpenFile(this, path, file);
  }

  truncate(path: string, size: number): void {
    this.operate({ kind: 'truncate', path });
    const file = this.findFile(path, 'truncate');
    file.truncate(size);
    this.operate({ kind: 'sync', path });
    if (this.syncs) file.sync();
  }

  rename(from: string, to: string): void {
    this.operate({ kind: 'rename', path: from });
    const node = this.find(from, 'rename');
    const [source, sourceName] = this.parentOf(from, 'rename');
    const [target, targetName] = this.parentOf(to, 'rename');
    const replaced = target.entries.get(targetName);
    if (replaced instanceof Directory && replaced.entries.size > 0) {
      throw refusal('rename', from, 'ENOTEMPTY');
    }
    source.entries.delete(sourceName);
    target.entries.set(targetName, node);
  }

  link(existing: string, added: string): void {
    this.operate({ kind: 'link', path: existing });
    this.add(added, this.findFile(existing, 'link'), 'link');
  }

  remove(path: string): void {
    if (!this.exists(path)) return;
    const node = this.find(path, 'remove');
    // As rm -r does it, name by name: a crash may come in between.
    if (node instanceof Directory) {
      for (const name of [...node.entries.keys()]) this.remove(this.join(path, name));
    }
    this.operate({ kind: 'remove', path });
    const [parent, name] = this.parentOf(path, 'remove');
    parent.entries.delete(name);
  }

  async removeLater(path: string): Promise<void> {
    await nextTurn();
    this.remove(path);
  }

  async syncDirectoryLater(path: string): Promise<void> {
    await Promise.resolve();
    this.syncDirectory(path);
  }

  syncDirectory(path: string): void {
    this.operate({ kind: 'syncdir', path });
    const node = this.find(path, 'sync');
    if (!(node instanceof Directory)) throw refusal('sync', path, 'ENOTDIR');
    if (this.syncs) node.sync();
  }

  lock(path: string): FileLock {
    if (this.locked.has(path)) throw new LockedError(path, null);
    const wasLeftBehind = this.exists(path);
    if (!wasLeftBehind) this.create(path);
    this.locked.add(path);
    const release = (): void => {
      if (this.locked.delete(path)) this.remove(path);
    };
    return { wasLeftBehind, release };
  }

  space(): DiskSpace {
    const totalBytes = Math.min(this.capacityBytes, 2 ** 40);
    return { freeBytes: Math.max(totalBytes - this.usedBytes, 0), totalBytes };
  }

  /** Announces an operation, which may be refused. */
  operate(operation: Operation): void {
    this.beforeOperation(operation);
  }

  private add(path: string, node: Directory | File, verb: string): void {
    const [parent, name] = this.parentOf(path, verb);
    if (parent.entries.has(name)) throw refusal(verb, path, 'EEXIST');
    parent.entries.set(name, node);
  }

  private find(path: string, verb: string): Directory | File {
    const node = this.lookUp(path);
    if (node === undefined) throw refusal(verb, path, 'ENOENT');
    return node;
  }

  private findFile(path: string, verb: string): File {
    const node = this.find(path, verb);
    if (node instanceof Directory) throw refusal(verb, path, 'EISDIR');
    return node;
  }

  private parentOf(path: string, verb: string): [parent: Directory, name: string] {
    const parent = this.find(posix.dirname(path), verb);
    if (!(parent instanceof Directory)) throw refusal(verb, path, 'ENOTDIR');
    return [parent, posix.basename(path)];
  }

  private lookUp(path: string): Directory | File | undefined {
    let node: Directory | File | undefined = this.root;
    for (const name of path.split('/')) {
      if (name === '' || name === '.') continue;
      if (!(node instanceof Directory)) return undefined;
      node = node.entries.get(name);
    }
    return node;
  }
}

class Directory {
  readonly entries = new Map<string, Directory | File>();
  private synced: ReadonlyMap<string, Directory | File> = new Map();

  sync(): void {
    this.synced = new Map(this.entries);
  }

  usedBytes(seen: Set<File>): number {
    let sum = 0;
    for (const node of this.entries.values()) {
      if (node instanceof Directory) sum += node.usedBytes(seen);
      else if (!seen.has(node)) {
        seen.add(node);
        sum += node.length;
      }
    }
    return sum;
  }

  /** What is left after a crash, all of it synced; a file with two names stays one. */
  survive(survivors: Survivors, files: Map<File, File>): Directory {
    const left = new Directory();
    const entries = survivors === 'everything' ? this.entries : this.synced;
    for (const [name, node] of entries) {
      if (node instanceof Directory) left.entries.set(name, node.survive(survivors, files));
      else {
        const file = files.get(node) ?? node.survive(survivors);
        files.set(node, file);
        left.entries.set(name, file);
      }
    }
    left.sync();
    return left;
  }
}

/** The bytes of a file. Bytes that are there never change: views of them stay valid. */
class File {
  length = 0;
  private buffer: Uint8Array = new Uint8Array(64);
  /** What a power failure leaves. */
  private durable: Uint8Array = new Uint8Array(0);

  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /** Zeros come between what was there and what begins behind its end. */
  writeAt(start: number, bytes: Uint8Array): void {
    const end = Math.max(this.length, start + bytes.length);
    const isChange = start < this.length || end > this.buffer.length;
    if (isChange) this.replaceBuffer(Math.max(end, 2 * this.buffer.length));
    this.buffer.set(bytes, start);
    this.length = end;
  }

  truncate(length: number): void {
    this.length = length;
    // What was behind stays as it was, for those who hold it.
    this.replaceBuffer(this.buffer.length);
  }

  sync(): void {
    this.durable = this.bytes;
  }

  survive(survivors: Survivors): File {
    const left = new File();
    // Without room behind its end, so that appending to the one leaves the other alone.
    left.buffer = survivors === 'everything' ? this.bytes : this.durable;
    left.length = left.buffer.length;
    left.sync();
    return left;
  }

  private replaceBuffer(capacity: number): void {
    const buffer = new Uint8Array(capacity);
    buffer.set(this.bytes);
    this.buffer = buffer;
  }
}

class OpenFile implements WritableFile {
  readonly path: string;
  private readonly disk: SimulatedDisk;
  private readonly file: File;
  size = 0;
  private isClosed = false;

  constructor(disk: SimulatedDisk, path: string, file: File) {
    this.disk = disk;
    this.path = path;
    this.file = file;
  }

  write(bytes: Uint8Array): void {
    this.checkOpen();
    const taken = this.writeAt(this.size, bytes);
    this.size += taken;
    if (taken < bytes.length) throw refusal('write', this.path, 'ENOSPC');
  }

  /** At a later turn of the loop, whatever has happened to the file until then. */
  async writeLater(bytes: Uint8Array): Promise<void> {
    this.checkOpen();
    const start = this.size;
    this.size += bytes.length;
    await nextTurn();
    const taken = this.writeAt(start, bytes);
    if (taken < bytes.length) throw refusal('write', this.path, 'ENOSPC');
  }

  truncate(size: number): void {
    this.checkOpen();
    this.disk.operate({ kind: 'truncate', path: this.path });
    this.file.truncate(size);
    this.size = size;
  }

  sync(): void {
    this.checkOpen();
    this.disk.operate({ kind: 'sync', path: this.path });
    if (this.disk.syncs) this.file.sync();
  }

  async syncLater(): Promise<void> {
    await Promise.resolve();
    this.sync();
  }

  close(): void {
    this.isClosed = true;
  }

  /** Returns how much was taken: a disk that fills up takes a part first. */
  private writeAt(start: number, bytes: Uint8Array): number {
    this.disk.operate({ kind: 'write', path: this.path, bytes, start });
    const room = Math.max(this.file.length - start, 0) + this.disk.space().freeBytes;
    const taken = bytes.subarray(0, room);
    this.file.writeAt(start, taken);
    return taken.length;
  }

  private checkOpen(): void {
    if (this.isClosed) throw new ClosedError(this.path);
  }
}

function kindOf(node: Directory | File): 'file' | 'directory' {
  return node instanceof Directory ? 'directory' : 'file';
}

function refusal(verb: string, path: string, errno: string): DiskError {
  const kind = errno === 'ENOSPC' ? NoSpaceError : DiskError;
  return new kind(`cannot ${verb} ${path}: ${errno}`, path, errno);
}
