/** Blocks that we merge: the bytes are those that Prometheus 3.14 makes of the same blocks. */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isUlid } from '../../compact/block-meta.js';
import { compactBlocks } from '../../compact/compactor.js';
import { writeHeadBlock } from '../../compact/head-block.js';
import { mergedBlock, rewrittenBlock } from '../../compact/merged-meta.js';
import { closeBlock, openBlocks, readBlockMeta } from '../../compact/open-block.js';
import { NodeWritableDisk } from '../../disk/node-writable-disk.js';
import { Kernel } from '../../kernel/kernel.js';
import { describePeers, peer } from '../support/peers.js';
import { scratchFolder } from '../support/scratch.js';
import { describeShared, shared } from '../support/shared.js';
import { TestHead } from '../support/test-head.js';

const SEEDS = [1, 2, 3];
const OUR_ULID = '01M83CBQBZ9SNCY7D5VAF4K1AA';

/** Runs the program; the ULIDs of what it made. */
function prometheus(...args: string[]): string[] {
  const { status, stdout, stderr } = spawnSync(peer('compaction'), args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`compaction ended with ${status}: ${stderr}`);
  return (JSON.parse(stdout) as { ulids: string[] }).ulids;
}

async function ours(out: string, paths: readonly string[], isRewrite: boolean): Promise<boolean> {
  const disk = new NodeWritableDisk();
  const kernel = new Kernel();
  const blocks = openBlocks(disk, paths, kernel);
  const metas = blocks.map(({ meta }) => meta);
  const target = isRewrite ? rewrittenBlock(OUR_ULID, metas[0]) : mergedBlock(OUR_ULID, metas);
  const meta = await compactBlocks(disk, out, target, blocks, { kernel });
  blocks.forEach(closeBlock);
  return meta !== null;
}

/** Every file of a block, as hex, its own ULID replaced. */
function filesOf(path: string, ulid: string): Record<string, string> {
  const names = [...readdirSync(join(path, 'chunks')).map((name) => `chunks/${name}`), 'index'];
  const files = [...names, 'tombstones'].map((name) => [
    name,
    readFileSync(join(path, name)).toString('hex'),
  ]);
  const meta = readFileSync(join(path, 'meta.json'), 'utf8').replaceAll(ulid, 'ULID');
  return { ...(Object.fromEntries(files) as Record<string, string>), 'meta.json': meta };
}

async function expectSame(paths: readonly string[], isRewrite = false): Promise<void> {
  const [theirs, mine] = [scratchFolder(), scratchFolder()];
  const [ulid] = isRewrite
    ? prometheus('rewrite', theirs, paths[0])
    : prometheus('merge', theirs, ...paths);
  expect(await ours(mine, paths, isRewrite)).toBe(ulid !== undefined);
  if (ulid === undefined) return;
  expect(filesOf(join(mine, OUR_ULID), OUR_ULID)).toEqual(filesOf(join(theirs, ulid), ulid));
}

describePeers('blocks that we merge', ['compaction'], () => {
  describe.each(SEEDS)('of samples of all kinds, seed %i', (seed) => {
    let paths: string[];
    beforeAll(() => {
      const dir = scratchFolder();
      paths = prometheus('mixed', dir, String(seed)).map((ulid) => join(dir, ulid));
    });

    it.each([[[0]], [[0, 1]], [[1, 2]], [[0, 2]], [[0, 1, 2]]])(
      'are the same: %j',
      async (numbers) => {
        await expectSame(numbers.map((number) => paths[number]));
      },
    );

    it('are the same where samples were deleted', async () => {
      for (const path of paths) {
        prometheus('delete', path, '3000000', '3900000', 'n', '[01]');
        prometheus('delete', path, '-100', '9000000000', 'n', '2');
        await expectSame([path], true);
      }
      await expectSame(paths);
      prometheus('delete', paths[0], '0', '9000000000', 'n', '.+');
      await expectSame([paths[0]]);
    });
  });
});

/** Directories that servers of 2.42 and 3.14 have written. */
const WRITTEN = ['small-stopped', 'deleted-3.14', 'live-running', 'st-3.14-stopped'];

describeShared('blocks that servers have written', () => {
  describePeers('when they are merged', ['compaction'], () => {
    it.each(WRITTEN)('are the same: %s', async (name) => {
      const dir = scratchFolder();
      cpSync(shared(`fixtures/${name}/data`), dir, { recursive: true });
      const paths = readdirSync(dir)
        .filter(isUlid)
        .map((ulid) => join(dir, ulid));
      const disk = new NodeWritableDisk();
      const minTime = (path: string): number => readBlockMeta(disk, path).minTime;
      paths.sort((a, b) => minTime(a) - minTime(b));
      await expectSame(paths);
      for (const path of paths) await expectSame([path], true);
    });
  });
});

/** What the program fills its head with, too. */
function sampleAt(series: number, i: number): number {
  return ((series * 7919 + i * i * 31 + i * 17) % 100003) / 1000;
}

describePeers('a block that we make of a head', ['compaction'], () => {
  it.each([
    [50, 240, 15_000],
    [7, 480, 15_000],
    [3, 2000, 3000],
  ])('is the same: %i series of %i samples every %i ms', async (series, samples, stepMs) => {
    const [theirs, mine] = [scratchFolder(), scratchFolder()];
    const [ulid] = prometheus('head', theirs, ...[series, samples, stepMs].map(String));
    const disk = new NodeWritableDisk();
    const chunksDir = join(mine, 'chunks_head');
    disk.makeDirectory(chunksDir);
    const head = new TestHead(disk, chunksDir);
    for (let number = 0; number < series; number++) {
      head.add({
        labels: [
          ['__name__', 'test_metric'],
          ['instance', `host-${number}`],
          ['job', 'test'],
        ],
        times: Float64Array.from({ length: samples }, (_, i) => i * stepMs),
        values: Float64Array.from({ length: samples }, (_, i) => sampleAt(number, i)),
      });
    }
    const source = { snapshot: await head.finish(), chunksDir };
    const block = { ulid: OUR_ULID, minTime: 0, maxTime: 2 * 3600 * 1000 };
    await writeHeadBlock(disk, mine, block, source, { kernel: new Kernel() });
    expect(filesOf(join(mine, OUR_ULID), OUR_ULID)).toEqual(filesOf(join(theirs, ulid), ulid));
  });
});
