/** A file that is read once: regular files with their size, pipes without, errors by name. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { InputFile } from '../../disk/input-file.js';
import { ClosedError } from '../../model/errors.js';
import { scratchFile, scratchFolder } from '../support/scratch.js';

function readAll(file: InputFile): string {
  const parts: Buffer[] = [];
  for (;;) {
    const into = Buffer.alloc(3);
    const count = file.read(into);
    if (count === 0) return Buffer.concat(parts).toString();
    parts.push(into.subarray(0, count));
  }
}

it('a regular file has a size and is read to its end', () => {
  const file = new InputFile(scratchFile(Buffer.from('some text')));
  expect(file.size).toBe(9);
  expect(readAll(file)).toBe('some text');
  expect(file.read(new Uint8Array(3))).toBe(0);
  file.close();
  file.close();
  expect(() => file.read(new Uint8Array(3))).toThrow(ClosedError);
});

it('a pipe has none, and is read until its writer closes it', async () => {
  const path = join(scratchFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const writer = spawn('sh', ['-c', `printf 'through a pipe' > '${path}'`], { stdio: 'ignore' });
  const file = new InputFile(path);
  expect(file.size).toBeNull();
  expect(readAll(file)).toBe('through a pipe');
  file.close();
  await once(writer, 'exit');
});

it('what cannot be read says why', () => {
  const folder = scratchFolder();
  expect(() => new InputFile(folder)).toThrow(`cannot read ${folder}: is a directory`);
  expect(() => new InputFile(join(folder, 'no'))).toThrow('no such file or directory');
});
