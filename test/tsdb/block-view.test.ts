/** The blocks that queries see: held while they are read, replaced as a whole. */
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeDisk } from '../../disk/node-disk.js';
import { Kernel } from '../../kernel/kernel.js';
import { ClosedError, DiskError } from '../../model/errors.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { SILENT } from '../../model/logger.js';
import { Pacer } from '../../model/pacer.js';
import { atOnce } from '../../model/steps.js';
import { type BlockList, loadBlocks } from '../../tsdb/block-list.js';
import { BlockView } from '../../tsdb/block-view.js';
import { scratchFolder } from '../support/scratch.js';

const FIXTURE = join(__dirname, '../fixtures/small');
const EVERYTHING = { minTime: MIN_TIME, maxTime: MAX_TIME };

const disk = new NodeDisk();
const pacer = new Pacer();

function load(dir: string): Promise<BlockList> {
  return loadBlocks(dir, { disk, options: { labelCacheBytes: 0, kernel: new Kernel() }, pacer });
}

async function viewOf(dir: string): Promise<BlockView> {
  const view = new BlockView(disk, SILENT);
  view.replace(await load(dir));
  return view;
}

function copy(): string {
  const dir = join(scratchFolder(), 'data');
  cpSync(FIXTURE, dir, { recursive: true });
  return dir;
}

describe('a view of blocks', () => {
  it('holds those of a range only', async () => {
    const view = await viewOf(FIXTURE);
    const { minTime } = view.blocks[0].meta;
    const range = { minTime, maxTime: minTime };
    const held = await view.acquire(range, { pacer });
    const expected = view.blocks.filter(({ meta }) => meta.minTime === minTime);
    expect(held).toEqual(expected);
    expect(view.infos()[0].sizeBytes).toBeGreaterThan(0);
    for (const block of held) block.release();
    view.close();
    expect(view.blocks).toEqual([]);
  });

  it('keeps a replaced block readable until its reader is gone', async () => {
    const view = await viewOf(FIXTURE);
    const [block] = await view.acquire(EVERYTHING, { pacer });
    view.close();
    expect(atOnce(block.labelNames([]))).toContain('__name__');
    block.release();
    expect(() => block.acquire()).toThrow(ClosedError);
  });

  it('sets a damaged block aside, and goes on without it', async () => {
    const dir = copy();
    const view = await viewOf(dir);
    const [first] = view.blocks;
    writeFileSync(join(first.path, 'index'), 'no index');
    const held = await view.acquire(EVERYTHING, { pacer });
    expect(view.problems).toMatchObject([{ path: first.path, code: 'TSDB_CORRUPT' }]);
    expect(view.blocks).not.toContain(first);
    expect(held).toEqual(view.blocks);
    for (const block of held) block.release();
    view.close();
  });

  it('throws where a block is gone, and lets go of the others', async () => {
    const dir = copy();
    const view = await viewOf(dir);
    rmSync(view.blocks[1].path, { recursive: true });
    await expect(view.acquire(EVERYTHING, { pacer })).rejects.toThrow(DiskError);
    const [first] = view.blocks;
    view.close();
    expect(() => first.acquire()).toThrow(ClosedError);
  });
});
