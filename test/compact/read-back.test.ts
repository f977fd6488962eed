/** Reading a block back: what is wrong with it is found. */
import { encodeBlockMeta, parseBlockMeta } from '../../compact/block-meta.js';
import { readBack } from '../../compact/read-back.js';
import { Kernel } from '../../kernel/kernel.js';
import { CorruptionError } from '../../model/errors.js';
import { atOnce } from '../../model/steps.js';
import { encodeUtf8 } from '../../model/utf8.js';
import { addBlock, patch, type TestBlock, ULID, USUAL } from '../support/block-builder.js';
import { MemoryDisk } from '../support/memory-disk.js';

const kernel = new Kernel();

function check(block: TestBlock, change: (disk: MemoryDisk, path: string) => void = () => {}) {
  const disk = new MemoryDisk();
  const path = addBlock(disk, block);
  change(disk, path);
  return () => atOnce(readBack(disk, path, kernel));
}

it('a block that is whole gives its meta', () => {
  expect(check(USUAL)()).toMatchObject({ ulid: ULID, stats: { numSeries: 3, numChunks: 4 } });
});

it('every flipped bit of chunks and of series is found', () => {
  for (const at of [8, 9, 10, 15, 20]) {
    const flipped = check(USUAL, (disk, path) => {
      patch(disk, `${path}/chunks/000001`, (bytes) => (bytes[at] ^= 1));
    });
    expect(flipped).toThrow(CorruptionError);
  }
});

it('counts that differ from meta.json are told', () => {
  const miscounted = check(USUAL, (disk, path) => {
    const file = `${path}/meta.json`;
    const meta = parseBlockMeta(file, disk.readFile(file, 10_000));
    const stats = { ...meta.stats, numSamples: 7, numFloatSamples: 7 };
    disk.files.set(file, encodeUtf8(encodeBlockMeta({ ...meta, stats })));
  });
  expect(miscounted).toThrow('numSamples is 8, 7 was written');
});

it('chunks that overlap or leave the block are told', () => {
  const narrow = check(USUAL, (disk, path) => {
    const file = `${path}/meta.json`;
    const meta = parseBlockMeta(file, disk.readFile(file, 10_000));
    disk.files.set(file, encodeUtf8(encodeBlockMeta({ ...meta, maxTime: 999 })));
  });
  expect(narrow).toThrow('is out of its time');
});
