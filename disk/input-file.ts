/** A file that is read once from its start to its end: also a pipe, or a device. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ClosedError, DiskError } from '../model/errors.js';
import { attempt } from './disk-error.js';

export class InputFile {
  readonly path: string;
  /** In bytes; null where only the end tells. */
  readonly size: number | null;
  private readonly fd: number;
  private closed = false;

  /** Opens the file; of a pipe, when somebody writes to it. */
  constructor(path: string) {
    this.path = path;
    this.fd = attempt('open', path, () => openSync(path, 'r'));
    try {
      const stats = attempt('stat', path, () => fstatSync(this.fd));
      if (stats.isDirectory()) {
        throw new DiskError(`cannot read ${path}: is a directory`, path, 'EISDIR');
      }
      this.size = stats.isFile() ? stats.size : null;
    } catch (error) {
      closeSync(this.fd);
      throw error;
    }
  }

  /** Fills `into` from its start and returns how many bytes that were, 0 at the end. */
  read(into: Uint8Array): number {
    if (this.closed) throw new ClosedError(this.path);
    return attempt('read', this.path, () => readSync(this.fd, into, 0, into.length, null));
  }

  /** Idempotent. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.fd);
  }
}
