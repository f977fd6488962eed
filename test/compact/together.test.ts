/** Blocks that are moved together become what they become one series at a time. */
import fc from 'fast-check';
import { compactBlocks } from '../../compact/compactor.js';
import { mergedBlock } from '../../compact/merged-meta.js';
import { closeBlock, openBlocks } from '../../compact/open-block.js';
import { reorder, Together } from '../../compact/together.js';
import { encodeTombstones } from '../../index/tombstones.js';
import { Kernel } from '../../kernel/kernel.js';
import { Heap } from '../../model/heap.js';
import { addBlock, type TestBlock, type TestChunk } from '../support/block-builder.js';
import { DIR } from '../support/data-directory.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const NEW = '01M83CBQBZ9SNCY7D5VAF4K1AA';
const kernel = new Kernel();

/** Blocks one behind the other, or overlapping, 1000 ms each. */
function blockOf(index: number, startsAt: number, series: TestBlock['series']): TestBlock {
  const ulid = `01M83CBQ74YCKJF9GDZKMA1V${String(index).padStart(2, '0')}`;
  return { ulid, minTime: startsAt, maxTime: startsAt + 1000, series };
}

/** The files of the merge; where deletions are known, even of nothing, nothing moves together. */
async function merged(
  blocks: readonly TestBlock[],
  isTogether: boolean,
): Promise<readonly (readonly [string, string])[]> {
  const disk = new WritableMemoryDisk([DIR]);
  const paths = blocks.map((block) => addBlock(disk, block));
  const nothing = new Map([[1, [{ minTime: 0, maxTime: 1 }]]]);
  if (!isTogether) {
    for (const path of paths) disk.files.set(`${path}/tombstones`, encodeTombstones(nothing));
  }
  const sources = openBlocks(disk, paths, kernel);
  try {
    const metas = sources.map(({ meta }) => meta);
    await compactBlocks(disk, DIR, mergedBlock(NEW, metas), sources, { kernel });
  } finally {
    sources.forEach(closeBlock);
  }
  return [...disk.files]
    .filter(([path]) => path.includes(NEW) && !path.endsWith('meta.json'))
    .map(([path, bytes]) => [path, Buffer.from(bytes).toString('hex')] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function chunkFrom(start: number, count: number): TestChunk {
  return { times: Array.from({ length: count }, (_, i) => start + i) };
}

const series = fc.record({
  /** In which blocks it is. */
  blocks: fc.integer({ min: 1, max: 15 }),
  chunks: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 }),
  hasMore: fc.boolean(),
});

it('whichever series they have, and where they overlap', async () => {
  const steps = fc.array(fc.constantFrom(1000, 1000, 1000, 1000, 700), {
    minLength: 4,
    maxLength: 4,
  });
  const run = async (
    input: { blocks: number; chunks: number[]; hasMore: boolean }[],
    by: number[],
    common: boolean,
  ): Promise<void> => {
    let start = 0;
    const blocks = by.map((step, index) => {
      start += step;
      const own = input.flatMap(({ blocks: among, chunks, hasMore }, number) => {
        if (!common && (among & (1 << index)) === 0) return [];
        const labels: Record<string, string> = { n: String(number).padStart(3, '0') };
        if (hasMore) labels.z = `${index % 2}`;
        const placed = chunks.map((count, i) => chunkFrom(start + 200 * i, count));
        return [[labels, placed] as const];
      });
      return blockOf(index, start, own);
    });
    expect(await merged(blocks, true)).toEqual(await merged(blocks, false));
  };
  await fc.assert(fc.asyncProperty(fc.array(series, { maxLength: 25 }), steps, fc.boolean(), run), {
    numRuns: 60,
  });
});

it('through many windows and batches, all of them together', async () => {
  const blocks = [0, 1, 2, 3].map((index) => {
    const own = Array.from({ length: 600 }, (_, number) => {
      const labels = { n: String(number).padStart(4, '0'), of: String(number % 7), same: 'x' };
      const chunks = [0, 1, 2].map((i) => chunkFrom(1000 * index + 300 * i, 20 + (number % 250)));
      return [labels, chunks] as const;
    });
    return blockOf(index, 1000 * index, own);
  });
  const move = jest.spyOn(Together.prototype, 'move');
  const together = await merged(blocks, true);
  const moved = move.mock.results.map(({ value }) => (value as { series: number }).series);
  expect(moved.reduce((sum, count) => sum + count, 0)).toBe(600);
  expect(moved.length).toBeGreaterThan(2);
  move.mockRestore();
  expect(together).toEqual(await merged(blocks, false));
});

it('large and odd series in between are dealt with one at a time', async () => {
  const long = Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [`l${String(i).padStart(3, '0')}`, 'v']),
  );
  const own = (start: number): TestBlock['series'] => [
    [{ a: '1' }, [chunkFrom(start, 3)]],
    [{ a: '2' }, Array.from({ length: 500 }, (_, i) => chunkFrom(start + 2 * i, 1))],
    [{ a: '3' }, [chunkFrom(start, 2)]],
    [{ ...long, b: 'x' }, [chunkFrom(start, 4)]],
    [{ m: '1' }, [chunkFrom(start, 3), chunkFrom(start + 500, 3)]],
  ];
  const blocks = [0, 1, 2].map((index) => {
    const sorted = [...own(1000 * index)].sort(([a], [b]) =>
      JSON.stringify(Object.entries(a).flat()) < JSON.stringify(Object.entries(b).flat()) ? -1 : 1,
    );
    return blockOf(index, 1000 * index, sorted);
  });
  expect(await merged(blocks, true)).toEqual(await merged(blocks, false));
});

it('sources that were moved stand as a heap would have left them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 }), fc.nat(200), (count, times) => {
      const items = Array.from({ length: count }, (_, i) => i);
      let wanted = [...items];
      for (let i = 0; i < times; i++) {
        const heap = new Heap<number>(() => false);
        wanted.forEach((item) => heap.push(item));
        wanted = wanted.map(() => heap.pop() ?? NaN);
      }
      reorder(items, times);
      expect(items).toEqual(wanted);
    }),
  );
});
