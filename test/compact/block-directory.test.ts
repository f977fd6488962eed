/** A block in the making: the order of operations that a crash may interrupt anywhere. */
import { BlockDirectory, storeBlock } from '../../compact/block-directory.js';
import type { BlockMeta } from '../../compact/block-meta.js';
import type { OpenSink } from '../../compact/block-writer.js';
import type { Steps } from '../../model/steps.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const T = '/d/X.tmp-for-creation';

function write(openSink: OpenSink, name: string, ...pieces: Uint8Array[]): void {
  const sink = openSink(name);
  for (const piece of pieces) sink.write(piece);
  sink.end();
}

it('is written, synced, renamed, and its name synced, in this order', async () => {
  const disk = new WritableMemoryDisk(['/d']);
  const directory = new BlockDirectory(disk, '/d', 'X');
  write(directory.openSink, 'chunks/000001', Buffer.from('ab'), Buffer.from('cd'));
  write(directory.openSink, 'index', Buffer.from('efg'));
  write(directory.openSink, 'meta.json');
  await directory.publish();
  expect(disk.log).toEqual([
    `mkdir ${T}`,
    `mkdir ${T}/chunks`,
    `create ${T}/chunks/000001`,
    `write ${T}/chunks/000001`,
    `create ${T}/index`,
    `write ${T}/index`,
    `create ${T}/meta.json`,
    `sync ${T}/chunks/000001`,
    `sync ${T}/index`,
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

it('replaces what a crash left of one with its name', async () => {
  const disk = new WritableMemoryDisk(['/d', T]);
  disk.files.set(`${T}/index`, Buffer.from('half'));
  const directory = new BlockDirectory(disk, '/d', 'X');
  await directory.publish();
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

describe('making a block of what is written', () => {
  const meta = { ulid: 'X' } as BlockMeta;

  function* twoFiles(openSink: OpenSink): Steps<BlockMeta | null> {
    write(openSink, 'index', Buffer.from('a'));
    yield 1;
    write(openSink, 'meta.json', Buffer.from('b'));
    return meta;
  }

  it('leaves all of it or, whatever is refused, nothing', async () => {
    const whole = new WritableMemoryDisk(['/d']);
    expect(await storeBlock(whole, '/d', 'X', twoFiles)).toBe(meta);
    expect(whole.list('/d').map(({ name }) => name)).toEqual(['X']);
    const renamed = whole.log.findIndex((entry) => entry.startsWith('rename'));
    for (let at = 0; at <= renamed; at++) {
      const disk = new WritableMemoryDisk(['/d']);
      disk.refusedAt = at;
      await expect(storeBlock(disk, '/d', 'X', twoFiles)).rejects.toThrow('input/output error');
      expect(disk.list('/d')).toEqual([]);
      expect(disk.openFiles).toBe(0);
    }
  });

  it('leaves nothing where there is nothing to write, and where it is given up', async () => {
    const disk = new WritableMemoryDisk(['/d']);
    function* nothing(openSink: OpenSink): Steps<BlockMeta | null> {
      openSink('index').write(Buffer.from('a'));
      yield 1_000_000;
      return null;
    }
    expect(await storeBlock(disk, '/d', 'X', nothing)).toBeNull();
    const given = AbortSignal.abort(new Error('enough'));
    await expect(storeBlock(disk, '/d', 'X', nothing, given)).rejects.toThrow('enough');
    expect(disk.list('/d')).toEqual([]);
  });
});
