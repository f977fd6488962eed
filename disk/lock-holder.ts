/**
 * Who holds a lock, as far as Linux tells: /proc/locks names the process of each lock by the file's
 * device and number; where that says nothing (in some containers) each process is asked which files
 * it has open. Other systems do not tell.
 */
import { readdirSync, readFileSync, readlinkSync, type Stats, statSync } from 'node:fs';
import type { LockHolder } from '../model/errors.js';

/** The process that has locked `path`, or has it open; null: not known. */
export function findLockHolder(path: string, proc = '/proc'): LockHolder | null {
  const stats = orNull(() => statSync(path));
  if (stats === null) return null;
  const pid = lockingProcess(stats, proc) ?? openingProcess(path, stats, proc);
  return pid === null ? null : { pid, program: programOf(pid, proc) };
}

/** `12: FLOCK  ADVISORY  WRITE 4711 08:01:131074 0 EOF` */
function lockingProcess({ dev, ino }: Stats, proc: string): number | null {
  const text = orNull(() => readFileSync(`${proc}/locks`, 'utf8')) ?? '';
  for (const [, pid, major, minor, inode] of text.matchAll(
    /FLOCK +\S+ +\S+ +(\d+) +([0-9a-f]+):([0-9a-f]+):(\d+) /g,
  )) {
    if (Number(inode) !== ino) continue;
    if (deviceNumber(parseInt(major, 16), parseInt(minor, 16)) !== dev) continue;
    // A program that locked for another one has ended by now, and the lock outlives it.
    if (orNull(() => statSync(`${proc}/${pid}`)) !== null) return Number(pid);
  }
  return null;
}

/** As the C library packs the two parts of a device's number. */
function deviceNumber(major: number, minor: number): number {
  return ((minor & ~0xff) << 12) | ((major & 0xfff) << 8) | (minor & 0xff);
}

function openingProcess(path: string, { dev, ino }: Stats, proc: string): number | null {
  const suffix = path.slice(path.lastIndexOf('/'));
  for (const name of orNull(() => readdirSync(proc)) ?? []) {
    if (!/^\d+$/.test(name)) continue;
    // The files of other users' processes are not shown to us.
    for (const fd of orNull(() => readdirSync(`${proc}/${name}/fd`)) ?? []) {
      const link = `${proc}/${name}/fd/${fd}`;
      if (orNull(() => readlinkSync(link))?.endsWith(suffix) !== true) continue;
      const opened = orNull(() => statSync(link));
      if (opened?.ino === ino && opened.dev === dev) return Number(name);
    }
  }
  return null;
}

function programOf(pid: number, proc: string): string {
  return orNull(() => readFileSync(`${proc}/${pid}/comm`, 'utf8'))?.trimEnd() ?? 'a process';
}

/** Processes come and go while we look: what cannot be read any more tells nothing. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    return null;
  }
}
