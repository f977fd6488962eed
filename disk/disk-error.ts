/** Turns what `node:fs` throws into a `DiskError` that says what was tried, where, and why not. */
import { DiskError, messageOf, NoSpaceError, ReadOnlyError } from '../model/errors.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EMFILE: 'too many open files',
  EIO: 'input/output error',
  EEXIST: 'it exists already',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EXDEV: 'not on the same file system',
};

/** What only room heals. */
const NO_SPACE = new Set(['ENOSPC', 'EDQUOT']);

export function diskError(error: unknown, verb: string, path: string): DiskError {
  const errno = (error as NodeJS.ErrnoException | null)?.code ?? 'UNKNOWN';
  const reason = REASONS[errno] ?? messageOf(error);
  const kind = NO_SPACE.has(errno) ? NoSpaceError : errno === 'EROFS' ? ReadOnlyError : DiskError;
  return new kind(`cannot ${verb} ${path}: ${reason}`, path, errno, { cause: error });
}

/** Runs `action`; what it throws becomes the `DiskError` of doing `verb` to `path`. */
export function attempt<T>(verb: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw diskError(error, verb, path);
  }
}

/** `attempt` of what takes its time. */
export async function attemptLater<T>(
  verb: string,
  path: string,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw diskError(error, verb, path);
  }
}
