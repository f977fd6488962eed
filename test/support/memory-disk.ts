/** A disk in memory: for sweeps that read thousands of variants of a few small files. */
import { posix } from 'node:path';
import { type ByteSource, MemorySource } from '../../disk/byte-source.js';
import type { DirectoryEntry, Disk, FileStat } from '../../disk/disk.js';
import { DiskError } from '../../model/errors.js';
import { compareUtf8 } from '../../model/utf8.js';

export class MemoryDisk implements Disk {
  /** By path; directories are there when a file lies in them. */
  readonly files: Map<string, Uint8Array>;

  constructor(files: Readonly<Record<string, Uint8Array>> = {}) {
    this.files = new Map(Object.entries(files));
  }

  list(path: string): DirectoryEntry[] {
    const kinds = new Map<string, 'file' | 'directory'>();
    for (const file of this.files.keys()) {
      if (!file.startsWith(`${path}/`)) continue;
      const [name, ...below] = file.slice(path.length + 1).split('/');
      kinds.set(name, below.length === 0 ? 'file' : 'directory');
    }
    if (kinds.size === 0) throw missing('list', path);
    return [...kinds]
      .map(([name, kind]) => ({ name, kind }))
      .sort((a, b) => compareUtf8(a.name, b.name));
  }

  stat(path: string): FileStat {
    if (this.isDirectory(path)) return { kind: 'directory', size: 0, mtimeMs: 0 };
    return { kind: 'file', size: this.bytesOf('stat', path).length, mtimeMs: 0 };
  }

  exists(path: string): boolean {
    return this.files.has(path) || this.isDirectory(path);
  }

  readFile(path: string, bytesMax: number): Uint8Array {
    const bytes = this.bytesOf('open', path);
    if (bytes.length > bytesMax) throw new DiskError(`${path} is too large`, path, 'EFBIG');
    return bytes;
  }

  openImmutable(path: string): ByteSource {
    return new MemorySource(this.bytesOf('open', path), path);
  }

  openMutable(path: string): ByteSource {
    return this.openImmutable(path);
  }

  join(...parts: string[]): string {
    return posix.join(...parts);
  }

  private isDirectory(path: string): boolean {
    return [...this.files.keys()].some((file) => file.startsWith(`${path}/`));
  }

  private bytesOf(verb: string, path: string): Uint8Array {
    const bytes = this.files.get(path);
    if (bytes === undefined) throw missing(verb, path);
    return bytes;
  }
}

function missing(verb: string, path: string): DiskError {
  return new DiskError(`cannot ${verb} ${path}: no such file or directory`, path, 'ENOENT');
}
