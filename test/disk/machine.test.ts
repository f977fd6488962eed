/** When files are better read than mapped. */
import { tmpdir } from 'node:os';
import { type Machine, reasonNotToMap, THIS_MACHINE } from '../../disk/machine.js';
import type { MmapAddon } from '../../disk/mmap-source.js';
import { DiskError } from '../../model/errors.js';

const plain: Machine = {
  arch: 'x64',
  fileSystemType: () => 0xef53, // ext4
  loadMmapAddon: () => ({}) as MmapAddon,
};

describe('mapping', () => {
  it('has nothing against it on a local disk', () => {
    expect(reasonNotToMap(plain, 'x')).toBeNull();
  });

  it('is not for network file systems, however their number is signed', () => {
    const on = (type: number): string | null =>
      reasonNotToMap({ ...plain, fileSystemType: () => type }, 'data');
    expect(on(0x6969)).toBe('data lies on NFS');
    expect(on(0xff534d42)).toBe('data lies on CIFS');
    expect(on(0xff534d42 | 0)).toBe('data lies on CIFS');
    expect(on(0x65735546)).toBe('data lies on FUSE');
  });

  it('is not for 32-bit processors', () => {
    expect(reasonNotToMap({ ...plain, arch: 'arm' }, 'x')).toBe('arm has a 32-bit address space');
  });

  it('needs the addon, and says in one line why it is not there', () => {
    const missing = new Error("Cannot find module 'mmap-io'\nRequire stack:\n- /x");
    const reason = reasonNotToMap({ ...plain, loadMmapAddon: () => missing }, 'x');
    expect(reason).toBe("the mmap-io addon cannot be loaded (Cannot find module 'mmap-io')");
  });
});

describe('this machine', () => {
  it('tells the type of a file system, and refuses a path that is not there', () => {
    expect(THIS_MACHINE.fileSystemType(tmpdir())).not.toBe(0);
    expect(() => THIS_MACHINE.fileSystemType('/nowhere/at/all')).toThrow(DiskError);
  });
});
