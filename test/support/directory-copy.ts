/** A directory of the real disk, copied into a disk in memory that a test may damage. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIR } from './data-directory.js';
import { MemoryDisk } from './memory-disk.js';

/** The recorded data directories that the project carries (test/fixtures/README.md). */
export const LIVE_FIXTURE = join(__dirname, '../fixtures/live');
export const SMALL_FIXTURE = join(__dirname, '../fixtures/small');

export function copyToMemory(from: string, to = DIR): MemoryDisk {
  const disk = new MemoryDisk();
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    disk.files.set(`${to}/${path.slice(from.length + 1)}`, new Uint8Array(readFileSync(path)));
  }
  return disk;
}
