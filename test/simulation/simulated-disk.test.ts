/** The simulated disk keeps what was synced, and loses the rest when it is told to. */
import { DiskError } from '../../model/errors.js';
import { type Operation, SimulatedDisk } from './simulated-disk.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

function read(disk: SimulatedDisk, path: string): string {
  if (!disk.exists(path)) return '(none)';
  return Buffer.from(disk.readFile(path, Infinity)).toString();
}

describe('what a power failure leaves', () => {
  it('is a file whose bytes and whose name were synced, as far as they were', () => {
    const disk = new SimulatedDisk();
    const file = disk.create('/a');
    file.write(bytes('one'));
    file.sync();
    file.write(bytes('two'));
    expect(read(disk.afterCrash('synced'), '/a')).toBe('(none)');
    disk.syncDirectory('/');
    expect(read(disk.afterCrash('synced'), '/a')).toBe('one');
    expect(read(disk.afterCrash('everything'), '/a')).toBe('onetwo');
  });

  it('is the old name of a file that was renamed, until the directory was synced', () => {
    const disk = new SimulatedDisk();
    const file = disk.create('/a.tmp');
    file.write(bytes('x'));
    file.sync();
    disk.syncDirectory('/');
    disk.rename('/a.tmp', '/a');
    expect(read(disk.afterCrash('synced'), '/a.tmp')).toBe('x');
    expect(read(disk.afterCrash('synced'), '/a')).toBe('(none)');
    disk.syncDirectory('/');
    expect(read(disk.afterCrash('synced'), '/a')).toBe('x');
    expect(read(disk.afterCrash('synced'), '/a.tmp')).toBe('(none)');
  });

  it('is a removed file, until the directory was synced', () => {
    const disk = new SimulatedDisk();
    disk.makeDirectory('/d');
    const file = disk.create('/d/a');
    file.write(bytes('x'));
    file.sync();
    disk.syncDirectory('/d');
    disk.syncDirectory('/');
    disk.remove('/d');
    expect(read(disk.afterCrash('synced'), '/d/a')).toBe('x');
    expect(disk.afterCrash('everything').exists('/d')).toBe(false);
  });

  it('is what was there before a truncation that was not synced', () => {
    const disk = new SimulatedDisk();
    const file = disk.create('/a');
    file.write(bytes('abcdef'));
    file.sync();
    disk.syncDirectory('/');
    file.truncate(2);
    file.write(bytes('XY'));
    expect(read(disk, '/a')).toBe('abXY');
    expect(read(disk.afterCrash('synced'), '/a')).toBe('abcdef');
    file.sync();
    expect(read(disk.afterCrash('synced'), '/a')).toBe('abXY');
  });

  it('is nothing where syncs are turned off', () => {
    const disk = new SimulatedDisk();
    disk.syncs = false;
    const file = disk.create('/a');
    file.write(bytes('x'));
    file.sync();
    disk.syncDirectory('/');
    expect(disk.afterCrash('synced').list('/')).toEqual([]);
  });
});

describe('a disk after a crash', () => {
  it('shares nothing that changes with the one before, and keeps links', () => {
    const disk = new SimulatedDisk();
    const file = disk.create('/a');
    file.write(bytes('one'));
    disk.link('/a', '/b');
    const after = disk.afterCrash('everything');
    file.write(bytes('two'));
    after.tear('/a', 3, bytes('XX'));
    expect(read(disk, '/b')).toBe('onetwo');
    expect(read(after, '/b')).toBe('oneXX');
    expect(after.usedBytes).toBe(5);
  });

  it('leaves the readers of the one before what they read', () => {
    const disk = new SimulatedDisk();
    const file = disk.create('/a');
    file.write(bytes('one'));
    const source = disk.openMutable('/a');
    file.truncate(0);
    file.write(bytes('xyz'));
    disk.remove('/a');
    expect(Buffer.from(source.read(0, 3)).toString()).toBe('one');
  });
});

describe('an operation', () => {
  it('is announced, and may be refused', () => {
    const disk = new SimulatedDisk();
    const seen: string[] = [];
    disk.beforeOperation = ({ kind, path }: Operation) => {
      if (kind === 'sync') throw new DiskError('cannot sync', path, 'EIO');
      seen.push(`${kind} ${path}`);
    };
    disk.makeDirectory('/d');
    const file = disk.create('/d/a');
    file.write(bytes('x'));
    expect(() => file.sync()).toThrow(DiskError);
    disk.remove('/d');
    expect(seen).toEqual(['mkdir /d', 'create /d/a', 'write /d/a', 'remove /d/a', 'remove /d']);
  });

  it('writes as much as there is room for', () => {
    const disk = new SimulatedDisk();
    disk.capacityBytes = 5;
    const file = disk.create('/a');
    file.write(bytes('abc'));
    expect(() => file.write(bytes('defg'))).toThrow('ENOSPC');
    expect(read(disk, '/a')).toBe('abcde');
    disk.capacityBytes = 10;
    file.write(bytes('f'));
    expect(disk.space()).toEqual({ freeBytes: 4, totalBytes: 10 });
  });

  it('that is done later comes to its place, whatever was done to the file until then', async () => {
    const disk = new SimulatedDisk();
    const seen: string[] = [];
    disk.beforeOperation = ({ kind, start }: Operation) => seen.push(`${kind} ${start ?? ''}`);
    const file = disk.create('/a');
    file.write(bytes('ab'));
    const later = [file.writeLater(bytes('cd')), file.writeLater(bytes('ef'))];
    expect([file.size, read(disk, '/a')]).toEqual([6, 'ab']);
    file.write(bytes('gh'));
    expect(read(disk, '/a')).toBe('ab\0\0\0\0gh');
    await Promise.all(later);
    expect(read(disk, '/a')).toBe('abcdefgh');
    disk.capacityBytes = 9;
    const refused = file.writeLater(bytes('ij'));
    await expect(refused).rejects.toThrow('ENOSPC');
    expect([file.size, read(disk, '/a')]).toEqual([10, 'abcdefghi']);
    file.truncate(8);
    expect([file.size, seen.at(-1)]).toEqual([8, 'truncate ']);
  });

  it('is refused with the reason of the system', () => {
    const disk = new SimulatedDisk();
    disk.makeDirectory('/d');
    expect(() => disk.create('/d')).toThrow('EEXIST');
    expect(() => disk.create('/no/file')).toThrow('ENOENT');
    expect(() => disk.list('/no')).toThrow('ENOENT');
    expect(() => disk.readFile('/d', 1)).toThrow('EISDIR');
  });
});
