/** The writer of a log: what is acknowledged is in the log, and nothing else; whatever fails. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeWritableDisk } from '../../disk/node-writable-disk.js';
import { ArgumentError, ClosedError, DiskError, NoSpaceError } from '../../model/errors.js';
import { FRAGMENT_HEADER_BYTES, PAGE_BYTES, segmentName } from '../../wal/format.js';
import type { LogOptions } from '../../wal/log.js';
import { type LogWriter, openLog } from '../../wal/writer.js';
import { scratchFolder } from '../support/scratch.js';
import { readLog, SegmentBuilder } from '../support/wal-builder.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

function memoryDisk(): WritableMemoryDisk {
  return new WritableMemoryDisk(['wal']);
}

function open(disk: WritableMemoryDisk, options: LogOptions = {}): Promise<LogWriter> {
  return openLog(disk, 'wal', options);
}

function record(length: number, seed = 1): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => 1 + ((i * 31 + seed * 17) % 255)));
}

/** The records in the log as texts. */
function textsIn(disk: WritableMemoryDisk): string[] {
  const log = readLog(disk);
  expect(log.damage).toEqual([]);
  expect(log.torn).toBeNull();
  // Long ones say by their end which they are.
  return log.records.map((one) => one.toString().slice(-8));
}

function writesIn(disk: WritableMemoryDisk): string[] {
  return disk.log.filter((change) => change.startsWith('write '));
}

/** Writes each text as a group of its own. */
async function write(log: LogWriter, ...texts: string[]): Promise<void> {
  for (const text of texts) {
    log.add(Buffer.from(text));
    await log.flush();
  }
}

describe('a log that is opened', () => {
  it('begins a new segment behind all others, and behind its checkpoint', async () => {
    const disk = memoryDisk();
    const first = await open(disk);
    expect(first.segment).toBe(0);
    expect(disk.log).toEqual(['create wal/00000000', 'sync wal/']);
    await first.close();
    const second = await open(disk);
    expect(second.segment).toBe(1);
    await second.close();
    disk.makeDirectory('wal/checkpoint.00000007');
    expect((await open(disk)).segment).toBe(8);
  });

  it('lies in a directory that exists', async () => {
    await expect(openLog(new NodeWritableDisk(), join(scratchFolder(), 'no'))).rejects.toThrow(
      DiskError,
    );
  });

  it('has sensible options', async () => {
    const disk = memoryDisk();
    await expect(open(disk, { segmentBytes: 1000 })).rejects.toThrow(ArgumentError);
    await expect(open(disk, { segmentBytes: 0 })).rejects.toThrow(ArgumentError);
    await expect(open(disk, { durability: { intervalMs: 0 } })).rejects.toThrow(ArgumentError);
    expect(disk.log).toEqual([]);
  });
});

describe('a group', () => {
  it('is one write of nothing but new bytes', async () => {
    const disk = memoryDisk();
    const log = await open(disk);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 10; j++) log.add(record(5000, j));
      await log.flush();
    }
    expect(writesIn(disk)).toHaveLength(3);
    expect(readLog(disk).records).toEqual(
      Array.from({ length: 30 }, (_, i) => record(5000, i % 10)),
    );
    const other = new SegmentBuilder();
    for (let i = 0; i < 30; i++) other.add(record(5000, i % 10));
    expect(disk.files.get('wal/00000000')).toEqual(other.bytes());
    expect(log.offset).toBe(other.bytes().length);
    expect(log.sizeBytes()).toBe(other.bytes().length);
  });

  it('of nothing writes nothing', async () => {
    const disk = memoryDisk();
    const log = await open(disk, { durability: 'fsync' });
    await log.flush();
    expect(disk.log).toEqual(['create wal/00000000', 'sync wal/']);
  });

  it('may reach into new segments, and finished ones are synced', async () => {
    const disk = memoryDisk();
    const log = await open(disk, { segmentBytes: PAGE_BYTES });
    for (let i = 0; i < 5; i++) log.add(record(20_000, i));
    await log.flush();
    expect(log.segment).toBe(4);
    await log.close();
    expect(readLog(disk).records).toEqual(Array.from({ length: 5 }, (_, i) => record(20_000, i)));
    for (let i = 0; i < 5; i++) {
      expect(disk.files.get(`wal/${segmentName(i)}`)).toHaveLength(PAGE_BYTES);
      expect(disk.log).toContain(`sync wal/${segmentName(i)}`);
    }
    expect(disk.openFiles).toBe(0);
  });

  it.each(['none', 'snappy', 'zstd'] as const)('is read as it was written: %s', async (kind) => {
    const disk = memoryDisk();
    const log = await open(disk, { compression: kind });
    const texts = ['a', 'b'.repeat(100_000), '', 'c'.repeat(10)];
    for (const text of texts) log.add(Buffer.from(text));
    await log.flush();
    expect(readLog(disk).records.map(String)).toEqual(texts);
    expect(log.offset).toBeLessThan(kind === 'none' ? 110_000 : 6000);
  });
});

describe('a cut', () => {
  it('fills the page, syncs the segment and begins the next one', async () => {
    const disk = memoryDisk();
    const log = await open(disk);
    await write(log, 'a');
    expect(await log.cut()).toBe(1);
    await write(log, 'b');
    expect(disk.files.get('wal/00000000')).toHaveLength(PAGE_BYTES);
    expect(disk.log.slice(2, 7)).toEqual([
      'write wal/00000000',
      'write wal/00000000',
      'create wal/00000001',
      'sync wal/',
      'sync wal/00000000',
    ]);
    expect(textsIn(disk)).toEqual(['a', 'b']);
  });

  it('leaves an empty segment empty', async () => {
    const disk = memoryDisk();
    const log = await open(disk);
    expect(await log.cut()).toBe(1);
    expect(disk.files.get('wal/00000000')).toHaveLength(0);
  });

  it('does not fall into a group', async () => {
    const log = await open(memoryDisk());
    log.add(record(1));
    await expect(log.cut()).rejects.toThrow('no group is open when a segment is cut');
  });
});

describe('close', () => {
  it('fills the page and syncs; nothing is written afterwards', async () => {
    const disk = memoryDisk();
    const log = await open(disk);
    await write(log, 'a');
    await log.close();
    await log.close();
    expect(disk.files.get('wal/00000000')).toHaveLength(PAGE_BYTES);
    expect(disk.log.at(-1)).toBe('sync wal/00000000');
    expect(disk.openFiles).toBe(0);
    expect(() => log.add(record(1))).toThrow(ClosedError);
    await expect(log.flush()).rejects.toThrow(ClosedError);
    await expect(log.cut()).rejects.toThrow(ClosedError);
  });

  it('does without a full page where there is no room for it', async () => {
    const disk = memoryDisk();
    const log = await open(disk);
    await write(log, 'a');
    disk.room = 100;
    await log.close();
    expect(disk.files.get('wal/00000000')).toHaveLength(FRAGMENT_HEADER_BYTES + 1);
    expect(textsIn(disk)).toEqual(['a']);
  });
});

describe('a full disk', () => {
  it('refuses the group, which leaves nothing, and takes the next one', async () => {
    const size = 2 * (FRAGMENT_HEADER_BYTES + 6);
    for (let room = 0; room < size; room++) {
      const disk = memoryDisk();
      const log = await open(disk);
      await write(log, 'before');
      disk.room = room;
      log.add(Buffer.from('lost 1'));
      log.add(Buffer.from('lost 2'));
      await expect(log.flush()).rejects.toThrow(NoSpaceError);
      expect(textsIn(disk)).toEqual(['before']);
      disk.room = Infinity;
      await write(log, 'after');
      expect(textsIn(disk)).toEqual(['before', 'after']);
    }
  });

  it('refuses a group of several segments, none of which stays', async () => {
    for (let room = 0; room < 3 * PAGE_BYTES; room += 5000) {
      const disk = memoryDisk();
      const log = await open(disk, { segmentBytes: PAGE_BYTES });
      await write(log, 'before');
      disk.room = room;
      for (let i = 0; i < 4; i++) log.add(record(32_000, i));
      await expect(log.flush()).rejects.toThrow(NoSpaceError);
      expect(disk.list('wal').map(({ name }) => name)).toEqual(['00000000']);
      expect(disk.openFiles).toBe(1);
      disk.room = Infinity;
      await write(log, 'after');
      expect(textsIn(disk)).toEqual(['before', 'after']);
    }
  });
});

/** Groups, cuts, groups over several segments; the texts that were acknowledged. */
async function session(disk: WritableMemoryDisk, log: LogWriter): Promise<string[]> {
  const done: string[] = [];
  const attempt = async (texts: string[], action: () => Promise<unknown>): Promise<void> => {
    try {
      await action();
      done.push(...texts.map((text) => text.slice(-8)));
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      expect(textsIn(disk)).toEqual(done);
    }
  };
  const group = (...texts: string[]): Promise<void> =>
    attempt(texts, () => {
      for (const text of texts) log.add(Buffer.from(text));
      return log.flush();
    });
  const large = 'x'.repeat(30_000);
  await group('a', 'b');
  // More than is written at once, in several segments.
  await group(...Array.from({ length: 50 }, (_, i) => `${large}${i}`));
  await group(`${large}1`, `${large}2`, `${large}3`);
  await group('c');
  await attempt([], () => log.cut());
  await group('d', `${large}4`);
  await group('e');
  return done;
}

describe('a large group', () => {
  const LARGE = 700_000;

  it('is written while it grows, and is there when it has ended', async () => {
    const disk = memoryDisk();
    const log = await open(disk, { segmentBytes: 64 * PAGE_BYTES });
    await write(log, 'before');
    const written = writesIn(disk).length;
    for (let i = 0; i < 6; i++) log.add(record(LARGE, i));
    expect(writesIn(disk).length).toBeGreaterThan(written);
    expect(log.segment).toBe(0);
    await log.flush();
    expect(log.segment).toBe(2);
    await write(log, 'after');
    const lengths = readLog(disk).records.map(({ length }) => length);
    expect(lengths).toEqual([6, LARGE, LARGE, LARGE, LARGE, LARGE, LARGE, 5]);
    await log.close();
  });

  it('leaves nothing where it is forgotten', async () => {
    const disk = memoryDisk();
    const log = await open(disk, { segmentBytes: 64 * PAGE_BYTES });
    await write(log, 'before');
    for (let i = 0; i < 6; i++) log.add(record(LARGE, i));
    log.drop();
    expect(disk.list('wal').map(({ name }) => name)).toEqual(['00000000']);
    await write(log, 'after');
    expect(textsIn(disk)).toEqual(['before', 'after']);
  });

  it('is not synced before it has ended, and what comes in its place is', async () => {
    const disk = memoryDisk();
    const log = await open(disk, { durability: 'fsync' });
    const before = write(log, 'before');
    log.add(record(2 * LARGE));
    await before;
    log.drop();
    disk.log.length = 0;
    await write(log, 'after');
    expect(disk.log).toEqual(['write wal/00000000', 'sync wal/00000000']);
    expect(textsIn(disk)).toEqual(['before', 'after']);
  });

  it('fails with a sync of what came before it', async () => {
    const disk = memoryDisk();
    const log = await open(disk, { durability: 'fsync', segmentBytes: 64 * PAGE_BYTES });
    await write(log, 'before');
    const lost = write(log, 'lost');
    for (let i = 0; i < 6; i++) log.add(record(LARGE, i));
    disk.refusedAt = disk.log.length;
    await expect(lost).rejects.toThrow(DiskError);
    log.add(record(LARGE));
    await expect(log.flush()).rejects.toThrow(DiskError);
    disk.refusedAt = Infinity;
    await write(log, 'after');
    expect(textsIn(disk)).toEqual(['before', 'after']);
    expect(disk.list('wal')).toHaveLength(1);
  });
});

describe('a disk that refuses one change, whichever', () => {
  it.each(['process', 'fsync'] as const)(
    'costs the groups that it refuses, and no other: %s',
    async (durability) => {
      let refusals = 0;
      for (let at = 0; ; at++) {
        const disk = memoryDisk();
        const log = await open(disk, { segmentBytes: PAGE_BYTES, durability });
        const before = disk.log.length;
        disk.refusedAt = before + at;
        const done = await session(disk, log);
        expect(textsIn(disk)).toEqual(done);
        if (disk.refusedAt !== Infinity) break;
        refusals++;
        disk.refusedAt = Infinity;
        await write(log, 'after');
        expect(textsIn(disk)).toEqual([...done, 'after']);
        await log.close();
        expect(textsIn(disk)).toEqual([...done, 'after']);
        expect(disk.openFiles).toBe(0);
      }
      expect(refusals).toBeGreaterThan(durability === 'fsync' ? 20 : 15);
    },
    60_000,
  );
});

describe('groups that are to be on stable storage', () => {
  it('share a sync, and one that comes during a sync waits for the next', async () => {
    const disk = memoryDisk();
    const log = await open(disk, { durability: 'fsync' });
    disk.log.length = 0;
    const flushes = ['a', 'b', 'c'].map((text) => write(log, text));
    await Promise.all(flushes);
    expect(disk.log).toEqual([
      'write wal/00000000',
      'write wal/00000000',
      'write wal/00000000',
      'sync wal/00000000',
      'sync wal/00000000',
    ]);
  });

  it('fail together with the sync, and leave nothing', async () => {
    const disk = memoryDisk();
    const log = await open(disk, { durability: 'fsync' });
    await write(log, 'before');
    disk.refusedAt = disk.log.length + 3;
    const flushes = ['a', 'b', 'c'].map((text) => write(log, text));
    log.add(Buffer.from('begun before it failed'));
    for (const flush of flushes) await expect(flush).rejects.toThrow(DiskError);
    await expect(log.flush()).rejects.toThrow(DiskError);
    expect(textsIn(disk)).toEqual(['before']);
    await write(log, 'after');
    expect(textsIn(disk)).toEqual(['before', 'after']);
  });
});

describe('syncs in intervals', () => {
  it('come some time after a write, and are told of when they fail', async () => {
    const disk = memoryDisk();
    const errors: Error[] = [];
    let told: () => void = () => undefined;
    const failure = new Promise<void>((resolve) => (told = resolve));
    const log = await open(disk, {
      durability: { intervalMs: 1 },
      onSyncError: (error) => {
        errors.push(error);
        told();
      },
    });
    await write(log, 'a');
    disk.refusedAt = disk.log.length;
    // The timer does not keep the process, so something else has to.
    const keeper = setInterval(() => undefined, 1000);
    await failure;
    clearInterval(keeper);
    expect(errors).toHaveLength(1);
    expect(textsIn(disk)).toEqual(['a']);
    await write(log, 'b');
    await log.close();
    expect(textsIn(disk)).toEqual(['a', 'b']);
  });
});

describe('the real disk', () => {
  it.each(['process', 'fsync'] as const)('holds what was written: %s', async (durability) => {
    const dir = scratchFolder();
    const log = await openLog(new NodeWritableDisk(), dir, {
      durability,
      segmentBytes: PAGE_BYTES,
    });
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        log.add(record(10_000, i));
        return log.flush();
      }),
    );
    await log.close();
    const builder = new SegmentBuilder();
    for (let i = 0; i < 3; i++) builder.add(record(10_000, i));
    expect(readFileSync(join(dir, '00000000'))).toEqual(Buffer.from(builder.pad().bytes()));
    expect(readdirSync(dir)).toHaveLength(7);
  });
});
