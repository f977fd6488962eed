/** The temporary file: made when something is written, in a directory that goes away with it. */
import { SpillFile } from '../../compact/spill-file.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const DIR = '/d/out/X.tmp-for-creation';

it('nothing is made where nothing is written', () => {
  const disk = new WritableMemoryDisk(['/d']);
  const spill = new SpillFile(disk, '/d/out', 'X');
  spill.remove();
  expect(disk.log).toEqual([]);
});

it('what was written is read, and removed with its directory', () => {
  const disk = new WritableMemoryDisk(['/d']);
  const spill = new SpillFile(disk, '/d/out', 'X');
  spill.write(Buffer.from('abc'));
  spill.write(Buffer.from('def'));
  expect(disk.directories.has(DIR)).toBe(true);
  const source = spill.open();
  expect(Buffer.from(source.read(2, 3)).toString()).toBe('cde');
  expect(spill.open()).toBe(source);
  spill.remove();
  spill.remove();
  expect(disk.list('/d/out')).toEqual([]);
  expect(disk.openFiles).toBe(0);
  expect(() => source.read(0, 1)).toThrow('is closed');
});
