/** Blocks of what a head holds. Their bytes are held to Prometheus' in interop. */
import { writeHeadBlock } from '../../compact/head-block.js';
import { HeadSnapshotBuilder } from '../../compact/head-snapshot.js';
import { sortHead } from '../../compact/head-symbols.js';
import type { BlockMeta } from '../../compact/block-meta.js';
import { Kernel } from '../../kernel/kernel.js';
import { CorruptionError, DiskError } from '../../model/errors.js';
import { atOnce } from '../../model/steps.js';
import { blockContents } from '../support/block-contents.js';
import { patch, ULID } from '../support/block-builder.js';
import { DIR } from '../support/data-directory.js';
import { type HeadTestSeries, TestHead } from '../support/test-head.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const CHUNKS = `${DIR}/chunks_head`;
const kernel = new Kernel();

function series(labels: Record<string, string>, ...times: number[]): HeadTestSeries {
  const column = Float64Array.from(times);
  const pairs = Object.entries(labels);
  return { labels: pairs, times: column, values: column.map((time) => 1.5 * time) };
}

function steps(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

const FEW = [series({ n: 'b' }, 10, 20), series({ a: 'x', n: 'é' }, 30), series({ n: 'a' }, 40)];

interface Made {
  readonly disk: WritableMemoryDisk;
  readonly write: () => Promise<BlockMeta | null>;
  readonly contents: () => string[];
}

async function head(all: readonly HeadTestSeries[], minTime = 0, maxTime = 1000): Promise<Made> {
  const disk = new WritableMemoryDisk([DIR, CHUNKS]);
  const filled = new TestHead(disk, CHUNKS);
  filled.addPair('gone', 'symbol');
  for (const one of all) filled.add(one);
  const source = { snapshot: await filled.finish(), chunksDir: CHUNKS };
  const block = { ulid: ULID, minTime, maxTime };
  return {
    disk,
    write: () => writeHeadBlock(disk, DIR, block, source, { kernel }),
    contents: () => blockContents(disk, `${DIR}/${ULID}`, kernel),
  };
}

it('a head becomes a block of its series in label order', async () => {
  const { write, contents } = await head(FEW);
  expect(await write()).toMatchObject({
    ulid: ULID,
    minTime: 0,
    maxTime: 1000,
    stats: { numSeries: 3, numSamples: 4, numChunks: 3 },
    compaction: { level: 1, sources: [ULID], parents: [] },
  });
  expect(contents()).toEqual(['a x n é: 30', 'n a: 40', 'n b: 10 20']);
});

it('full chunks come out of the files', async () => {
  const { disk, write, contents } = await head([series({ n: 'a' }, ...steps(0, 500))]);
  expect(disk.files.has(`${CHUNKS}/000001`)).toBe(true);
  expect((await write())?.stats.numChunks).toBeGreaterThan(2);
  expect(contents()).toEqual([`n a: ${steps(0, 500).join(' ')}`]);
});

it('what lies outside of the range stays behind, whole chunks and parts of them', async () => {
  const { write, contents } = await head([...FEW, series({ n: 'z' }, ...steps(0, 500))], 35, 300);
  expect((await write())?.stats.numSamples).toBe(1 + 300 - 35);
  expect(contents()).toEqual(['n a: 40', `n z: ${steps(35, 265).join(' ')}`]);
});

it('a block has all texts of the head for symbols', async () => {
  const disk = new WritableMemoryDisk([DIR, CHUNKS]);
  const filled = new TestHead(disk, CHUNKS);
  filled.addPair('gone', 'symbol');
  FEW.forEach((one) => filled.add(one));
  const { symbols } = atOnce(sortHead(await filled.finish()));
  const texts = Array.from({ length: symbols.count }, (_, i) => symbols.textAt(i));
  expect(texts).toEqual(['', 'a', 'b', 'gone', 'n', 'symbol', 'x', 'é']);
});

it('an empty range makes no block', async () => {
  const { disk, write } = await head(FEW, 500, 600);
  const before = [...disk.files.keys()];
  expect(await write()).toBeNull();
  expect([...disk.files.keys()]).toEqual(before);
});

it('a damaged chunk is named, and nothing is left behind', async () => {
  const { disk, write } = await head([series({ n: 'a' }, ...steps(0, 500))]);
  patch(disk, `${CHUNKS}/000001`, (bytes) => (bytes[50] ^= 1));
  await expect(write()).rejects.toThrow(CorruptionError);
  await expect(write()).rejects.toThrow(`${CHUNKS}/000001: corrupt at byte 8: chunk checksum`);
  expect([...disk.files.keys()].filter((path) => path.includes(ULID))).toEqual([]);
});

it('a refused write leaves nothing behind', async () => {
  const { disk, write } = await head(FEW);
  disk.refusedAt = disk.log.length + 5;
  await expect(write()).rejects.toThrow(DiskError);
  expect([...disk.files.keys()].filter((path) => path.includes(ULID))).toEqual([]);
  expect(disk.openFiles).toBe(0);
});

describe('a snapshot', () => {
  it('is made of shared memory, as far as it is used', () => {
    const builder = new HeadSnapshotBuilder();
    builder.addPair(5, 'n', 'v');
    for (let i = 0; i < 3000; i++) {
      builder.beginSeries();
      builder.addSeriesPair(5);
      builder.addChunk({ ref: 2 ** 32 * (1 + i) + 8, dataLength: i, minTime: i, maxTime: i + 1 });
    }
    expect(builder.seriesCount).toBe(3000);
    const made = builder.finish();
    for (const column of Object.values(made) as Uint8Array[]) {
      expect(column.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
    expect([...made.pairNames]).toEqual([0, 0, 0, 0, 0, 1]);
    expect(made.seriesChunkEnds[2999]).toBe(3000);
    expect([made.chunkFiles[2999], made.chunkOffsets[2999]]).toEqual([3000, 8]);
    expect(made.texts.length).toBe(2);
  });
});
