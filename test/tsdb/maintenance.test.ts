/** What is done to blocks: plans carried out, failures marked, everything kept until it is safe. */
import { DiskError, NoSpaceError, OpenError } from '../../model/errors.js';
import type { Maintenance } from '../../tsdb/maintenance.js';
import { InlineJobs } from '../../compact/inline-jobs.js';
import { type OpenedMaintenance, openMaintenance } from '../../tsdb/maintenance-directory.js';
import { addBlock, OTHER_ULID, ULID, USUAL } from '../support/block-builder.js';
import { DIR } from '../support/data-directory.js';
import { emptyDisk } from '../support/databases.js';
import type { WritableMemoryDisk } from '../support/writable-memory-disk.js';

function open(disk: WritableMemoryDisk, retentionMs = 0): Promise<OpenedMaintenance> {
  return openMaintenance(DIR, { disk, retentionMs, minBlockDurationMs: 1000 });
}

/** Two blocks that overlap. */
async function overlapping(): Promise<{ disk: WritableMemoryDisk; opened: OpenedMaintenance }> {
  const disk = emptyDisk();
  addBlock(disk, USUAL);
  addBlock(disk, { ...USUAL, ulid: OTHER_ULID, minTime: 0, maxTime: 1500 });
  return { disk, opened: await open(disk) };
}

function failed(maintenance: Maintenance): boolean[] {
  return maintenance.store.metas().map(({ compaction }) => compaction.failed);
}

/** Merges with jobs that fail, in place of those that are there. */
async function mergeFailing(error: Error): Promise<{ marks: boolean[]; blocks: number }> {
  const { opened, disk } = await overlapping();
  const { maintenance } = opened;
  const merge = jest.spyOn(InlineJobs.prototype, 'run').mockRejectedValue(error);
  const plan = maintenance.plan();
  if (plan === null) throw new Error('nothing is planned');
  await expect(maintenance.merge(plan)).rejects.toBe(error);
  merge.mockRestore();
  await maintenance.reload();
  const result = { marks: failed(maintenance), blocks: maintenance.store.metas().length };
  await opened.close();
  expect(disk.exists(`${DIR}/lock`)).toBe(false);
  return result;
}

describe('merging', () => {
  it('carries out what was planned, until nothing is', async () => {
    const { opened, disk } = await overlapping();
    const { maintenance } = opened;
    const plan = maintenance.plan();
    expect(plan).toMatchObject({ reason: 'overlap' });
    if (plan === null) return;
    const done: number[] = [];
    const meta = await maintenance.merge(plan, { onProgress: (count) => done.push(count) });
    expect(meta).toMatchObject({ minTime: 0, maxTime: 1500, compaction: { level: 2 } });
    expect(done.at(-1)).toBe(6);
    expect(maintenance.plan()).toBeNull();
    expect(disk.exists(`${DIR}/${ULID}`)).toBe(false);
    await opened.close();
  });

  it('that fails marks its sources, but not where the disk is to blame', async () => {
    const broken = new DiskError('input/output error', DIR, 'EIO');
    expect(await mergeFailing(broken)).toEqual({ marks: [true, true], blocks: 2 });
    const full = new NoSpaceError('no space', DIR, 'ENOSPC');
    expect(await mergeFailing(full)).toEqual({ marks: [false, false], blocks: 2 });
  });

  it('of blocks of which all is deleted leaves none', async () => {
    const { opened } = await overlapping();
    const { maintenance } = opened;
    const everything = { minTime: 0, maxTime: 5000 };
    expect(await maintenance.delete([], everything)).toBe(2);
    const plan = maintenance.plan();
    if (plan === null) throw new Error('nothing is planned');
    expect(await maintenance.merge(plan)).toBeNull();
    expect(maintenance.store.metas()).toEqual([]);
    await opened.close();
  });

  it('stops where it is told to', async () => {
    const { opened } = await overlapping();
    const { maintenance } = opened;
    await maintenance.delete([], { minTime: 0, maxTime: 10 });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(maintenance.cleanTombstones({ signal })).rejects.toThrow('enough');
    expect(maintenance.store.metas()).toHaveLength(2);
    await opened.close();
  });
});

describe('opening for maintenance', () => {
  it('deletes what is kept no longer, and says so', async () => {
    const disk = emptyDisk();
    addBlock(disk, USUAL);
    addBlock(disk, { ...USUAL, ulid: OTHER_ULID, minTime: 0, maxTime: 9000 });
    const opened = await open(disk, 5000);
    expect(opened.deleted).toMatchObject([{ ulid: ULID, reason: 'time' }]);
    await opened.close();
  });

  it('lets go of the directory where it cannot be read', async () => {
    const disk = emptyDisk();
    await expect(openMaintenance('/none', { disk })).rejects.toThrow(OpenError);
    addBlock(disk, USUAL);
    const list = disk.list.bind(disk);
    let calls = 0;
    disk.list = (path) => {
      if (++calls > 3) throw new DiskError('input/output error', path, 'EIO');
      return list(path);
    };
    await expect(open(disk)).rejects.toThrow('input/output error');
    expect(disk.exists(`${DIR}/lock`)).toBe(false);
  });
});
