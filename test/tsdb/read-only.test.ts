/** The package's door: opening, damage, refresh, closing. */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  type BlockInfo,
  ClosedError,
  CorruptionError,
  DiskError,
  listBlocks,
  matcher,
  openReadOnly,
  type OpenReadOnlyOptions,
  OpenError,
  type ReadOnlyDatabase,
} from '../../tsdb/db.js';
import { encodeTombstones, NO_TOMBSTONES } from '../../index/tombstones.js';
import { dataDirectory, DIR, records, sampleTexts, segment } from '../support/data-directory.js';
import { copyToMemory, SMALL_FIXTURE } from '../support/directory-copy.js';
import type { MemoryDisk } from '../support/memory-disk.js';

const CHURN = [matcher('__name__', '=', 'rw_churn')];
/** Of the fixture, as a server sees it. */
const ALL_SAMPLES = 22_360;
const ALL = [matcher('__name__', '!=', '')];
const NO_TOMBSTONES_FILE = encodeTombstones(NO_TOMBSTONES);
const TWO_SERIES = segment(
  records.series([1, { n: 'b' }], [2, { n: 'a' }]),
  records.samples([1, 10, 1], [2, 10, 2]),
);

async function countSamples(db: ReadOnlyDatabase, matchers = ALL): Promise<number> {
  let count = 0;
  for await (const { samples } of db.select(matchers, { reuseColumns: true })) {
    count += samples.count;
  }
  return count;
}

/** The samples of each series, as text, of a directory in memory. */
async function contentOf(db: ReadOnlyDatabase): Promise<string[]> {
  const lines: string[] = [];
  for await (const { labels, samples } of db.select([])) {
    lines.push([labels.get('n'), ...sampleTexts(samples)].join(' '));
  }
  return lines;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function largestBlock(blocks: readonly BlockInfo[]): BlockInfo {
  return [...blocks].sort((a, b) => b.sizeBytes - a.sizeBytes)[0];
}

/** Adds copies of one block under other names. */
function cloneBlock(disk: MemoryDisk, block: string, count: number): void {
  const files = [...disk.files].filter(([file]) => file.startsWith(`${block}/`));
  for (let i = 0; i < count; i++) {
    const clone = `${DIR}/01JGFJJZ00${String(i).padStart(16, '0')}`;
    for (const [file, bytes] of files) disk.files.set(clone + file.slice(block.length), bytes);
  }
}

/** Gives every block this tombstones file, or none: each is then another block. */
function replaceTombstones(disk: MemoryDisk, bytes: Uint8Array | null): void {
  for (const path of [...disk.files.keys()]) {
    if (!path.endsWith('/meta.json')) continue;
    const file = path.replace('meta.json', 'tombstones');
    if (bytes === null) disk.files.delete(file);
    else disk.files.set(file, bytes);
  }
}

describe('openReadOnly', () => {
  let scratch: string;
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'mmtsdb-'));
  });
  afterEach(() => rmSync(scratch, { recursive: true }));

  it('says in one line what is wrong with a directory', async () => {
    const missing = join(scratch, 'missing');
    await expect(openReadOnly(missing)).rejects.toThrow(
      `cannot stat ${missing}: no such file or directory`,
    );
    await expect(openReadOnly(scratch)).rejects.toThrow(/the directory is empty/);
    const file = join(scratch, 'file');
    writeFileSync(file, '');
    await expect(openReadOnly(file)).rejects.toThrow(/not a directory/);
    await expect(listBlocks(file)).rejects.toThrow(OpenError);
  });

  it('tells apart a directory that may not be read', async () => {
    const disk = dataDirectory({ wal: [TWO_SERIES] });
    disk.list = (path) => {
      throw new DiskError(`cannot list ${path}: permission denied`, path, 'EACCES');
    };
    await expect(openReadOnly(DIR, { disk })).rejects.toThrow(
      `cannot list ${DIR}: permission denied`,
    );
  });

  it.each<[string, unknown]>([
    ['io', 'fast'],
    ['headCutoff', 'never'],
    ['labelCacheBytes', -1],
    ['labelCacheBytes', 1.5],
  ])('refuses a wrong option %s by name', async (name, value) => {
    const options = { [name]: value } as OpenReadOnlyOptions;
    await expect(openReadOnly(scratch, options)).rejects.toThrow(`option ${name} is`);
  });

  it.each(['mmap', 'pread'] as const)('reads the same with io %s', async (io) => {
    await using db = await openReadOnly(SMALL_FIXTURE, { io });
    expect(await countSamples(db)).toBe(ALL_SAMPLES);
  });

  it('leaves the directory as it was', async () => {
    const snapshot = () =>
      readdirSync(SMALL_FIXTURE, { recursive: true }).map((name) => {
        const { size, mtimeMs } = statSync(join(SMALL_FIXTURE, String(name)));
        return [name, size, mtimeMs];
      });
    const before = snapshot();
    const db = await openReadOnly(SMALL_FIXTURE);
    await countSamples(db, CHURN);
    await db.refresh();
    await db.close();
    expect(snapshot()).toEqual(before);
  });

  it('tells how far it is', async () => {
    const progress: string[] = [];
    const disk = dataDirectory({ wal: [TWO_SERIES, segment()], wbl: [segment(records.samples())] });
    const db = await openReadOnly(DIR, {
      disk,
      onProgress: ({ done, total }) => progress.push(`${done}/${total}`),
    });
    await db.close();
    expect(progress.at(-1)).toBe('3/3');
  });

  it('stops when its signal says so', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(openReadOnly(SMALL_FIXTURE, { signal })).rejects.toThrow('enough');
  });
});

describe('select', () => {
  it('gives series in label order, within a closed range', async () => {
    const later = segment(records.samples([1, 20, 3], [1, 30, 4]));
    const disk = dataDirectory({ wal: [TWO_SERIES, later] });
    await using db = await openReadOnly(DIR, { disk });
    expect(await contentOf(db)).toEqual(['a 10:2', 'b 10:1 20:3 30:4']);
    const found: string[] = [];
    for await (const { samples } of db.select([], { minTime: 11, maxTime: 20 })) {
      found.push(...sampleTexts(samples));
    }
    expect(found).toEqual(['20:3']);
  });

  it('gives columns that stay, or one that is filled again and again', async () => {
    const disk = dataDirectory({ wal: [TWO_SERIES] });
    await using db = await openReadOnly(DIR, { disk });
    const kept = (await collect(db.select([]))).map(({ samples }) => samples);
    expect(kept.map(sampleTexts)).toEqual([['10:2'], ['10:1']]);
    const reused = (await collect(db.select([], { reuseColumns: true }))).map(
      ({ samples }) => samples,
    );
    expect(new Set(reused).size).toBe(1);
  });

  it('stops at a break and at an abort', async () => {
    await using db = await openReadOnly(SMALL_FIXTURE);
    for await (const { labels } of db.select(CHURN)) {
      expect(labels.get('__name__')).toBe('rw_churn');
      break;
    }
    const controller = new AbortController();
    const aborted = async () => {
      for await (const series of db.select(ALL, { signal: controller.signal })) {
        controller.abort(new Error(`enough after ${series.labels.size} labels`));
      }
    };
    await expect(aborted()).rejects.toThrow('enough after');
  });

  it('refuses a range that is no range of times', async () => {
    await using db = await openReadOnly(SMALL_FIXTURE);
    await expect(collect(db.select(CHURN, { minTime: NaN }))).rejects.toThrow('minTime');
  });

  it('throws where a chunk is damaged, and nothing else', async () => {
    const disk = copyToMemory(SMALL_FIXTURE);
    const { path } = largestBlock((await listBlocks(DIR, { disk })).blocks);
    const chunks = disk.files.get(`${path}/chunks/000001`) as Uint8Array;
    chunks[20] ^= 1;
    await using db = await openReadOnly(DIR, { disk });
    await expect(countSamples(db)).rejects.toThrow(CorruptionError);
    const other = [matcher('__name__', '=', 'rw_special')];
    expect(await countSamples(db, other)).toBeGreaterThan(0);
  });
});

describe('what is damaged', () => {
  async function opened(damage: (disk: MemoryDisk, block: string) => void) {
    const disk = copyToMemory(SMALL_FIXTURE);
    const block = largestBlock((await listBlocks(DIR, { disk })).blocks).path;
    damage(disk, block);
    const db = await openReadOnly(DIR, { disk });
    return { db, block, count: await countSamples(db) };
  }

  it.each<[string, (disk: MemoryDisk, block: string) => void]>([
    ['an empty meta.json', (disk, block) => disk.files.set(`${block}/meta.json`, new Uint8Array())],
    ['no meta.json', (disk, block) => disk.files.delete(`${block}/meta.json`)],
    [
      'a wrong magic',
      (disk, block) => (disk.files.get(`${block}/index`) as Uint8Array).fill(0, 0, 4),
    ],
    ['no index', (disk, block) => disk.files.delete(`${block}/index`)],
    [
      'bad tombstones',
      (disk, block) => disk.files.set(`${block}/tombstones`, Uint8Array.of(1, 2, 3)),
    ],
  ])('%s: the block is set aside, the rest answers', async (_, damage) => {
    const { db, block, count } = await opened(damage);
    expect(db.problems.map(({ path }) => path.startsWith(block))).toEqual([true]);
    expect(db.blocks().map(({ path }) => path)).not.toContain(block);
    expect(count).toBeGreaterThan(5_000);
    expect(count).toBeLessThan(ALL_SAMPLES);
    await db.close();
  });

  it('in the log costs the rest of that segment', async () => {
    const { db, count } = await opened((disk) =>
      (disk.files.get(`${DIR}/wal/00000009`) as Uint8Array).fill(0xff, 1000, 2000),
    );
    expect(db.problems).toMatchObject([
      { path: `${DIR}/wal/00000009`, offset: expect.any(Number) },
    ]);
    expect(count).toBeGreaterThan(18_000);
    await db.close();
  });
});

describe('refresh', () => {
  it('sees newer samples and new blocks, and queries under way see what they saw', async () => {
    const live = copyToMemory(SMALL_FIXTURE);
    const disk = dataDirectory({ wal: [TWO_SERIES] });
    const db = await openReadOnly(DIR, { disk });
    const running = db.select([]);
    expect((await running.next()).value?.labels.get('n')).toBe('a');
    disk.files.set(`${DIR}/wal/00000001`, segment(records.samples([1, 20, 3])));
    for (const [path, bytes] of live.files) {
      if (!/\/(wal|wbl|chunks_head)\//.test(path)) disk.files.set(path, bytes);
    }
    await db.refresh();
    const rest = (await collect(running)).map(({ samples }) => sampleTexts(samples));
    expect(rest).toEqual([['10:1']]);
    expect(db.blocks()).toHaveLength(7);
    // The new samples lie before the end of the new blocks: those have the say by now.
    expect(await contentOf(db)).not.toContain('b 10:1 20:3');
    await db.close();
  });

  it('happens by itself when a block is compacted away before it was opened', async () => {
    const disk = copyToMemory(SMALL_FIXTURE);
    await using db = await openReadOnly(DIR, { disk });
    const gone = largestBlock(db.blocks()).path;
    for (const path of [...disk.files.keys()]) if (path.startsWith(gone)) disk.files.delete(path);
    expect(await countSamples(db, CHURN)).toBeGreaterThan(0);
    expect(db.blocks()).toHaveLength(6);
    expect(db.problems).toEqual([]);
  });

  it('may replace every block while a query is opening them', async () => {
    const disk = copyToMemory(SMALL_FIXTURE);
    cloneBlock(disk, (await listBlocks(DIR, { disk })).blocks[0].path, 40);
    await using db = await openReadOnly(DIR, { disk });
    const [before, blocks] = [await countSamples(db, CHURN), db.blocks().length];
    // Both take some turns of the loop: some queries begin within the refresh and end after it.
    for (let waited = 0; waited < 8; waited++) {
      replaceTombstones(disk, waited % 2 === 0 ? null : NO_TOMBSTONES_FILE);
      const refreshing = db.refresh();
      for (let turn = 0; turn < waited; turn++) await setImmediate();
      const counting = countSamples(db, CHURN);
      await refreshing;
      expect(await counting).toBe(before);
      expect([db.problems, db.blocks().length]).toEqual([[], blocks]);
    }
  });

  it('keeps blocks that have not changed, and takes those anew whose tombstones have', async () => {
    const disk = copyToMemory(SMALL_FIXTURE);
    await using db = await openReadOnly(DIR, { disk });
    const before = await countSamples(db);
    const { path } = largestBlock(db.blocks());
    disk.files.delete(`${path}/tombstones`);
    await db.refresh();
    expect(await countSamples(db)).toBeGreaterThan(before);
  });
});

describe('close', () => {
  it('ends everything, once and for all', async () => {
    const db = await openReadOnly(SMALL_FIXTURE);
    const running = db.select(CHURN);
    await running.next();
    await db.close();
    await db.close();
    await expect(running.next()).rejects.toThrow(ClosedError);
    expect(() => db.blocks()).toThrow(ClosedError);
    expect(() => db.problems).toThrow(ClosedError);
    await expect(db.labelNames()).rejects.toThrow(ClosedError);
    await expect(db.refresh()).rejects.toThrow(ClosedError);
    await expect(db.select(CHURN).next()).rejects.toThrow(ClosedError);
  });
});

describe('labels', () => {
  it('come sorted, without duplicates, cut after sorting', async () => {
    await using db = await openReadOnly(SMALL_FIXTURE);
    const jobs = await db.labelValues('job');
    expect(jobs).toEqual(['rw', 'rw2']);
    expect(await db.labelValues('job', { limit: 1 })).toEqual(['rw']);
    expect(await db.labelValues('job', { matchers: [matcher('job', '=~', '.*2')] })).toEqual([
      'rw2',
    ]);
    expect(await db.labelValues('nothing')).toEqual([]);
    expect(await db.labelNames({ matchers: CHURN })).toEqual(['__name__', 'gen', 'job']);
    const series = await db.series(CHURN, { limit: 2 });
    expect(series.map((labels) => labels.get('gen'))).toEqual(['0', '100']);
    await expect(db.labelNames({ limit: -1 })).rejects.toThrow('limit');
  });
});

describe('headCutoff', () => {
  it('promtool hides in-order head samples from before the end of the last block', async () => {
    await using server = await openReadOnly(SMALL_FIXTURE);
    await using promtool = await openReadOnly(SMALL_FIXTURE, { headCutoff: 'promtool' });
    expect(await countSamples(promtool)).toBe(18_510);
    expect(await countSamples(server)).toBe(ALL_SAMPLES);
  });
});
