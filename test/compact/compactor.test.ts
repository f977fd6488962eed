/** Blocks out of blocks: which series and samples go on, and what is left when it fails. */
import { compactBlocks, type CompactionProgress } from '../../compact/compactor.js';
import { closeBlock, openBlocks } from '../../compact/open-block.js';
import type { BlockMeta } from '../../compact/block-meta.js';
import { mergedBlock, rewrittenBlock } from '../../compact/merged-meta.js';
import {
  BlockWriter,
  type FileSink,
  type NewBlock,
  symbolsOf,
} from '../../compact/block-writer.js';
import { crc32c } from '../../encoding/crc32c.js';
import { Labels } from '../../model/labels.js';
import { encodeTombstones } from '../../index/tombstones.js';
import { Kernel } from '../../kernel/kernel.js';
import { CorruptionError, DiskError } from '../../model/errors.js';
import {
  addBlock,
  OTHER_ULID,
  patch,
  seriesIds,
  type TestBlock,
  ULID,
} from '../support/block-builder.js';
import { blockContents } from '../support/block-contents.js';
import { DIR } from '../support/data-directory.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const NEW = '01M83CBQBZ9SNCY7D5VAF4K1AA';
const kernel = new Kernel();

const FIRST: TestBlock = {
  ulid: ULID,
  minTime: 0,
  maxTime: 100,
  series: [
    [{ n: 'a' }, [{ times: [10, 20] }, { times: [30, 40] }]],
    [{ n: 'b', x: 'é' }, [{ times: [50] }]],
  ],
};
const SECOND: TestBlock = {
  ulid: OTHER_ULID,
  minTime: 100,
  maxTime: 200,
  series: [
    [{ m: 'z' }, [{ times: [150] }]],
    [{ n: 'a' }, [{ times: [110, 120] }]],
  ],
};

function diskWith(...blocks: readonly TestBlock[]): WritableMemoryDisk {
  const disk = new WritableMemoryDisk([DIR]);
  for (const block of blocks) addBlock(disk, block);
  return disk;
}

function pathOf({ ulid }: TestBlock): string {
  return `${DIR}/${ulid}`;
}

type Describe = (ulid: string, metas: readonly BlockMeta[]) => NewBlock;

async function compact(
  disk: WritableMemoryDisk,
  blocks: readonly TestBlock[],
  describeBlock: Describe = mergedBlock,
  onProgress?: CompactionProgress,
): Promise<BlockMeta | null> {
  const sources = openBlocks(disk, blocks.map(pathOf), kernel);
  try {
    const target = describeBlock(
      NEW,
      sources.map(({ meta }) => meta),
    );
    return await compactBlocks(disk, DIR, target, sources, { kernel, onProgress });
  } finally {
    sources.forEach(closeBlock);
  }
}

const rewritten: Describe = (ulid, [meta]) => rewrittenBlock(ulid, meta);

/** `labels: times` of every series of the new block. */
function contents(disk: WritableMemoryDisk): string[] {
  return blockContents(disk, `${DIR}/${NEW}`, kernel);
}

describe('blocks that are merged', () => {
  it('become one with the series of all, in label order', async () => {
    const disk = diskWith(FIRST, SECOND);
    const meta = await compact(disk, [FIRST, SECOND]);
    expect(contents(disk)).toEqual(['m z: 150', 'n a: 10 20 30 40 110 120', 'n b x é: 50']);
    expect(meta).toMatchObject({
      minTime: 0,
      maxTime: 200,
      stats: { numSeries: 3, numSamples: 8, numFloatSamples: 8, numChunks: 5, numTombstones: 0 },
      compaction: { level: 2, sources: [ULID, OTHER_ULID] },
    });
    expect([...disk.files.keys()].filter((path) => path.includes(NEW)).sort()).toEqual(
      ['chunks/000001', 'index', 'meta.json', 'tombstones'].map((name) => `${DIR}/${NEW}/${name}`),
    );
  });

  it('keep each time once where they overlap', async () => {
    const late: TestBlock = {
      ...SECOND,
      minTime: 0,
      series: [[{ n: 'a' }, [{ times: [15, 20, 25] }, { times: [110] }]]],
    };
    const disk = diskWith(FIRST, late);
    await compact(disk, [FIRST, late]);
    expect(contents(disk)).toEqual(['n a: 10 15 20 25 30 40 110', 'n b x é: 50']);
  });

  it('keep symbols that no series has any more', async () => {
    const disk = diskWith(FIRST);
    deleteSamples(disk, FIRST, 1, [[0, 100]]);
    await compact(disk, [FIRST]);
    const [block] = openBlocks(disk, [`${DIR}/${NEW}`], kernel);
    expect([...block.index.symbols()]).toEqual(['', 'a', 'b', 'n', 'x', 'é']);
  });

  it('tell how far they are', async () => {
    const told: [number, number][] = [];
    await compact(diskWith(FIRST, SECOND), [FIRST, SECOND], mergedBlock, (done, total) => {
      told.push([done, total]);
    });
    expect(told).toEqual([[4, 4]]);
  });
});

/** Gives series number `index` tombstones. */
function deleteSamples(
  disk: WritableMemoryDisk,
  block: TestBlock,
  index: number,
  ranges: readonly (readonly [number, number])[],
): void {
  const id = seriesIds(disk, `${pathOf(block)}/index`)[index];
  const intervals = ranges.map(([minTime, maxTime]) => ({ minTime, maxTime }));
  const bytes = encodeTombstones(new Map([[id, intervals]]));
  disk.files.set(`${pathOf(block)}/tombstones`, bytes);
}

describe('what was deleted', () => {
  it('is left out, in the middle of a chunk and whole chunks', async () => {
    const disk = diskWith(FIRST);
    deleteSamples(disk, FIRST, 0, [
      [20, 20],
      [25, 45],
    ]);
    const meta = await compact(disk, [FIRST], rewritten);
    expect(contents(disk)).toEqual(['n a: 10', 'n b x é: 50']);
    expect(meta?.compaction).toMatchObject({ level: 1, sources: [NEW] });
  });

  it('takes a series with it of which nothing is left', async () => {
    const disk = diskWith(FIRST);
    // Both samples, but neither range covers the chunk.
    deleteSamples(disk, FIRST, 0, [
      [5, 15],
      [19, 21],
      [28, 60],
    ]);
    const meta = await compact(disk, [FIRST], rewritten);
    expect(meta?.stats.numSeries).toBe(1);
    expect(contents(disk)).toEqual(['n b x é: 50']);
  });

  it('leaves no block where it was all', async () => {
    const disk = diskWith({ ...FIRST, series: FIRST.series.slice(0, 1) });
    deleteSamples(disk, FIRST, 0, [[0, 100]]);
    const before = [...disk.files.keys()];
    expect(await compact(disk, [FIRST])).toBeNull();
    expect([...disk.files.keys()]).toEqual(before);
    expect(disk.exists(`${DIR}/${NEW}.tmp-for-creation`)).toBe(false);
  });
});

it('samples outside of the new block stay behind', async () => {
  const disk = diskWith(FIRST);
  const narrow: Describe = (ulid) => ({ ulid, minTime: 15, maxTime: 40 });
  await compact(disk, [FIRST], narrow);
  expect(contents(disk)).toEqual(['n a: 20 30']);
});

describe('a merge that fails', () => {
  it('leaves nothing behind, whatever is refused', async () => {
    for (let refusedAt = 0; ; refusedAt++) {
      const disk = diskWith(FIRST, SECOND);
      const before = [...disk.files.keys()];
      disk.refusedAt = refusedAt;
      try {
        await compact(disk, [FIRST, SECOND]);
        if (disk.refusedAt === refusedAt) return;
      } catch (error) {
        expect(error).toBeInstanceOf(DiskError);
        const left = [...disk.files.keys()].filter((path) => !before.includes(path));
        // Once it is renamed it is there, and only not known to stay.
        if (!left.some((path) => path.startsWith(`${DIR}/${NEW}/`))) expect(left).toEqual([]);
        expect(disk.openFiles).toBe(0);
      }
    }
  });

  it('names the chunk that is damaged', async () => {
    const disk = diskWith(FIRST, SECOND);
    patch(disk, `${pathOf(FIRST)}/chunks/000001`, (bytes) => (bytes[20] ^= 1));
    await expect(compact(disk, [FIRST, SECOND])).rejects.toThrow(CorruptionError);
    expect(disk.exists(`${DIR}/${NEW}.tmp-for-creation`)).toBe(false);
  });

  it('names the blocks of a chunk that is no chunk, and one of an encoding that there is not', async () => {
    const broken = (encoding: number): Promise<unknown> => {
      const disk = diskWith(FIRST);
      const path = `${DIR}/${OTHER_ULID}`;
      const open = (name: string): FileSink => {
        const parts: Uint8Array[] = [];
        return {
          write: (bytes) => void parts.push(bytes.slice()),
          end: () => disk.files.set(`${path}/${name}`, Uint8Array.from(Buffer.concat(parts))),
        };
      };
      const labels = Labels.from({ n: 'a' });
      const range = { ulid: OTHER_ULID, minTime: 0, maxTime: 100 };
      const writer = new BlockWriter(open, range, symbolsOf([labels]));
      const data = Uint8Array.of(0, 9, 1);
      writer.writeSeries(labels, [{ encoding: 1, data, minTime: 15, maxTime: 16 }]);
      writer.finish();
      const file = `${path}/chunks/000001`;
      patch(disk, file, (bytes) => {
        bytes[9] = encoding;
        new DataView(bytes.buffer).setUint32(13, crc32c(bytes.subarray(9, 13)));
      });
      return compact(disk, [FIRST, { ...SECOND, ulid: OTHER_ULID }]);
    };
    await expect(broken(1)).rejects.toThrow(CorruptionError);
    await expect(broken(1)).rejects.toThrow(OTHER_ULID);
    await expect(broken(9)).rejects.toThrow(
      `${DIR}/${OTHER_ULID}: corrupt at byte 0: unknown chunk encoding 9`,
    );
  });

  it('leaves nothing behind when it is aborted', async () => {
    const chunks = [{ times: [1] }];
    const many: TestBlock = {
      ...FIRST,
      series: Array.from({ length: 2000 }, (_, i) => [{ n: `${10_000 + i}` }, chunks] as const),
    };
    const disk = diskWith(many);
    const sources = openBlocks(disk, [pathOf(many)], kernel);
    const target = mergedBlock(NEW, [sources[0].meta]);
    const abort = new AbortController();
    const onProgress = (): void => abort.abort(new Error('enough'));
    const options = { kernel, onProgress, signal: abort.signal };
    await expect(compactBlocks(disk, DIR, target, sources, options)).rejects.toThrow('enough');
    expect([...disk.files.keys()].filter((path) => path.includes(NEW))).toEqual([]);
  });
});

it('blocks are opened all or none', () => {
  const disk = diskWith(FIRST);
  expect(() => openBlocks(disk, [pathOf(FIRST), pathOf(SECOND)], kernel)).toThrow(DiskError);
  patch(disk, `${pathOf(FIRST)}/tombstones`, (bytes) => (bytes[0] ^= 1));
  expect(() => openBlocks(disk, [pathOf(FIRST)], kernel)).toThrow(CorruptionError);
});
