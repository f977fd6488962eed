/** Who holds a lock: as /proc says it, in an invented /proc and in the real one. */
import { mkdirSync, openSync, closeSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findLockHolder } from '../../disk/lock-holder.js';
import { scratchFolder } from '../support/scratch.js';

const PROGRAM = 'prometheus';

/** A /proc with one process, 4711; `locks` as in its file of that name. */
function procWith(locks: string): string {
  const proc = scratchFolder();
  mkdirSync(join(proc, '4711/fd'), { recursive: true });
  mkdirSync(join(proc, 'sys'));
  writeFileSync(join(proc, '4711/comm'), `${PROGRAM}\n`);
  writeFileSync(join(proc, 'locks'), locks);
  return proc;
}

function lockedFile(): { path: string; line: (pid: number, inode?: number) => string } {
  const path = join(scratchFolder(), 'lock');
  writeFileSync(path, '');
  const { dev, ino } = statSync(path);
  const hex = (part: number): string => part.toString(16).padStart(2, '0');
  const major = (dev >>> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >>> 12) & ~0xff);
  return {
    path,
    line: (pid, inode = ino) =>
      `1: FLOCK  ADVISORY  WRITE ${pid} ${hex(major)}:${hex(minor)}:${inode} 0 EOF\n`,
  };
}

describe('the holder of a lock', () => {
  it('is the one in the list of locks, by device and number of the file', () => {
    const { path, line } = lockedFile();
    const holder = { pid: 4711, program: PROGRAM };
    expect(findLockHolder(path, procWith(line(4711)))).toEqual(holder);
    expect(findLockHolder(path, procWith(line(4711, 1)))).toBeNull();
    expect(findLockHolder(path, procWith(''))).toBeNull();
  });

  it('is who has the file open, where the process of the list has ended', () => {
    const { path, line } = lockedFile();
    const proc = procWith(line(9));
    symlinkSync('/dev/null', join(proc, '4711/fd/0'));
    symlinkSync(path, join(proc, '4711/fd/5'));
    expect(findLockHolder(path, proc)).toEqual({ pid: 4711, program: PROGRAM });
  });

  it('is found among the processes of this machine', () => {
    const { path } = lockedFile();
    const fd = openSync(path, 'r');
    expect(findLockHolder(path)?.pid).toBe(process.pid);
    closeSync(fd);
    expect(findLockHolder(path)).toBeNull();
  });

  it('is unknown where there is no /proc, and of a file that is gone', () => {
    const { path } = lockedFile();
    expect(findLockHolder(path, join(scratchFolder(), 'none'))).toBeNull();
    expect(findLockHolder(`${path}.gone`)).toBeNull();
  });
});
