/** The real disk: which kind of source a file gets, and what it says when the system refuses. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Machine, THIS_MACHINE } from '../../disk/machine.js';
import { MAPPED_BYTES_MAX } from '../../disk/mmap-source.js';
import { NodeDisk } from '../../disk/node-disk.js';
import { DiskError } from '../../model/errors.js';
import type { Logger } from '../../model/logger.js';
import { scratchFile, scratchFolder } from '../support/scratch.js';

const HELLO = Buffer.from('hello, disk');

/** A logger that keeps its warnings. */
function listener(): Logger & { warnings: string[] } {
  const warnings: string[] = [];
  return { warnings, info: () => undefined, warn: (message) => warnings.push(message) };
}

/** A file of `size` bytes that takes no space, with `bytes` at `at`. */
function sparseFile(size: number, at: number, bytes: Uint8Array): string {
  const path = scratchFile(new Uint8Array(0), 'sparse');
  const fd = openSync(path, 'r+');
  ftruncateSync(fd, size);
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
  return path;
}

/** Runs `action` as a user who may not read what root made: root itself may read everything. */
function asNobody(action: () => void): void {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    action();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('an immutable file', () => {
  it.each([
    ['auto', 'mmap'],
    ['mmap', 'mmap'],
    ['pread', 'pread'],
  ] as const)('in mode %s is a source of kind %s', (io, kind) => {
    const source = new NodeDisk({ io }).openImmutable(scratchFile(HELLO));
    expect(source.kind).toBe(kind);
    expect(Buffer.from(source.read(0, source.size))).toEqual(HELLO);
    source.close();
  });

  it.each(['auto', 'mmap', 'pread'] as const)('of no bytes opens in mode %s', (io) => {
    const source = new NodeDisk({ io }).openImmutable(scratchFile(new Uint8Array(0)));
    expect(source.size).toBe(0);
    expect(source.read(0, 0)).toHaveLength(0);
    source.close();
  });

  it('of over 2 GiB is read by position in mode auto, the right bytes at 3 GiB', () => {
    const path = sparseFile(3 * 2 ** 30 + 100, 3 * 2 ** 30, HELLO);
    const source = new NodeDisk({ io: 'auto' }).openImmutable(path);
    expect(source.kind).toBe('pread');
    expect(Buffer.from(source.read(3 * 2 ** 30, HELLO.length))).toEqual(HELLO);
    source.close();
  });

  it('of 2 GiB is refused in mode mmap, one of a byte less is mapped', () => {
    const disk = new NodeDisk({ io: 'mmap' });
    const tooLarge = sparseFile(MAPPED_BYTES_MAX + 1, 0, HELLO);
    expect(() => disk.openImmutable(tooLarge)).toThrow(DiskError);
    expect(() => disk.openImmutable(tooLarge)).toThrow(/2147483648 bytes exceed the 2147483647/);
    const largest = sparseFile(MAPPED_BYTES_MAX, MAPPED_BYTES_MAX - HELLO.length, HELLO);
    const source = disk.openImmutable(largest);
    expect(source.kind).toBe('mmap');
    const end = source.read(MAPPED_BYTES_MAX - HELLO.length, HELLO.length);
    expect(Buffer.from(end)).toEqual(HELLO);
    source.close();
  });
});

describe('the choice of auto', () => {
  const withoutAddon: Machine = { ...THIS_MACHINE, loadMmapAddon: () => new Error('not built') };

  it('falls back where the addon is missing, and says so once', () => {
    const logger = listener();
    const disk = new NodeDisk({ logger, machine: withoutAddon });
    const path = scratchFile(HELLO);
    for (let i = 0; i < 3; i++) {
      const source = disk.openImmutable(path);
      expect(source.kind).toBe('pread');
      source.close();
    }
    expect(logger.warnings).toEqual([
      'reading with pread instead of mmap: the mmap-io addon cannot be loaded (not built)',
    ]);
  });

  it('falls back on a network file system', () => {
    const logger = listener();
    const machine: Machine = { ...THIS_MACHINE, fileSystemType: () => 0x6969 };
    const source = new NodeDisk({ io: 'auto', logger, machine }).openImmutable(scratchFile(HELLO));
    expect(source.kind).toBe('pread');
    expect(logger.warnings).toHaveLength(1);
    expect(logger.warnings[0]).toMatch(/lies on NFS$/);
    source.close();
  });

  it('says nothing where it maps', () => {
    const logger = listener();
    new NodeDisk({ logger }).openImmutable(scratchFile(HELLO)).close();
    expect(logger.warnings).toEqual([]);
  });

  it('is not asked for in mode mmap: a missing addon is an error there', () => {
    const disk = new NodeDisk({ io: 'mmap', machine: withoutAddon });
    expect(() => disk.openImmutable(scratchFile(HELLO))).toThrow(
      /cannot map .*: the addon cannot be loaded: not built/,
    );
  });
});

describe('a mutable file', () => {
  it('is never mapped', () => {
    const source = new NodeDisk({ io: 'mmap' }).openMutable(scratchFile(HELLO));
    expect(source.kind).toBe('pread');
    source.close();
  });
});

describe('a directory', () => {
  it('lists its entries by name in bytewise order, with their kinds', () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, '00000002'), '');
    mkdirSync(join(folder, '00000001'));
    symlinkSync('nowhere', join(folder, 'link'));
    writeFileSync(join(folder, '\u{1f600}'), '');
    writeFileSync(join(folder, '\uff5e'), '');
    const disk = new NodeDisk();
    expect(disk.list(folder)).toEqual([
      { name: '00000001', kind: 'directory' },
      { name: '00000002', kind: 'file' },
      { name: 'link', kind: 'other' },
      { name: '\uff5e', kind: 'file' },
      { name: '\u{1f600}', kind: 'file' },
    ]);
    expect(disk.exists(disk.join(folder, '00000001'))).toBe(true);
    expect(disk.exists(disk.join(folder, '00000003'))).toBe(false);
  });

  it('has a kind, a file has a size and a time', () => {
    const path = scratchFile(HELLO);
    utimesSync(path, 1, 2);
    expect(new NodeDisk().stat(path)).toEqual({ kind: 'file', size: 11, mtimeMs: 2000 });
    expect(new NodeDisk().stat(scratchFolder()).kind).toBe('directory');
  });
});

describe('a small file', () => {
  it('is read whole, up to a limit', () => {
    const path = scratchFile(HELLO);
    const disk = new NodeDisk();
    expect(Buffer.from(disk.readFile(path, HELLO.length))).toEqual(HELLO);
    expect(() => disk.readFile(path, HELLO.length - 1)).toThrow(
      expect.objectContaining({ errno: 'EFBIG', message: expect.stringContaining('11 bytes') }),
    );
  });
});

describe('what cannot be opened', () => {
  const disk = new NodeDisk();
  const ways: [string, (path: string) => unknown][] = [
    ['readFile', (path) => disk.readFile(path, 100)],
    ['openImmutable', (path) => disk.openImmutable(path)],
    ['openMutable', (path) => disk.openMutable(path)],
  ];

  it.each(ways)('%s: nothing there', (_name, open) => {
    const path = join(scratchFolder(), 'absent');
    const refusal = { code: 'TSDB_IO', errno: 'ENOENT', path };
    expect(() => open(path)).toThrow(expect.objectContaining(refusal));
    expect(() => open(path)).toThrow(`cannot open ${path}: no such file or directory`);
  });

  it.each(ways)('%s: a directory instead of a file', (_name, open) => {
    const path = scratchFolder();
    expect(() => open(path)).toThrow(expect.objectContaining({ errno: 'EISDIR', path }));
  });

  it.each(ways)('%s: a pipe, without waiting for its writer', (_name, open) => {
    const path = join(scratchFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    expect(() => open(path)).toThrow(/not a regular file/);
  });

  it.each(ways)('%s: a file without permission', (_name, open) => {
    const path = scratchFile(HELLO);
    chmodSync(path, 0);
    asNobody(() => {
      expect(() => open(path)).toThrow(expect.objectContaining({ errno: 'EACCES' }));
    });
  });

  it('list and stat name the path and the reason', () => {
    const path = join(scratchFolder(), 'absent');
    expect(() => disk.list(path)).toThrow(`cannot list ${path}: no such file or directory`);
    expect(() => disk.stat(path)).toThrow(`cannot stat ${path}: no such file or directory`);
    expect(() => disk.list(scratchFile(HELLO))).toThrow(/not a directory/);
  });
});
