/**
 * The log whose writing is another thread's: the same promises as of the writer in this thread. Its
 * two sides run here in one thread on a disk in memory, and once as they are built.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NodeWritableDisk } from '../../disk/node-writable-disk.js';
import { HeadKernel } from '../../kernel/head-kernel.js';
import type { SampleRows } from '../../kernel/sample-rows.js';
import { ClosedError, DiskError, NoSpaceError } from '../../model/errors.js';
import { PAGE_BYTES, segmentName } from '../../wal/format.js';
import { listLog } from '../../wal/checkpoint.js';
import { WalReader } from '../../wal/reader.js';
import { openWorkerLog, type WorkerLog } from '../../wal/worker-log.js';
import { scratchFolder } from '../support/scratch.js';
import { openServedLog } from '../support/served-log.js';
import { readLog } from '../support/wal-builder.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const WORKER_FILE = pathToFileURL(resolve(__dirname, '../../dist/wal/log-worker.js'));

/** Whether who fills the ring may write too, while the thread does not. */
let isHelped = false;
const SIDES = [
  ['the thread alone', false],
  ['both sides', true],
] as const;

function memoryDisk(): WritableMemoryDisk {
  const disk = new WritableMemoryDisk(['wal']);
  if (!isHelped) disk.reopen = undefined;
  return disk;
}

function textsIn(disk: WritableMemoryDisk): string[] {
  const log = readLog(disk);
  expect(log.damage).toEqual([]);
  expect(log.torn).toBeNull();
  return log.records.map((one) => one.toString());
}

function write(log: WorkerLog, ...texts: string[]): Promise<void> {
  for (const text of texts) log.add(Buffer.from(text));
  return log.flush();
}

/** Texts of many lengths, some larger than the ring. */
function texts(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i} ${'x'.repeat((i * 977) % 6000)}`);
}

/** A head kernel whose series `n` has the ref `n + 1`. */
function kernelOf(series: number): HeadKernel {
  const kernel = new HeadKernel({ chunkRangeMs: 7_200_000 });
  for (let ref = 1; ref <= series; ref++) kernel.addSlot(ref);
  return kernel;
}

/** Rows of one sample of each series. */
function rowsOf(kernel: HeadKernel, time: number): SampleRows {
  const rows = kernel.rows(kernel.slotsUsed);
  for (let slot = 0; slot < kernel.slotsUsed; slot++) {
    rows.slots[slot] = slot;
    rows.times[slot] = time;
    rows.values[slot] = time / (slot + 3);
  }
  rows.count = kernel.slotsUsed;
  return rows;
}

/** Commits rows one after the other, some at once; resolves with the records that they are. */
async function writeRows(log: WorkerLog, kernel: HeadKernel, count: number): Promise<string[]> {
  const wanted: string[] = [];
  const flushes: Promise<void>[] = [];
  for (let time = 0; time < count; time++) {
    const rows = rowsOf(kernel, time);
    wanted.push(Buffer.from(kernel.encode(rows)).toString());
    log.addRows(rows, kernel);
    // What is lent again is changed.
    flushes.push(log.flush().then(() => kernel.giveBack(rows)));
    if (time % 7 === 0) await flushes[flushes.length - 1];
  }
  await Promise.all(flushes);
  return wanted;
}

describe.each(SIDES)('where %s may write:', (_, helped) => {
  beforeAll(() => (isHelped = helped));

  describe('a group', () => {
    it('is in the log when it is acknowledged', async () => {
      const disk = memoryDisk();
      const log = await openServedLog(disk);
      expect(log.segment).toBe(0);
      await write(log, 'a', 'b', '');
      expect(textsIn(disk)).toEqual(['a', 'b', '']);
      await log.flush();
      await write(log, 'c');
      expect(textsIn(disk)).toEqual(['a', 'b', '', 'c']);
      expect(log.sizeBytes()).toBe(disk.files.get('wal/00000000')?.length);
      await log.close();
    });

    it.each(['none', 'snappy'] as const)('may be of rows of a head: %s', async (compression) => {
      const disk = memoryDisk();
      const kernel = kernelOf(300);
      const log = await openServedLog(disk, { kernel, compression, ringBytes: 128 });
      const wanted = await writeRows(log, kernel, 100);
      wanted.push(...(await writeRows(log, kernelOf(40), 10)));
      expect(textsIn(disk)).toEqual(wanted);
      await log.close();
    });

    it.each(['none', 'snappy', 'zstd'] as const)(
      'comes through a small ring whatever its size: %s',
      async (compression) => {
        const disk = memoryDisk();
        const log = await openServedLog(disk, { compression, ringBytes: 1024 });
        const all = texts(100);
        const flushes: Promise<void>[] = [];
        for (let i = 0; i < all.length; i += 5) flushes.push(write(log, ...all.slice(i, i + 5)));
        await Promise.all(flushes);
        expect(textsIn(disk)).toEqual(all);
        await log.close();
      },
    );

    it('is acknowledged also where the numbers of groups, of 32 bits, begin anew', async () => {
      const disk = memoryDisk();
      const log = await openServedLog(disk);
      (log as unknown as { group: number }).group = 2 ** 31 - 3;
      await Promise.all(['a', 'b', 'c', 'd'].map((text) => write(log, text)));
      await write(log, 'e');
      expect(textsIn(disk)).toEqual(['a', 'b', 'c', 'd', 'e']);
      await log.close();
    });

    it('shares its write with those that wait beside it', async () => {
      const disk = memoryDisk();
      const log = await openServedLog(disk);
      await Promise.all(['a', 'b', 'c'].map((text) => write(log, text)));
      expect(disk.log.filter((change) => change.startsWith('write'))).toHaveLength(1);
      expect(textsIn(disk)).toEqual(['a', 'b', 'c']);
      await log.close();
    });

    it('is synced where that is wanted', async () => {
      const disk = memoryDisk();
      const log = await openServedLog(disk, { durability: 'fsync' });
      await write(log, 'a');
      expect(disk.log.slice(-2)).toEqual(['write wal/00000000', 'sync wal/00000000']);
      await log.close();
    });
  });

  describe('a cut and a close', () => {
    it('come after what was written before', async () => {
      const disk = memoryDisk();
      const log = await openServedLog(disk);
      const written = write(log, 'a');
      expect(await log.cut()).toBe(1);
      await written;
      expect(log.segment).toBe(1);
      const last = write(log, 'b');
      await log.close();
      await last;
      await log.close();
      expect(textsIn(disk)).toEqual(['a', 'b']);
      expect(disk.files.get('wal/00000000')).toHaveLength(PAGE_BYTES);
      expect(disk.openFiles).toBe(0);
      expect(() => log.add(Buffer.from('c'))).toThrow(ClosedError);
      await expect(log.flush()).rejects.toThrow(ClosedError);
      await expect(log.cut()).rejects.toThrow(ClosedError);
    });

    it('do not fall into a group', async () => {
      const log = await openServedLog(memoryDisk());
      log.add(Buffer.from('a'));
      await expect(log.cut()).rejects.toThrow('no group is open when a segment is cut');
      await log.flush();
      await log.close();
    });
  });

  describe('a full disk', () => {
    it('refuses the groups that wait, which leave nothing, and takes the next ones', async () => {
      const disk = memoryDisk();
      const log = await openServedLog(disk);
      await write(log, 'before');
      disk.room = 30;
      const flushes = ['lost 1', 'lost 2', 'lost 3'].map((text) => write(log, text));
      for (const flush of flushes) await expect(flush).rejects.toThrow(NoSpaceError);
      expect(textsIn(disk)).toEqual(['before']);
      disk.room = Infinity;
      await write(log, 'after');
      expect(textsIn(disk)).toEqual(['before', 'after']);
      await log.close();
    });

    it.each([4096, 128])('refuses rows, which are free then: ring of %i', async (ringBytes) => {
      const disk = memoryDisk();
      const kernel = kernelOf(300);
      const log = await openServedLog(disk, { kernel, ringBytes });
      disk.room = 5000;
      const all = Array.from({ length: 20 }, (_, time) => rowsOf(kernel, time));
      const flushes = all.map(async (rows) => {
        log.addRows(rows, kernel);
        const refusal = await log.flush().catch((error: unknown) => error);
        // Whoever read them from now on would read beyond the memory.
        rows.slots.fill(0xffff_ffff);
        return refusal;
      });
      const refused = (await Promise.all(flushes)).filter((one) => one instanceof NoSpaceError);
      expect(refused.length).toBeGreaterThan(10);
      const before = textsIn(disk);
      expect(before).toHaveLength(all.length - refused.length);
      disk.room = Infinity;
      const written = await writeRows(log, kernel, 20);
      expect(textsIn(disk)).toEqual([...before, ...written]);
      await log.close();
    });

    it('refuses what was begun before that was known', async () => {
      const disk = memoryDisk();
      const log = await openServedLog(disk, { ringBytes: 1024 });
      disk.room = 5;
      const lost = write(log, 'lost');
      log.add(Buffer.from('begun before'));
      await expect(lost).rejects.toThrow(NoSpaceError);
      disk.room = Infinity;
      await expect(write(log, 'y'.repeat(5000))).rejects.toThrow(NoSpaceError);
      await write(log, 'after');
      expect(textsIn(disk)).toEqual(['after']);
      await log.close();
    });
  });

  describe('a disk that refuses one change, whichever', () => {
    it.each(['process', 'fsync'] as const)(
      'costs the groups that it refuses, and no other: %s',
      async (durability) => {
        let refusals = 0;
        for (let at = 0; ; at++) {
          const disk = memoryDisk();
          const log = await openServedLog(disk, { durability, segmentBytes: PAGE_BYTES });
          disk.refusedAt = disk.log.length + at;
          const done: string[] = [];
          for (let round = 0; round < 3; round++) {
            const groups = texts(6).map((text) => `${round} ${text}`);
            const results = await Promise.allSettled(groups.map((text) => write(log, text)));
            results.forEach(({ status }, i) => status === 'fulfilled' && done.push(groups[i]));
            const reasons = results.filter(({ status }) => status === 'rejected');
            for (const { reason } of reasons as PromiseRejectedResult[]) {
              expect(reason).toBeInstanceOf(DiskError);
            }
            expect(textsIn(disk)).toEqual(done);
            await log.cut().catch((error: unknown) => expect(error).toBeInstanceOf(DiskError));
          }
          const isOver = disk.refusedAt !== Infinity;
          disk.refusedAt = Infinity;
          await write(log, 'after');
          expect(textsIn(disk)).toEqual([...done, 'after']);
          await log.close();
          if (isOver) break;
          refusals++;
        }
        expect(refusals).toBeGreaterThan(10);
      },
      60_000,
    );
  });
});

describe('a log that cannot be opened', () => {
  it('says why', async () => {
    await expect(
      openServedLog(new WritableMemoryDisk(['wal']), { segmentBytes: 5 }),
    ).rejects.toThrow('segmentBytes 5 is no multiple of');
  });
});

describe('the thread itself', () => {
  const disk = new NodeWritableDisk();

  function readTexts(dir: string): string[] {
    const reader = new WalReader(disk, listLog(disk, dir).segments);
    const read: string[] = [];
    while (reader.next()) read.push(Buffer.from(reader.record).toString());
    return read;
  }

  it('writes what it is given, and ends when it is closed', async () => {
    const dir = join(scratchFolder(), 'wal');
    mkdirSync(dir);
    const log = await openWorkerLog(disk, dir, {
      workerFile: WORKER_FILE,
      durability: 'fsync',
      segmentBytes: 2 * PAGE_BYTES,
      ringBytes: 64 * 1024,
    });
    const all = texts(200);
    await Promise.all(all.map((text) => write(log, text)));
    await log.close();
    expect(readTexts(dir)).toEqual(all);
    expect(readdirSync(dir)).toContain(segmentName(3));
  });

  it('writes in turn with who fills the ring, and nothing is lost', async () => {
    const dir = join(scratchFolder(), 'wal');
    mkdirSync(dir);
    const segmentBytes = 16 * PAGE_BYTES;
    const log = await openWorkerLog(disk, dir, { workerFile: WORKER_FILE, segmentBytes });
    const all = texts(3000);
    for (let i = 0; i < all.length; i += 10) {
      const flushes = all.slice(i, i + 10).map((text) => write(log, text));
      await (i % 50 === 0 ? flushes[0] : Promise.all(flushes));
    }
    await log.cut();
    await log.close();
    expect(readTexts(dir)).toEqual(all);
  });

  it('encodes the rows of a head, which go on being filled', async () => {
    const dir = join(scratchFolder(), 'wal');
    mkdirSync(dir);
    const kernel = kernelOf(1000);
    const log = await openWorkerLog(disk, dir, { workerFile: WORKER_FILE, kernel });
    const wanted = await writeRows(log, kernel, 2000);
    await log.close();
    expect(readTexts(dir)).toEqual(wanted);
  });

  it('that cannot open the log says why', async () => {
    const dir = join(scratchFolder(), 'no');
    const opening = openWorkerLog(disk, dir, { workerFile: WORKER_FILE });
    await expect(opening).rejects.toMatchObject({ errno: 'ENOENT' });
  });

  it('that does not come up fails those who wait', async () => {
    const workerFile = pathToFileURL(join(scratchFolder(), 'none.js'));
    const opening = openWorkerLog(disk, scratchFolder(), { workerFile });
    await expect(opening).rejects.toMatchObject({ errno: 'EPIPE' });
  });
});
