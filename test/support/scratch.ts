/** Scratch directories that go away after the tests of a file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new empty directory. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mmtsdb-test-'));
  made.push(folder);
  return folder;
}

/** A new file with these bytes, in a directory of its own. */
export function scratchFile(bytes: Uint8Array, name = 'file'): string {
  const path = join(scratchFolder(), name);
  writeFileSync(path, bytes);
  return path;
}
