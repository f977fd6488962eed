import { removeBlock, removeLeftovers } from '../../tsdb/leftovers.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const ULID = '01M83CFB14VFVT9VDJ1EFZ8FCE';

function diskWith(...names: string[]): WritableMemoryDisk {
  const disk = new WritableMemoryDisk(['/data']);
  for (const name of names) disk.files.set(`/data/${name}`, new Uint8Array(1));
  return disk;
}

it('blocks half made and half removed go; blocks and what is not ours stay', () => {
  const leftovers = [
    `${ULID}.tmp-for-creation/index`,
    `${ULID}.tmp-for-deletion/meta.json`,
    `${ULID}.tmp/meta.json`,
  ];
  const others = [
    `${ULID}/meta.json`,
    `${ULID}.tmp-for-deletion.txt`,
    'notes.tmp/index',
    'wal/checkpoint.00000001.tmp/00000000',
    'lock',
    'notes.tmp',
  ];
  const disk = diskWith(...leftovers, ...others);
  expect(removeLeftovers(disk, '/data')).toEqual([
    `/data/${ULID}.tmp`,
    `/data/${ULID}.tmp-for-creation`,
    `/data/${ULID}.tmp-for-deletion`,
  ]);
  expect([...disk.files.keys()].sort()).toEqual(others.map((name) => `/data/${name}`).sort());
});

it('a block is out of sight before it is taken apart, also where an attempt had failed', async () => {
  const disk = diskWith(`${ULID}/meta.json`, `${ULID}.tmp-for-deletion/meta.json`);
  await removeBlock(disk, `/data/${ULID}`);
  expect(disk.log.slice(1)).toEqual([
    `rename /data/${ULID} /data/${ULID}.tmp-for-deletion`,
    'sync /data/',
    `remove /data/${ULID}.tmp-for-deletion`,
  ]);
  expect(disk.files.size).toBe(0);
});
