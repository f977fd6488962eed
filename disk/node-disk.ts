/** The real disk, over `node:fs` and the mmap addon. */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { join } from 'node:path';
import { DiskError } from '../model/errors.js';
import { type Logger, SILENT } from '../model/logger.js';
import { compareUtf8 } from '../model/utf8.js';
import { type ByteSource, MemorySource } from './byte-source.js';
import type { DirectoryEntry, Disk, FileStat, IoMode } from './disk.js';
import { attempt } from './disk-error.js';
import { type Machine, reasonNotToMap, THIS_MACHINE } from './machine.js';
import { MAPPED_BYTES_MAX, MmapSource } from './mmap-source.js';
import { PreadSource } from './pread-source.js';

// Windows has no pipes in its file system and no such flag.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

export interface NodeDiskOptions {
  /** Default `auto`: mapped, unless the addon, the file system or the machine speaks against it. */
  readonly io?: IoMode;
  /** Told once why `auto` does not map. */
  readonly logger?: Logger;
  /** Default: the one that runs us; another for tests. */
  readonly machine?: Machine;
}

export class NodeDisk implements Disk {
  private readonly io: IoMode;
  private readonly logger: Logger;
  private readonly machine: Machine;
  private told = false;
  /** By device: whether files there are mapped under `auto`. */
  private readonly mappable = new Map<number, boolean>();

  constructor(options: NodeDiskOptions = {}) {
    this.io = options.io ?? 'auto';
    this.logger = options.logger ?? SILENT;
    this.machine = options.machine ?? THIS_MACHINE;
  }

  list(path: string): DirectoryEntry[] {
    const entries = attempt('list', path, () => readdirSync(path, { withFileTypes: true }));
    return entries
      .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
      .sort((a, b) => compareUtf8(a.name, b.name));
  }

  stat(path: string): FileStat {
    const stats = attempt('stat', path, () => statSync(path));
    return { kind: kindOf(stats), size: stats.size, mtimeMs: stats.mtimeMs };
  }

  exists(path: string): boolean {
    return existsSync(path);
  }

  readFile(path: string, bytesMax: number): Uint8Array {
    const { fd, stats } = openFile(path);
    try {
      if (stats.size > bytesMax) {
        throw new DiskError(
          `${path} has ${stats.size} bytes, at most ${bytesMax} expected`,
          path,
          'EFBIG',
        );
      }
      const bytes = new Uint8Array(stats.size);
      let filled = 0;
      while (filled < bytes.length) {
        const count = attempt('read', path, () =>
          readSync(fd, bytes, filled, bytes.length - filled, filled),
        );
        if (count === 0) return bytes.subarray(0, filled);
        filled += count;
      }
      return bytes;
    } finally {
      closeSync(fd);
    }
  }

  openImmutable(path: string): ByteSource {
    const { fd, stats } = openFile(path);
    let kept = false;
    try {
      if (!this.shouldMap(path, stats)) {
        kept = true;
        return new PreadSource(path, fd, stats.size);
      }
      // A mapping of zero bytes is EINVAL.
      if (stats.size === 0) return new MemorySource(new Uint8Array(0), path);
      const addon = this.machine.loadMmapAddon();
      if (addon instanceof Error) {
        throw mmapRefused(path, `the addon cannot be loaded: ${addon.message}`);
      }
      return new MmapSource(addon, path, fd, stats.size);
    } finally {
      // A mapping outlives its descriptor.
      if (!kept) closeSync(fd);
    }
  }

  openMutable(path: string, window?: Uint8Array): ByteSource {
    const { fd, stats } = openFile(path);
    return new PreadSource(path, fd, stats.size, window);
  }

  join(...parts: string[]): string {
    return join(...parts);
  }

  /** Decides between mapping and reading; in mode `mmap` throws instead of falling back. */
  private shouldMap(path: string, stats: Stats): boolean {
    if (this.io === 'pread') return false;
    const tooLarge = stats.size > MAPPED_BYTES_MAX;
    if (this.io === 'mmap') {
      if (tooLarge) {
        const reason = `${stats.size} bytes exceed the ${MAPPED_BYTES_MAX} that can be mapped`;
        throw mmapRefused(path, reason);
      }
      return true;
    }
    let mappable = this.mappable.get(stats.dev);
    if (mappable === undefined) {
      const reason = reasonNotToMap(this.machine, path);
      mappable = reason === null;
      this.mappable.set(stats.dev, mappable);
      if (reason !== null && !this.told) {
        this.told = true;
        this.logger.warn(`reading with pread instead of mmap: ${reason}`);
      }
    }
    return mappable && !tooLarge;
  }
}

function mmapRefused(path: string, reason: string): DiskError {
  return new DiskError(`cannot map ${path}: ${reason}`, path, 'ENOTSUP');
}

/** Opens for reading; without waiting for a writer, should the path be a pipe. */
function openFile(path: string): { fd: number; stats: Stats } {
  const fd = attempt('open', path, () => openSync(path, OPEN_FLAGS));
  try {
    const stats = attempt('stat', path, () => fstatSync(fd));
    if (!stats.isFile())
      throw new DiskError(`cannot read ${path}: not a regular file`, path, 'EISDIR');
    return { fd, stats };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function kindOf(entry: Dirent | Stats): 'file' | 'directory' | 'other' {
  return entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'other';
}
