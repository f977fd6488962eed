/** A block in the making: the order of operations that a crash may interrupt anywhere. */
import { BlockDirectory } from '../../compact/block-directory.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const T = '/d/X.tmp-for-creation';

function write(directory: BlockDirectory, name: string, ...pieces: Uint8Array[]): void {
  const sink = directory.openSink(name);
  for (const piece of pieces) sink.write(piece);
  sink.end();
}

it('is written, synced, renamed, and its name synced, in this order', () => {
  const disk = new WritableMemoryDisk(['/d']);
  const directory = new BlockDirectory(disk, '/d', 'X');
  write(directory, 'chunks/000001', Buffer.from('ab'), Buffer.from('cd'));
  write(directory, 'index', Buffer.from('efg'));
  write(directory, 'meta.json');
  directory.publish();
  expect(disk.log).toEqual([
    `mkdir ${T}`,
    `mkdir ${T}/chunks`,
    `create ${T}/chunks/000001`,
    `write ${T}/chunks/000001`,
    `sync ${T}/chunks/000001`,
    `create ${T}/index`,
    `write ${T}/index`,
    `sync ${T}/index`,
    `create ${T}/meta.json`,
    `sync ${T}/meta.json`,
    `sync ${T}/chunks/`,
    `sync ${T}/`,
    `rename ${T} /d/X`,
    'sync /d/',
  ]);
  expect(directory.path).toBe('/d/X');
  expect(directory.sizeBytes).toBe(7);
  expect(Buffer.from(disk.readFile('/d/X/chunks/000001', 9)).toString()).toBe('abcd');
  expect(disk.openFiles).toBe(0);
});

it('takes pieces of any size, in order', () => {
  const disk = new WritableMemoryDisk(['/d']);
  const directory = new BlockDirectory(disk, '/d', 'X');
  const pieces = [1, 300_000, 5, 200_000, 100_000, 262_144, 7].map((size, i) =>
    Buffer.alloc(size, i + 1),
  );
  write(directory, 'index', ...pieces);
  expect(Buffer.concat(pieces).equals(disk.readFile(`${T}/index`, 1e7))).toBe(true);
});

it('replaces what a crash left of one with its name', () => {
  const disk = new WritableMemoryDisk(['/d', T]);
  disk.files.set(`${T}/index`, Buffer.from('half'));
  const directory = new BlockDirectory(disk, '/d', 'X');
  directory.publish();
  expect([...disk.files.keys()]).toEqual([]);
});

it('goes away with all its files when it cannot be made', () => {
  const disk = new WritableMemoryDisk(['/d']);
  const directory = new BlockDirectory(disk, '/d', 'X');
  directory.openSink('index').write(Buffer.from('x'));
  const cause = new Error('no more');
  expect(directory.discard(cause)).toBe(cause);
  expect(disk.list('/d')).toEqual([]);
  expect(disk.openFiles).toBe(0);
});

it('says what it left behind when not even that is possible', () => {
  const disk = new WritableMemoryDisk(['/d']);
  const directory = new BlockDirectory(disk, '/d', 'X');
  disk.refusedAt = disk.log.length;
  expect(directory.discard(new Error('no more'))).toMatchObject({
    message: `no more; ${T} is left behind: cannot remove ${T}: input/output error`,
    errno: 'EIO',
  });
});
