/** Turns what `node:fs` throws into a `DiskError` that says what was tried, where, and why not. */
import { DiskError, messageOf } from '../model/errors.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EMFILE: 'too many open files',
  EIO: 'input/output error',
};

export function diskError(error: unknown, verb: string, path: string): DiskError {
  const errno = (error as NodeJS.ErrnoException | null)?.code ?? 'UNKNOWN';
  const reason = REASONS[errno] ?? messageOf(error);
  return new DiskError(`cannot ${verb} ${path}: ${reason}`, path, errno, { cause: error });
}
