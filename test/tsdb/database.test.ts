/** A database that is written to: what is committed is there, whatever becomes of head and blocks. */
import { setImmediate } from 'node:timers/promises';
import { encodeBlockMeta, parseBlockMeta } from '../../compact/block-meta.js';
import {
  ArgumentError,
  ClosedError,
  CorruptionError,
  LockedError,
  NoSpaceError,
  OpenError,
  UnsupportedDataError,
} from '../../model/errors.js';
import { Columns } from '../../model/columns.js';
import { matcher } from '../../model/matcher.js';
import type { Problem } from '../../model/problem.js';
import type { Database } from '../../tsdb/database.js';
import { openDatabase, openInMemory } from '../../tsdb/database-opening.js';
import { openReadOnly } from '../../tsdb/read-only.js';
import { BLOCK_MS, contentOf, emptyDisk, openOn, timesUpTo, write } from '../support/databases.js';
import { DIR, records, segment } from '../support/data-directory.js';
import { scratchFolder } from '../support/scratch.js';

const A = [matcher('__name__', '=', 'a')];

function ranges(database: Database): number[][] {
  return database.blocks().map(({ meta }) => [meta.minTime, meta.maxTime, meta.compaction.level]);
}

describe('what is committed', () => {
  it('is there at once, and after closing and opening', async () => {
    const disk = emptyDisk();
    const times = timesUpTo(0, 500, 100);
    const first = await openOn(disk);
    await write(first, ['a', 'b'], times);
    expect(await contentOf(first)).toEqual({ a: times, b: times });
    await first.close();
    const second = await openOn(disk);
    expect(await contentOf(second)).toEqual({ a: times, b: times });
    expect(second.problems).toEqual([]);
    expect(second.wasUnclean).toBe(false);
    await second.close();
    expect(disk.openFiles).toBe(0);
  });

  it('is there after an end without closing, which shows', async () => {
    const disk = emptyDisk();
    const times = timesUpTo(0, 500, 100);
    await write(await openOn(disk), ['a'], times);
    disk.breakLocks();
    const again = await openOn(disk);
    expect(again.wasUnclean).toBe(true);
    expect(await contentOf(again)).toEqual({ a: times });
    await again.close();
  });

  it('goes from the head into blocks, and from blocks into larger ones', async () => {
    const disk = emptyDisk();
    const database = await openOn(disk);
    const times = timesUpTo(0, 8 * BLOCK_MS, 50);
    await write(database, ['a', 'b'], times);
    const made = await database.compact();
    expect(made.length).toBeGreaterThan(6);
    expect(ranges(database)).toEqual([
      [0, 3 * BLOCK_MS, 2],
      [3 * BLOCK_MS, 6 * BLOCK_MS, 2],
      [6 * BLOCK_MS, 7 * BLOCK_MS, 1],
    ]);
    expect(await contentOf(database)).toEqual({ a: times, b: times });
    expect((await database.stats()).headStats.minTime).toBe(7 * BLOCK_MS);
    await database.close();

    const again = await openOn(disk);
    expect(await contentOf(again)).toEqual({ a: times, b: times });
    await write(again, ['a'], [8 * BLOCK_MS]);
    expect((await contentOf(again)).a).toEqual([...times, 8 * BLOCK_MS]);
    await again.close();
    const readOnly = await openReadOnly(DIR, { disk });
    expect((await contentOf(readOnly)).b).toEqual(times);
    await readOnly.close();
  });

  it('leaves the log when it is in blocks', async () => {
    const disk = emptyDisk();
    const database = await openOn(disk, { walSegmentBytes: 32 * 1024 });
    const names = Array.from({ length: 200 }, (_, i) => `series_${i}`);
    await write(database, names, timesUpTo(0, 4 * BLOCK_MS, 20));
    const segments = (): string[] => disk.list(`${DIR}/wal`).map(({ name }) => name);
    const before = segments();
    await database.compact();
    expect(segments()).not.toContain(before[0]);
    expect(segments().some((name) => name.startsWith('checkpoint.'))).toBe(true);
    const content = await contentOf(database);
    await database.close();
    const again = await openOn(disk);
    expect(await contentOf(again)).toEqual(content);
    await again.close();
  });
});

describe('a query', () => {
  it('sees one moment, whatever is committed and compacted meanwhile', async () => {
    const database = await openOn(emptyDisk());
    const times = timesUpTo(0, 3 * BLOCK_MS, 100);
    await write(database, ['a'], times);
    const querier = await database.querier({});
    await write(database, ['a'], [3 * BLOCK_MS]);
    const compacting = database.compact();
    await setImmediate();
    const cursor = await querier.select(A);
    expect(cursor.move()).toBe('on');
    const columns = new Columns();
    cursor.series.read(columns);
    expect([...columns.times.subarray(0, columns.count)]).toEqual(times);
    querier.release();
    await compacting;
    expect((await contentOf(database)).a).toEqual([...times, 3 * BLOCK_MS]);
    await database.close();
  });

  it('is waited for when the database closes', async () => {
    const database = await openOn(emptyDisk());
    await write(database, ['a'], [1]);
    const querier = await database.querier({});
    let isClosed = false;
    const closing = database.close().then(() => (isClosed = true));
    await setImmediate();
    expect(isClosed).toBe(false);
    expect((await querier.select(A)).move()).toBe('on');
    querier.release();
    await closing;
    await database.close();
    expect(() => database.appender()).toThrow(ClosedError);
    expect(() => database.blocks()).toThrow(ClosedError);
    await expect(database.compact()).rejects.toThrow(ClosedError);
  });
});

describe('deleting', () => {
  it('hides samples of head and blocks, and cleaning leaves nothing of them', async () => {
    const disk = emptyDisk();
    const database = await openOn(disk);
    await write(database, ['a', 'b'], timesUpTo(0, 3 * BLOCK_MS, 100));
    await database.compact();
    await database.delete(A, { minTime: 500, maxTime: 2 * BLOCK_MS + 500 });
    const left = [...timesUpTo(0, 500, 100), ...timesUpTo(2600, 3000, 100)];
    expect((await contentOf(database)).a).toEqual(left);
    expect(await database.cleanTombstones()).toBe(2);
    expect(await database.cleanTombstones()).toBe(0);
    expect((await contentOf(database)).a).toEqual(left);
    await database.close();
    const again = await openOn(disk);
    expect((await contentOf(again)).a).toEqual(left);
    await write(again, ['a', 'b'], timesUpTo(3000, 6000, 100));
    await again.compact();
    expect((await contentOf(again)).a).toEqual([...left, ...timesUpTo(3000, 6000, 100)]);
    expect((await contentOf(again)).b).toEqual(timesUpTo(0, 6000, 100));
    await again.close();
  });

  it('refuses what is no matcher and what is no range, and hides nothing then', async () => {
    const database = await openOn(emptyDisk());
    await write(database, ['a'], [1, 2]);
    for (const matchers of [null, undefined, 'a', ['a'], [{}], [null]]) {
      const deletion = database.delete(matchers as unknown as typeof A);
      await expect(deletion).rejects.toThrow(ArgumentError);
    }
    for (const minTime of ['1', null, NaN, 5n]) {
      const range = { minTime: minTime as number, maxTime: 4 };
      await expect(database.delete(A, range)).rejects.toThrow(ArgumentError);
    }
    expect(await contentOf(database)).toEqual({ a: [1, 2] });
    await database.close();
  });

  it('refuses a range that ends before it begins', async () => {
    const database = await openOn(emptyDisk());
    await expect(database.delete(A, { minTime: 2, maxTime: 1 })).rejects.toThrow(ArgumentError);
    await database.close();
  });
});

describe('retention', () => {
  it('by time and by size deletes the oldest blocks when compaction looks', async () => {
    const disk = emptyDisk();
    const database = await openOn(disk, {
      retentionMs: 2 * BLOCK_MS,
      maxBlockDurationMs: BLOCK_MS,
    });
    await write(database, ['a'], timesUpTo(0, 6 * BLOCK_MS, 100));
    await database.compact();
    await database.compact();
    expect(ranges(database).map(([from]) => from)).toEqual([3000, 4000]);
    await database.close();
    const small = await openOn(disk, { retentionBytes: 1 });
    await small.compact();
    expect(ranges(small)).toEqual([]);
    await small.close();
  });
});

describe('a snapshot', () => {
  it('is a directory with all that was there, which opens by itself', async () => {
    const disk = emptyDisk();
    const database = await openOn(disk);
    const times = timesUpTo(0, 3 * BLOCK_MS, 100);
    await write(database, ['a'], times);
    await database.compact();
    await database.snapshot(`${DIR}/snapshots/one`);
    await database.snapshot(`${DIR}/snapshots/two`, { withHead: false });
    await expect(database.snapshot(DIR)).rejects.toThrow('in another directory');
    await database.close();
    const one = await openReadOnly(`${DIR}/snapshots/one`, { disk });
    expect(await contentOf(one)).toEqual({ a: times });
    await one.close();
    const two = await openReadOnly(`${DIR}/snapshots/two`, { disk });
    expect((await contentOf(two)).a).toEqual(times.filter((time) => time < 2 * BLOCK_MS));
    await two.close();
  });
});

describe('a full disk', () => {
  it('refuses commits by name, answers queries, and takes samples again when there is room', async () => {
    const disk = emptyDisk();
    let time = 0;
    const database = await openOn(disk, { now: () => time });
    await write(database, ['a'], [1]);
    let isFull = true;
    disk.space = () => ({ freeBytes: isFull ? 0 : 2 ** 30, totalBytes: 2 ** 31 });
    const change = disk.change.bind(disk);
    disk.change = (what, path) => {
      if (isFull && what.startsWith('write')) {
        throw new NoSpaceError(`cannot ${what}: no space left`, path, 'ENOSPC');
      }
      change(what, path);
    };
    await expect(write(database, ['a'], [2])).rejects.toThrow(NoSpaceError);
    expect(database.writeState).toBe('no-space');
    expect(() => database.appender()).toThrow(NoSpaceError);
    expect(await contentOf(database)).toEqual({ a: [1] });
    time = 1000;
    expect(() => database.appender()).toThrow(NoSpaceError);
    isFull = false;
    time = 2000;
    await write(database, ['a'], [3]);
    expect(database.writeState).toBe('open');
    expect(await contentOf(database)).toEqual({ a: [1, 3] });
    await database.close();
    const again = await openOn(disk);
    expect(await contentOf(again)).toEqual({ a: [1, 3] });
    await again.close();
  });
});

describe('opening', () => {
  it('refuses what another holds, a file, and what we cannot write on, and lets go', async () => {
    const disk = emptyDisk();
    const database = await openOn(disk);
    await expect(openOn(disk)).rejects.toThrow(LockedError);
    await database.close();
    disk.files.set('/file', new Uint8Array(1));
    await expect(openDatabase('/file', { disk })).rejects.toThrow(OpenError);
    await expect(openDatabase('/none', { disk, create: false })).rejects.toThrow(OpenError);
    await expect(openOn(disk, { samplesPerChunk: -1 })).rejects.toThrow(ArgumentError);
    await expect(openOn(disk, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    for (const path of [undefined, null, 5, '', new URL('file:///data')]) {
      await expect(openDatabase(path as string, { disk })).rejects.toThrow(ArgumentError);
      const again = await openOn(disk);
      await expect(again.snapshot(path as string)).rejects.toThrow(ArgumentError);
      await again.close();
    }

    const held = emptyDisk();
    const log = segment(records.series([7, { __name__: 'late' }]), records.samples([7, 1, 2]));
    held.files.set(`${DIR}/wbl/00000000`, log);
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(openOn(held)).rejects.toThrow(UnsupportedDataError);
    }
    expect(held.openFiles).toBe(0);
  });

  it('sets a damaged block aside, and goes on with the others', async () => {
    const disk = emptyDisk();
    const database = await openOn(disk);
    await write(database, ['a'], timesUpTo(0, 4 * BLOCK_MS, 100));
    await database.compact();
    const { path } = database.blocks()[0];
    await database.close();
    disk.files.set(`${path}/meta.json`, Buffer.from('{'));
    const again = await openOn(disk);
    expect(again.problems).toMatchObject([{ path, code: 'TSDB_CORRUPT' }]);
    expect((await contentOf(again)).a.at(0)).toBeGreaterThan(0);
    expect(disk.files.has(`${path}/index`)).toBe(true);
    await again.close();
  });

  it('cuts a damaged log, keeps what it cut off, and tells', async () => {
    const disk = emptyDisk();
    const database = await openOn(disk);
    await write(database, ['a'], [1, 2, 3]);
    await database.close();
    const path = `${DIR}/wal/00000000`;
    const bytes = disk.files.get(path)?.slice() ?? new Uint8Array(0);
    // The last record's checksum.
    const end = bytes.findLastIndex((byte) => byte !== 0);
    bytes[end] ^= 1;
    disk.files.set(path, bytes);
    const again = await openOn(disk);
    expect(again.problems).toMatchObject([{ code: 'TSDB_CORRUPT' }]);
    expect(await contentOf(again)).toEqual({ a: [1, 2] });
    await write(again, ['a'], [4]);
    await again.close();
    const third = await openOn(disk);
    expect(third.problems).toEqual([]);
    expect(await contentOf(third)).toEqual({ a: [1, 2, 4] });
    await third.close();
    expect(disk.list(`${DIR}/wal`).some(({ name }) => name.startsWith('corrupt-'))).toBe(true);
  });

  it('leaves a block that turns out damaged after merging, and keeps its sources', async () => {
    const disk = emptyDisk();
    const database = await openOn(disk);
    await write(database, ['a'], timesUpTo(0, 8 * BLOCK_MS, 100));
    const rename = disk.rename.bind(disk);
    disk.rename = (from, to) => {
      rename(from, to);
      const meta = disk.files.get(`${to}/meta.json`);
      if (meta === undefined) return;
      const { stats, ...others } = parseBlockMeta(to, meta);
      if (others.compaction.level < 2) return;
      const wrong = { ...others, stats: { ...stats, numSamples: stats.numSamples + 1 } };
      disk.files.set(`${to}/meta.json`, Buffer.from(encodeBlockMeta(wrong)));
    };
    await expect(database.compact()).rejects.toThrow(CorruptionError);
    expect(ranges(database).every(([, , level]) => level === 1)).toBe(true);
    expect((await contentOf(database)).a).toEqual(timesUpTo(0, 8 * BLOCK_MS, 100));
    await database.close();
  });
});

describe('a database in memory', () => {
  it('takes and answers, forgets what is too old, and has no files', async () => {
    const database = openInMemory({ retentionMs: 1000, minBlockDurationMs: BLOCK_MS });
    await write(database, ['a'], timesUpTo(0, 4000, 100));
    expect((await contentOf(database)).a).toHaveLength(40);
    expect(await database.compact()).toEqual([]);
    expect((await contentOf(database)).a.at(0)).toBeGreaterThanOrEqual(2900);
    await database.delete(A);
    expect((await contentOf(database)).a).toEqual([]);
    expect(database.dir).toBeNull();
    expect(database.memory().total).toBeGreaterThan(0);
    await expect(database.snapshot('/x')).rejects.toThrow(ArgumentError);
    await expect(database.stats(0)).rejects.toThrow(ArgumentError);
    await database.close();
  });
});

describe('the background', () => {
  it('compacts by itself, tells what fails, and ends with the database', async () => {
    const dir = scratchFolder();
    const problems: Problem[] = [];
    let merged = (): void => undefined;
    const merging = new Promise<void>((resolve) => (merged = resolve));
    const database = await openDatabase(dir, {
      minBlockDurationMs: BLOCK_MS,
      retentionMs: 0,
      logger: {
        info: (text) => {
          if (text.startsWith('making a block of the head: 1000')) merged();
        },
        warn: () => undefined,
      },
      blockReloadIntervalMs: 1000,
      compactionWorker: false,
      onProblem: (problem) => problems.push(problem),
    });
    await write(database, ['a'], timesUpTo(0, 3 * BLOCK_MS, 100));
    await merging;
    await database.maintenance.turns.idle();
    expect(database.blocks()).toHaveLength(2);
    expect((await contentOf(database)).a).toEqual(timesUpTo(0, 3 * BLOCK_MS, 100));
    await database.close();
    expect(problems).toEqual([]);
  });
});
