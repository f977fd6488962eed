/**
 * The real disk, for writing: `node:fs`, synchronously but for what is done later and `hurry`,
 * which the system's threads carry out.
 */
import {
  close,
  closeSync,
  fdatasync,
  fsync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  open,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  write,
  writeSync,
} from 'node:fs';
import { open as openLater, rm } from 'node:fs/promises';
import { assert } from '../model/assert.js';
import { ClosedError } from '../model/errors.js';
import { attempt, attemptLater, diskError } from './disk-error.js';
import { lockFile } from './file-lock.js';
import { NodeDisk } from './node-disk.js';
import type { DiskSpace, FileLock, WritableDisk, WritableFile } from './writable-disk.js';

/** Prometheus' modes: whoever may read its files may read ours. */
const DIRECTORY_MODE = 0o777;
const FILE_MODE = 0o666;

export class NodeWritableDisk extends NodeDisk implements WritableDisk {
  makeDirectory(path: string): void {
    attempt('make the directory', path, () => mkdirSync(path, { mode: DIRECTORY_MODE }));
  }

  create(path: string): WritableFile {
    return new NodeFile(
      path,
      attempt('create', path, () => openSync(path, 'wx', FILE_MODE)),
    );
  }

  reopen(path: string): WritableFile {
    return new NodeFile(
      path,
      attempt('open', path, () => openSync(path, 'r+')),
    );
  }

  truncate(path: string, size: number): void {
    attempt('truncate', path, () => {
      const fd = openSync(path, 'r+');
      try {
        ftruncateSync(fd, size);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    });
  }

  rename(from: string, to: string): void {
    attempt('rename', from, () => renameSync(from, to));
  }

  link(existing: string, added: string): void {
    attempt('link', existing, () => linkSync(existing, added));
  }

  remove(path: string): void {
    attempt('remove', path, () => rmSync(path, { recursive: true, force: true }));
  }

  async removeLater(path: string): Promise<void> {
    await attemptLater('remove', path, () => rm(path, { recursive: true, force: true }));
  }

  async syncDirectoryLater(path: string): Promise<void> {
    await attemptLater('sync', path, async () => {
      const directory = await openLater(path, 'r');
      try {
        await directory.sync();
      } finally {
        await directory.close();
      }
    });
  }

  syncDirectory(path: string): void {
    attempt('sync', path, () => {
      const fd = openSync(path, 'r');
      try {
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    });
  }

  lock(path: string): FileLock {
    return lockFile(path);
  }

  space(path: string): DiskSpace {
    const { bavail, blocks, bsize } = attempt('statfs', path, () => statfsSync(path));
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  }
}

class NodeFile implements WritableFile {
  readonly path: string;
  size = 0;
  private readonly fd: number;
  private closed = false;
  /** Calls that run elsewhere: the descriptor's number is not to be given away under them. */
  private running = 0;
  private isHurrying = false;

  constructor(path: string, fd: number) {
    this.path = path;
    this.fd = fd;
  }

  write(bytes: Uint8Array): void {
    this.checkOpen();
    // A disk that fills up takes a part first and refuses the rest then.
    for (let done = 0; done < bytes.length;) {
      const rest = bytes.length - done;
      const written = attempt('write', this.path, () =>
        writeSync(this.fd, bytes, done, rest, this.size),
      );
      done += written;
      this.size += written;
    }
  }

  async writeLater(bytes: Uint8Array): Promise<void> {
    this.checkOpen();
    const start = this.size;
    this.size += bytes.length;
    for (let done = 0; done < bytes.length;) {
      const rest = bytes.length - done;
      done += await this.elsewhere<number>('write', (tell) =>
        write(this.fd, bytes, done, rest, start + done, tell),
      );
    }
  }

  noteSize(size: number): void {
    this.size = size;
  }

  truncate(size: number): void {
    this.checkOpen();
    assert(size <= this.size, 'a file is cut to less than it has');
    attempt('truncate', this.path, () => ftruncateSync(this.fd, size));
    this.size = size;
  }

  sync(): void {
    this.checkOpen();
    attempt('sync', this.path, () => fsyncSync(this.fd));
  }

  async syncLater(): Promise<void> {
    this.checkOpen();
    await this.elsewhere('sync', (tell) => fsync(this.fd, (error) => tell(error, undefined)));
  }

  /** By a descriptor of its own: an error shows again when ours is synced. */
  hurry(): void {
    if (this.isHurrying) return;
    this.isHurrying = true;
    const done = (): void => void (this.isHurrying = false);
    open(this.path, 'r', (error, fd) => {
      if (error !== null) done();
      else fdatasync(fd, () => close(fd, done));
    });
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.release();
  }

  /** Has a thread of the system's do a call. */
  private async elsewhere<T>(
    verb: string,
    call: (tell: (error: Error | null, result: T) => void) => void,
  ): Promise<T> {
    this.running++;
    try {
      return await new Promise<T>((resolve, reject) => {
        call((error, result) => (error === null ? resolve(result) : reject(error)));
      });
    } catch (error) {
      throw diskError(error, verb, this.path);
    } finally {
      this.running--;
      this.release();
    }
  }

  private release(): void {
    if (this.closed && this.running === 0) attempt('close', this.path, () => closeSync(this.fd));
  }

  private checkOpen(): void {
    if (this.closed) throw new ClosedError(this.path);
  }
}
