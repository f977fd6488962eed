import { replaceFile } from '../../disk/replace-file.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const OLD = Buffer.from('old');
const NEW = Buffer.from('new and longer');

function diskWithFile(): WritableMemoryDisk {
  const disk = new WritableMemoryDisk(['/data']);
  disk.files.set('/data/file', OLD);
  return disk;
}

it('is synced before it takes the name, and the name is synced then', () => {
  const disk = diskWithFile();
  replaceFile(disk, '/data/file', NEW);
  expect(disk.log).toEqual([
    'create /data/file.tmp',
    'write /data/file.tmp',
    'sync /data/file.tmp',
    'rename /data/file.tmp /data/file',
    'sync /data/',
  ]);
  expect(disk.files.get('/data/file')).toEqual(Uint8Array.from(NEW));
});

it('leaves the old file whole, whatever fails, and can be tried again', () => {
  for (let step = 0; step < 4; step++) {
    const disk = diskWithFile();
    disk.refusedAt = step;
    expect(() => replaceFile(disk, '/data/file', NEW)).toThrow('input/output error');
    expect(disk.files.get('/data/file')).toBe(OLD);
    expect(disk.openFiles).toBe(0);
    replaceFile(disk, '/data/file', NEW);
    expect(disk.files.get('/data/file')).toEqual(Uint8Array.from(NEW));
    expect([...disk.files.keys()]).toEqual(['/data/file']);
  }
});
