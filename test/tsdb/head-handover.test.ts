/** What a head hands over becomes a block of the same samples. */
import { writeHeadBlock } from '../../compact/head-block.js';
import type { HeadSnapshot } from '../../compact/head-snapshot.js';
import { Kernel } from '../../kernel/kernel.js';
import { matcher } from '../../model/matcher.js';
import { atOnce } from '../../model/steps.js';
import { Handover } from '../../tsdb/head-handover.js';
import type { LiveHead } from '../../tsdb/live-head.js';
import { ULID } from '../support/block-builder.js';
import { blockContents } from '../support/block-contents.js';
import { DIR } from '../support/data-directory.js';
import { memoryHead, openHead } from '../support/live-heads.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const CHUNKS = `${DIR}/chunks_head`;

function emptyDisk(): WritableMemoryDisk {
  return new WritableMemoryDisk(['/', DIR, `${DIR}/wal`, CHUNKS]);
}

async function fill(head: LiveHead): Promise<void> {
  for (let from = 0; from < 600; from += 200) {
    const appender = head.appender();
    for (let time = from; time < from + 200; time++) {
      appender.append({ n: 'b' }, time, 1.5 * time);
      if (time % 100 === 0) appender.append({ a: 'x', n: 'a' }, time, 1.5 * time);
    }
    await appender.commit();
  }
}

/** The block of `[minTime, maxTime)`, as text. */
async function block(
  disk: WritableMemoryDisk,
  snapshot: HeadSnapshot,
  minTime: number,
  maxTime: number,
): Promise<string[]> {
  const kernel = new Kernel();
  const made = { ulid: ULID, minTime, maxTime };
  const source = { snapshot, chunksDir: CHUNKS };
  const meta = await writeHeadBlock(disk, DIR, made, source, { kernel });
  return meta === null ? [] : blockContents(disk, `${DIR}/${ULID}`, kernel);
}

function times(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => from + i).join(' ');
}

describe('handing a head over', () => {
  it('gives full chunks by their places and open ones as copies', async () => {
    const disk = emptyDisk();
    const { head } = await openHead(disk, DIR);
    await fill(head);
    expect(head.data.lists.count).toBeGreaterThan(2);
    const snapshot = await head.snapshotFor({ minTime: 0, maxTime: 449 });
    expect(await block(disk, snapshot, 0, 450)).toEqual([
      'a x n a: 0 100 200 300 400',
      `n b: ${times(0, 450)}`,
    ]);
  });

  it('leaves out what is deleted, and series without a chunk in the range', async () => {
    const disk = emptyDisk();
    const { head } = await openHead(disk, DIR);
    await fill(head);
    await head.delete([matcher('n', '=', 'b')], { minTime: 50, maxTime: 560 });
    await head.delete([matcher('n', '=', 'a')], { minTime: 0, maxTime: 1000 });
    const snapshot = await head.snapshotFor({ minTime: 0, maxTime: 999 });
    expect(await block(disk, snapshot, 0, 1000)).toEqual([
      `n b: ${times(0, 50)} ${times(561, 600)}`,
    ]);
  });

  it('knows nothing of series that are made while it is taken', async () => {
    const disk = emptyDisk();
    const { head } = await openHead(disk, DIR);
    await fill(head);
    const steps = new Handover(head.data).take({ minTime: 0, maxTime: 199 });
    steps.next();
    const appender = head.appender();
    appender.append({ new: 'pair' }, 600, 1);
    for (let time = 600; time < 1000; time++) appender.append({ n: 'b' }, time, 1);
    await appender.commit();
    const snapshot = atOnce(steps);
    await head.data.chunks.flush();
    expect(await block(disk, snapshot, 0, 200)).toEqual([
      'a x n a: 0 100',
      `n b: ${times(0, 200)}`,
    ]);
  });

  it('copies all chunks of a head that has no files', async () => {
    const head = memoryHead();
    await fill(head);
    const snapshot = await head.snapshotFor({ minTime: 0, maxTime: 999 });
    expect(await block(emptyDisk(), snapshot, 0, 1000)).toEqual([
      'a x n a: 0 100 200 300 400 500',
      `n b: ${times(0, 600)}`,
    ]);
  });

  it('fails where full chunks cannot be written', async () => {
    const disk = emptyDisk();
    const { head } = await openHead(disk, DIR);
    await fill(head);
    disk.room = 0;
    await expect(head.snapshotFor({ minTime: 0, maxTime: 999 })).rejects.toThrow();
  });
});
