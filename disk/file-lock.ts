/**
 * Prometheus' lock: `flock(2)`, exclusive and without waiting, on a file that its holder makes and
 * removes (tsdb/tsdbutil/dir_locker.go). It ends with the process, whatever ends it; fcntl locks
 * are another kind and keep nobody of these out.
 *
 * Node has no flock. The addon fs-ext has, where a user has installed it; else a program locks
 * our descriptor for us (flock(1), or Perl): such a lock belongs to the open file, which that
 * program shares with us, and stays when the program has ended.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { DiskError, LockedError } from '../model/errors.js';
import { attempt } from './disk-error.js';
import { findLockHolder } from './lock-holder.js';
import type { FileLock } from './writable-disk.js';

/** Locks an open file: `locked` by us, `held` by another, or `absent`: this way does not work. */
export type Locker = (fd: number) => 'locked' | 'held' | 'absent';

/** How often we try again because the holder removed the file in between. */
const ATTEMPTS_MAX = 10;
const FILE_MODE = 0o666;
/** Of the programs: what a lock that another has makes them return, and how we hand over the fd. */
const PROGRAM_HELD = 1;
const PROGRAM_FD = 3;
const PERL = 'open(F, "<&=3") or exit 2; flock(F, 6) or exit 1;';

/** The ways to lock, in the order in which they are tried. */
export const LOCKERS: readonly Locker[] = [
  lockByAddon,
  (fd) => lockByProgram('flock', ['-x', '-n', String(PROGRAM_FD)], fd),
  (fd) => lockByProgram('perl', ['-MFcntl', '-e', PERL], fd),
];

/** `LockedError` where another has it, `DiskError` where it cannot be made or nothing can lock. */
export function lockFile(path: string, lockers: readonly Locker[] = LOCKERS): FileLock {
  for (let attempts = 1; attempts <= ATTEMPTS_MAX; attempts++) {
    const { fd, wasLeftBehind } = openLockFile(path);
    let isLocked: boolean;
    try {
      isLocked = lockOpened(fd, path, lockers);
      // The last holder removes the file as it ends: then ours has no name, and keeps nobody out.
      if (isLocked && isNamed(fd, path)) return new HeldLock(path, fd, wasLeftBehind);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    closeSync(fd);
    if (!isLocked) throw new LockedError(path, findLockHolder(path));
  }
  throw new LockedError(path, null);
}

class HeldLock implements FileLock {
  readonly wasLeftBehind: boolean;
  private readonly path: string;
  private fd: number | null;

  constructor(path: string, fd: number, wasLeftBehind: boolean) {
    this.path = path;
    this.fd = fd;
    this.wasLeftBehind = wasLeftBehind;
  }

  release(): void {
    const { fd, path } = this;
    if (fd === null) return;
    this.fd = null;
    try {
      attempt('remove', path, () => rmSync(path, { force: true }));
    } finally {
      closeSync(fd);
    }
  }
}

function openLockFile(path: string): { fd: number; wasLeftBehind: boolean } {
  const { O_RDWR, O_CREAT, O_EXCL } = constants;
  try {
    return { fd: openSync(path, O_RDWR | O_CREAT | O_EXCL, FILE_MODE), wasLeftBehind: false };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      return attempt('lock', path, () => {
        throw error;
      });
    }
    const fd = attempt('lock', path, () => openSync(path, O_RDWR | O_CREAT, FILE_MODE));
    return { fd, wasLeftBehind: true };
  }
}

function lockOpened(fd: number, path: string, lockers: readonly Locker[]): boolean {
  for (const lock of lockers) {
    const result = lock(fd);
    if (result !== 'absent') return result === 'locked';
  }
  const reason = 'nothing can lock files here: install the package fs-ext';
  throw new DiskError(`cannot lock ${path}: ${reason}`, path, 'ENOLCK');
}

function isNamed(fd: number, path: string): boolean {
  try {
    return statSync(path).ino === fstatSync(fd).ino;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function lockByAddon(fd: number): 'locked' | 'held' | 'absent' {
  let flockSync: (fd: number, flags: 'exnb') => void;
  try {
    const addon = createRequire(import.meta.url)('fs-ext') as { flockSync: typeof flockSync };
    ({ flockSync } = addon);
  } catch {
    // Not installed, not compiled, or for another Node.
    return 'absent';
  }
  try {
    flockSync(fd, 'exnb');
    return 'locked';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN' || code === 'EWOULDBLOCK') return 'held';
    throw error;
  }
}

function lockByProgram(
  program: string,
  args: readonly string[],
  fd: number,
): 'locked' | 'held' | 'absent' {
  const { status } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'ignore', fd] });
  if (status === 0) return 'locked';
  return status === PROGRAM_HELD ? 'held' : 'absent';
}
