import { analyzeBlock, ChunkSizer } from '../../cli/analysis.js';
import { Kernel } from '../../kernel/kernel.js';
import { matcher } from '../../model/matcher.js';
import { Block } from '../../tsdb/block.js';
import { addBlock, USUAL } from '../support/block-builder.js';
import { MemoryDisk } from '../support/memory-disk.js';

/** n="a": 10 to 40; n="b", x="é": 100; n="c", x="é": 0 to 999; the block is [0, 1000). */
function block(): Block {
  const disk = new MemoryDisk();
  const path = addBlock(disk, USUAL);
  const opened = Block.load(disk, path, { labelCacheBytes: 0, kernel: new Kernel() });
  opened.acquire();
  return opened;
}

const deaf = { onSeries: () => 0, onProgress: () => {} };

describe('analyzeBlock', () => {
  it('counts pairs, names, values, and the time that they miss', async () => {
    const analysis = await analyzeBlock(block(), [], deaf);
    expect(analysis).toMatchObject({
      durationMs: 1000,
      totalSeries: 3,
      matchedSeries: 3,
      labelNames: 2,
      labelPairs: 4,
      labelEntries: 5,
    });
    // Missed: a 970, b 1000, c 1 of 1000 ms.
    expect(analysis.churningNames).toEqual([
      { name: 'n', value: 1 },
      { name: 'x', value: 1 },
    ]);
    expect(analysis.churningPairs).toEqual([
      { name: 'n=b', value: 1 },
      { name: 'x=é', value: 1 },
      { name: 'n=a', value: 0 },
      { name: 'n=c', value: 0 },
    ]);
    expect(analysis.commonPairs[0]).toEqual({ name: 'x=é', value: 2 });
    // In bytes: three letters, and one of two bytes.
    expect(analysis.valueBytes).toEqual([
      { name: 'n', value: 3 },
      { name: 'x', value: 2 },
    ]);
    expect(analysis.cardinality).toEqual([
      { name: 'n', value: 3 },
      { name: 'x', value: 1 },
    ]);
    expect(analysis.seriesOfMetrics).toEqual([]);
  });

  it('sees the matching series only', async () => {
    const analysis = await analyzeBlock(block(), [matcher('x', '=', 'é')], deaf);
    expect(analysis.matchedSeries).toBe(2);
    expect(analysis.labelPairs).toBe(3);
    expect(analysis.cardinality[0]).toEqual({ name: 'n', value: 2 });
  });

  it('wraps as uint64 does where series reach further than the block says', async () => {
    const disk = new MemoryDisk();
    const path = addBlock(disk, USUAL);
    const meta = Buffer.from(disk.files.get(`${path}/meta.json`) ?? '').toString();
    disk.files.set(`${path}/meta.json`, Buffer.from(meta.replace('1000', '10')));
    const opened = Block.load(disk, path, { labelCacheBytes: 0, kernel: new Kernel() });
    opened.acquire();
    const analysis = await analyzeBlock(opened, [matcher('n', '=', 'c')], deaf);
    // 2^64 - 989 is 2^64 in doubles, Go's and ours.
    expect(analysis.churningNames[0].value).toBe(Math.trunc(2 ** 64 / 10));
  });
});

describe('ChunkSizer', () => {
  it('hears of every chunk', async () => {
    const opened = block();
    const sizer = new ChunkSizer(opened);
    await analyzeBlock(opened, [], { ...deaf, onSeries: (metas) => sizer.add(metas) });
    const sizes = sizer.sizes();
    expect(sizes.count).toBe(4);
    expect(sizes.floatSamples).toMatchObject({ min: 1, average: 2, max: 3 });
    expect(sizes.histogramSamples).toBeNull();
  });
});
