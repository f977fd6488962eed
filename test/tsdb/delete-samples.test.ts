/** Tombstones of what is deleted: by series that match, within the times that they have. */
import { Kernel } from '../../kernel/kernel.js';
import { readTombstones } from '../../index/tombstones.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { matcher } from '../../model/matcher.js';
import { atOnce } from '../../model/steps.js';
import { Block } from '../../tsdb/block.js';
import { storeTombstones, tombstonesOf } from '../../tsdb/delete-samples.js';
import { addBlock, USUAL } from '../support/block-builder.js';
import { DIR } from '../support/data-directory.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const OPTIONS = { labelCacheBytes: 0, kernel: new Kernel() };
const EVERYTHING = { minTime: MIN_TIME, maxTime: MAX_TIME };

function diskWithBlock(): { disk: WritableMemoryDisk; path: string } {
  const disk = new WritableMemoryDisk([DIR]);
  return { disk, path: addBlock(disk, USUAL) };
}

/** Deletes, and what the block then has for tombstones: ranges by series, as `min-max`. */
function deleted(
  disk: WritableMemoryDisk,
  path: string,
  value: string,
  range: { minTime: number; maxTime: number },
): string[] | null {
  const block = Block.load(disk, path, OPTIONS);
  block.acquire();
  const tombstones = atOnce(tombstonesOf(block, [matcher('n', '=~', value)], range));
  block.release();
  block.close();
  if (tombstones === null) return null;
  storeTombstones(disk, block, tombstones);
  const stored = readTombstones(disk, `${path}/tombstones`);
  expect(stored).toEqual(tombstones);
  const { numTombstones } = Block.load(disk, path, OPTIONS).meta.stats;
  const ranges = [...stored.values()].map((list) =>
    list.map(({ minTime, maxTime }) => `${minTime}-${maxTime}`).join(' '),
  );
  expect(numTombstones).toBe(ranges.join(' ').split(' ').length);
  return ranges;
}

describe('deleting', () => {
  it('ends where the samples of each series end', () => {
    const { disk, path } = diskWithBlock();
    expect(deleted(disk, path, 'a|c', EVERYTHING)).toEqual(['10-40', '0-999']);
  });

  it('passes over series without a chunk in the range, and series that do not match', () => {
    const { disk, path } = diskWithBlock();
    expect(deleted(disk, path, '.*', { minTime: 41, maxTime: 99 })).toEqual(['41-99']);
    expect(deleted(disk, path, 'b', { minTime: 0, maxTime: 50 })).toBeNull();
    expect(deleted(disk, path, 'none', EVERYTHING)).toBeNull();
  });

  it('adds to what was deleted before, and joins what touches', () => {
    const { disk, path } = diskWithBlock();
    expect(deleted(disk, path, 'a', { minTime: 10, maxTime: 20 })).toEqual(['10-20']);
    expect(deleted(disk, path, 'a', { minTime: 35, maxTime: 99 })).toEqual(['10-20 35-40']);
    expect(deleted(disk, path, 'a', { minTime: 21, maxTime: 34 })).toEqual(['10-40']);
    expect(deleted(disk, path, 'b', EVERYTHING)).toEqual(['10-40', '100-100']);
  });

  it('replaces the tombstones before the count of them, each durably', () => {
    const { disk, path } = diskWithBlock();
    deleted(disk, path, 'a', EVERYTHING);
    const renames = disk.log.filter((entry) => /^(rename|sync .*\/$)/.test(entry));
    expect(renames).toEqual([
      `rename ${path}/tombstones.tmp ${path}/tombstones`,
      `sync ${path}/`,
      `rename ${path}/meta.json.tmp ${path}/meta.json`,
      `sync ${path}/`,
    ]);
  });
});
