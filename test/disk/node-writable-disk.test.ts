/** The real disk, for writing: what is made is there, and what the system refuses has its name. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { NodeWritableDisk } from '../../disk/node-writable-disk.js';
import { ClosedError, DiskError } from '../../model/errors.js';
import { scratchFolder } from '../support/scratch.js';

const disk = new NodeWritableDisk();

/** The errno of what `action` throws. */
function refusal(action: () => void): string {
  try {
    action();
  } catch (error) {
    if (error instanceof DiskError) return error.errno;
    throw error;
  }
  return 'none';
}

describe('a new file', () => {
  it('holds what was appended, counts it, and can be synced', () => {
    const path = join(scratchFolder(), 'file');
    const file = disk.create(path);
    const bytes = Buffer.from('hello');
    file.write(bytes);
    bytes.fill(0);
    file.sync();
    file.write(Buffer.from(', disk'));
    file.write(new Uint8Array(0));
    expect(file.size).toBe(11);
    file.close();
    file.close();
    expect(readFileSync(path, 'utf8')).toBe('hello, disk');
  });

  it('is written in turn by two that have it open', () => {
    const path = join(scratchFolder(), 'file');
    const file = disk.create(path);
    file.write(Buffer.from('hello'));
    const other = disk.reopen(path);
    other.noteSize?.(5);
    other.write(Buffer.from(', '));
    file.noteSize?.(7);
    file.write(Buffer.from('disk'));
    expect([file.size, other.size]).toEqual([11, 7]);
    file.close();
    other.close();
    expect(readFileSync(path, 'utf8')).toBe('hello, disk');
    expect(refusal(() => disk.reopen(join(path, '..', 'no')))).toBe('ENOENT');
  });

  it('is cut to less, and goes on there', () => {
    const path = join(scratchFolder(), 'file');
    const file = disk.create(path);
    file.write(Buffer.from('hello, disk'));
    file.truncate(7);
    expect(file.size).toBe(7);
    file.write(Buffer.from('you'));
    expect(readFileSync(path, 'utf8')).toBe('hello, you');
    expect(() => file.truncate(11)).toThrow('a file is cut to less than it has');
    file.close();
  });

  it('is synced in the background, also when it is closed meanwhile', async () => {
    const path = join(scratchFolder(), 'file');
    const file = disk.create(path);
    file.write(Buffer.from('hello'));
    const syncs = [file.syncLater(), file.syncLater()];
    file.close();
    await Promise.all(syncs);
    expect(readFileSync(path, 'utf8')).toBe('hello');
    await expect(file.syncLater()).rejects.toThrow(ClosedError);
  });

  it('may be stored ahead of a sync, whatever becomes of it meanwhile', async () => {
    const path = join(scratchFolder(), 'file');
    const file = disk.create(path);
    file.write(Buffer.from('hello'));
    file.hurry?.();
    file.hurry?.();
    disk.remove(path);
    file.sync();
    file.close();
    await setTimeout(0);
    expect(existsSync(path)).toBe(false);
  });

  it('is not written after it was closed', () => {
    const file = disk.create(join(scratchFolder(), 'file'));
    file.close();
    expect(() => file.write(Buffer.from('x'))).toThrow(ClosedError);
    expect(() => file.truncate(0)).toThrow(ClosedError);
    expect(() => file.sync()).toThrow(ClosedError);
  });

  it('takes no name that is taken, and no directory that is missing', () => {
    const path = join(scratchFolder(), 'file');
    writeFileSync(path, 'kept');
    expect(refusal(() => disk.create(path))).toBe('EEXIST');
    expect(readFileSync(path, 'utf8')).toBe('kept');
    expect(refusal(() => disk.create(join(path, 'below')))).toBe('ENOTDIR');
    expect(refusal(() => disk.create(join(scratchFolder(), 'no', 'file')))).toBe('ENOENT');
  });
});

describe('an existing file', () => {
  it('is cut to its first bytes', () => {
    const path = join(scratchFolder(), 'file');
    writeFileSync(path, 'hello, disk');
    disk.truncate(path, 5);
    expect(readFileSync(path, 'utf8')).toBe('hello');
    expect(refusal(() => disk.truncate(join(path, '..', 'no'), 0))).toBe('ENOENT');
  });
});

describe('a directory', () => {
  it('is made in an existing one, once', () => {
    const path = join(scratchFolder(), 'dir');
    disk.makeDirectory(path);
    expect(statSync(path).isDirectory()).toBe(true);
    expect(refusal(() => disk.makeDirectory(path))).toBe('EEXIST');
    expect(refusal(() => disk.makeDirectory(join(path, 'a', 'b')))).toBe('ENOENT');
  });

  it('is synced, when it is there', () => {
    const path = scratchFolder();
    disk.syncDirectory(path);
    expect(refusal(() => disk.syncDirectory(join(path, 'no')))).toBe('ENOENT');
  });

  it('is synced and removed later, and told of where that is refused', async () => {
    const path = join(scratchFolder(), 'of files');
    mkdirSync(join(path, 'inner'), { recursive: true });
    writeFileSync(join(path, 'inner', 'file'), 'text');
    await disk.syncDirectoryLater(path);
    await disk.removeLater(path);
    expect(existsSync(path)).toBe(false);
    await disk.removeLater(path);
    await expect(disk.syncDirectoryLater(path)).rejects.toThrow(DiskError);
    await expect(disk.syncDirectoryLater(path)).rejects.toThrow(`cannot sync ${path}`);
    writeFileSync(path, '');
    await expect(disk.removeLater(join(path, 'below a file'))).rejects.toThrow('cannot remove');
  });
});

describe('a name', () => {
  it('is changed, over a file that has it', () => {
    const dir = scratchFolder();
    writeFileSync(join(dir, 'a'), 'new');
    writeFileSync(join(dir, 'b'), 'old');
    disk.rename(join(dir, 'a'), join(dir, 'b'));
    expect(readdirSync(dir)).toEqual(['b']);
    expect(readFileSync(join(dir, 'b'), 'utf8')).toBe('new');
    expect(refusal(() => disk.rename(join(dir, 'a'), join(dir, 'c')))).toBe('ENOENT');
  });

  it('is added to a file', () => {
    const dir = scratchFolder();
    writeFileSync(join(dir, 'a'), 'text');
    disk.link(join(dir, 'a'), join(dir, 'b'));
    expect(statSync(join(dir, 'b')).ino).toBe(statSync(join(dir, 'a')).ino);
    expect(refusal(() => disk.link(join(dir, 'a'), join(dir, 'b')))).toBe('EEXIST');
  });

  it('is removed with all that lies below it, and if there is nothing, too', () => {
    const dir = scratchFolder();
    mkdirSync(join(dir, 'a', 'b'), { recursive: true });
    writeFileSync(join(dir, 'a', 'b', 'c'), '');
    disk.remove(join(dir, 'a'));
    disk.remove(join(dir, 'a'));
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('the space', () => {
  it('is that of the file system', () => {
    const { freeBytes, totalBytes } = disk.space(scratchFolder());
    expect(freeBytes).toBeGreaterThan(0);
    expect(totalBytes).toBeGreaterThanOrEqual(freeBytes);
    expect(refusal(() => disk.space(join(scratchFolder(), 'no')))).toBe('ENOENT');
  });
});
