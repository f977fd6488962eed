/** Directories and those above them: made from the top, each name synced before the next. */
import { join } from 'node:path';
import { makeDirectories } from '../../disk/make-directories.js';
import { NodeWritableDisk } from '../../disk/node-writable-disk.js';
import { scratchFile, scratchFolder } from '../support/scratch.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

it('missing directories are made from the top, and their names synced', () => {
  const disk = new WritableMemoryDisk(['/a']);
  makeDirectories(disk, '/a/b/c');
  expect(disk.log).toEqual(['mkdir /a/b', 'sync /a/', 'mkdir /a/b/c', 'sync /a/b/']);
});

it('an existing directory is left alone', () => {
  const disk = new WritableMemoryDisk(['/a']);
  makeDirectories(disk, '/a');
  expect(disk.log).toEqual([]);
});

it('they are made on the real disk, whatever the path ends in', () => {
  const disk = new NodeWritableDisk();
  const path = join(scratchFolder(), 'x', 'y');
  makeDirectories(disk, `${path}/`);
  makeDirectories(disk, '.');
  expect(disk.stat(path).kind).toBe('directory');
});

it('a file in the place of one is an error', () => {
  const disk = new NodeWritableDisk();
  const file = scratchFile(Buffer.from(''));
  expect(() => makeDirectories(disk, file)).toThrow('it exists already');
  expect(() => makeDirectories(disk, join(file, 'below'))).toThrow('it exists already');
});
