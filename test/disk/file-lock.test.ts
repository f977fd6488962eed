/** The directory lock: one holder at a time, whichever way it is taken, until it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockFile, LOCKERS } from '../../disk/file-lock.js';
import { NodeWritableDisk } from '../../disk/node-writable-disk.js';
import { DiskError, LockedError } from '../../model/errors.js';
import { scratchFolder } from '../support/scratch.js';

const [byAddon, byFlock, byPerl] = LOCKERS;

function lockPath(): string {
  return join(scratchFolder(), 'lock');
}

function lockedError(action: () => void): LockedError {
  try {
    action();
  } catch (error) {
    if (error instanceof LockedError) return error;
    throw error;
  }
  throw new Error('it is not locked');
}

describe('a lock', () => {
  it('is taken once, and again after it was let go', () => {
    const path = lockPath();
    const disk = new NodeWritableDisk();
    const lock = disk.lock(path);
    expect(lock.wasLeftBehind).toBe(false);
    const error = lockedError(() => disk.lock(path));
    expect(error).toMatchObject({ code: 'TSDB_LOCKED', path, holder: { pid: process.pid } });
    expect(error.message).toBe(
      `${path} is locked by ${error.holder?.program} (pid ${process.pid})`,
    );
    lock.release();
    lock.release();
    expect(existsSync(path)).toBe(false);
    disk.lock(path).release();
  });

  it.each([
    ['the addon', byAddon],
    ['flock(1)', byFlock],
    ['Perl', byPerl],
  ])('taken by %s keeps out those who come another way', (_, locker) => {
    const path = lockPath();
    const lock = lockFile(path, [() => 'absent', locker]);
    for (const other of LOCKERS) expect(() => lockFile(path, [other])).toThrow(LockedError);
    expect(lockedError(() => lockFile(path)).holder?.pid).toBe(process.pid);
    lock.release();
    for (const other of LOCKERS) lockFile(path, [other]).release();
  });

  it('of another process names it', async () => {
    const path = lockPath();
    writeFileSync(path, '');
    const holder = spawn('flock', ['-n', path, '-c', 'echo held; read line; :'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    expect(lockedError(() => lockFile(path)).holder).toEqual({ pid: holder.pid, program: 'flock' });
    holder.stdin.end();
    await once(holder, 'exit');
    const lock = lockFile(path);
    expect(lock.wasLeftBehind).toBe(true);
    lock.release();
  });

  it('is not taken on a file that its last holder removed meanwhile', () => {
    const path = lockPath();
    let calls = 0;
    const lock = lockFile(path, [
      (fd) => {
        if (calls++ === 0) rmSync(path);
        return byAddon(fd);
      },
    ]);
    expect(calls).toBe(2);
    expect(existsSync(path)).toBe(true);
    lock.release();
  });

  it('that is removed each time is given up', () => {
    const path = lockPath();
    const remover = (): 'locked' => {
      rmSync(path);
      return 'locked';
    };
    expect(() => lockFile(path, [remover])).toThrow('another process');
  });

  it('that nothing can take is an error, and so is one that has no place', () => {
    expect(() => lockFile(lockPath(), [() => 'absent'])).toThrow('install the package fs-ext');
    expect(() => lockFile(join(scratchFolder(), 'missing/lock'))).toThrow(DiskError);
    expect(() => lockFile(scratchFolder())).toThrow(DiskError);
  });
});
