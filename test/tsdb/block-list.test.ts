/** The blocks of a directory: found, taken over, set aside. */
import { Kernel } from '../../kernel/kernel.js';
import { AssertionError } from '../../model/assert.js';
import { CorruptionError, DiskError } from '../../model/errors.js';
import { isGone, loadBlocks, setAside } from '../../tsdb/block-list.js';
import { Pacer } from '../../model/pacer.js';
import { DIR } from '../support/data-directory.js';
import { copyToMemory, SMALL_FIXTURE } from '../support/directory-copy.js';
import type { MemoryDisk } from '../support/memory-disk.js';

const context = (disk: MemoryDisk) => ({
  disk,
  options: { labelCacheBytes: 0, kernel: new Kernel() },
  pacer: new Pacer(),
});

describe('loadBlocks', () => {
  it('finds the directories that are named by a ULID, by min time, and no others', async () => {
    const disk = copyToMemory(SMALL_FIXTURE);
    disk.files.set(`${DIR}/01M83CBQ74YCKJF9GDZKMA1V6Q.tmp-for-deletion/meta.json`, Uint8Array.of());
    disk.files.set(`${DIR}/lost+found/x`, Uint8Array.of());
    disk.files.set(`${DIR}/01M83CBQ74YCKJF9GDZKMA1V6R`, Uint8Array.of());
    const { blocks, problems } = await loadBlocks(DIR, context(disk));
    expect(problems).toEqual([]);
    expect(blocks).toHaveLength(7);
    const minTimes = blocks.map(({ meta }) => meta.minTime);
    expect(minTimes).toEqual([...minTimes].sort((a, b) => a - b));
  });

  it('takes over known blocks that have not changed', async () => {
    const disk = copyToMemory(SMALL_FIXTURE);
    const { blocks } = await loadBlocks(DIR, context(disk));
    disk.files.set(`${blocks[2].path}/tombstones`, Uint8Array.of(1));
    const again = await loadBlocks(DIR, context(disk), blocks);
    expect(again.blocks.map((block, i) => block === blocks[i])).toEqual(
      blocks.map((_, i) => i !== 2),
    );
  });

  it('sets aside what has no readable meta.json', async () => {
    const disk = copyToMemory(SMALL_FIXTURE);
    const { blocks } = await loadBlocks(DIR, context(disk));
    disk.files.set(`${blocks[0].path}/meta.json`, Uint8Array.of(0x7b));
    const again = await loadBlocks(DIR, context(disk));
    expect(again.blocks).toHaveLength(6);
    expect(again.problems).toMatchObject([{ path: blocks[0].path, code: 'TSDB_CORRUPT' }]);
    expect(again.problems[0].message).toMatch(/^the block is left out: .*meta\.json/);
  });
});

describe('setAside', () => {
  it('reports damage with its place, and never hides a bug', () => {
    const error = new CorruptionError('/b/index', 7, 'bad');
    expect(setAside('/b', error)).toMatchObject({ path: '/b', offset: 7, code: 'TSDB_CORRUPT' });
    const refused = new DiskError('cannot open', '/b/index', 'EACCES');
    expect(setAside('/b', refused)).toMatchObject({ offset: null, code: 'TSDB_IO' });
    expect(() => setAside('/b', new AssertionError('x'))).toThrow('BUG: x');
    expect([isGone(refused), isGone(new DiskError('', '', 'ENOENT'))]).toEqual([false, true]);
  });
});
