import { DiskError } from '../../model/errors.js';
import { headBytes, treeBytes } from '../../tsdb/directory-size.js';
import { MemoryDisk } from '../support/memory-disk.js';

const disk = new MemoryDisk({
  '/data/wal/00000000': new Uint8Array(10),
  '/data/wal/checkpoint.00000001/00000000': new Uint8Array(20),
  '/data/chunks_head/000001': new Uint8Array(30),
  '/data/01M83CFB14VFVT9VDJ1EFZ8FCE/index': new Uint8Array(40),
});

it('the head is log and chunks, with all that lies below', () => {
  expect(headBytes(disk, '/data')).toBe(60);
  expect(treeBytes(disk, '/data')).toBe(100);
});

it('what is not there counts nothing; what the system refuses is an error', () => {
  expect(headBytes(disk, '/none')).toBe(0);
  const vanishing = new MemoryDisk({ '/data/wal/00000000': new Uint8Array(10) });
  vanishing.stat = (path) => {
    throw new DiskError('gone', path, 'ENOENT');
  };
  expect(headBytes(vanishing, '/data')).toBe(0);
  vanishing.stat = (path) => {
    throw new DiskError('no', path, 'EIO');
  };
  expect(() => headBytes(vanishing, '/data')).toThrow('no');
});
