/** Queries that other threads help with answer what they answer alone, to the bit. */
import { getEventListeners } from 'node:events';
import { QueryError, TsdbError } from '../../model/errors.js';
import { matcher } from '../../model/matcher.js';
import type { Queryable } from '../../model/queryable.js';
import { Engine } from '../../promql/engine.js';
import type { QueryValue } from '../../promql/value.js';
import type { Database } from '../../tsdb/database.js';
import { openInMemory } from '../../tsdb/database-opening.js';
import { QueryThreads } from '../../tsdb/query-threads.js';
import { openReadOnly } from '../../tsdb/read-only.js';
import { columnBits } from '../support/bits.js';
import { addBlock, OTHER_ULID } from '../support/block-builder.js';
import { BlockQueries } from '../support/block-queries.js';
import { DIR } from '../support/data-directory.js';
import { emptyDisk, openOn } from '../support/databases.js';
import { END, fillDifferential, START } from '../support/differential-series.js';
import { FIXTURES, fixtureData, isBy314 } from '../support/fixtures.js';
import { hasShared } from '../support/shared.js';
import { QUERY_WORKER_FILE, SharedQueryable, startThreads } from '../support/shared-queries.js';
import type { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const SEED = Number(process.env.SEED ?? 7);
const QUERIES = Number(process.env.QUERIES ?? 300);
const HOUR = 3_600_000;
const BLOCKS = { minBlockDurationMs: HOUR, maxBlockDurationMs: HOUR };
const FEATURES = {
  experimentalFunctions: true,
  extendedRangeSelectors: true,
  fillModifiers: true,
};
const HOUR_OF_ALL = { start: START + HOUR, end: START + 2 * HOUR, step: 30_000 };

interface Asked {
  readonly query: string;
  readonly start: number;
  readonly end: number;
  /** 0: at one moment. */
  readonly step: number;
}

/** An answer with the bits of its values, warnings in their order; or its error. */
async function answer(engine: Engine, queryable: Queryable, asked: Asked): Promise<object> {
  const { query, start, step } = asked;
  try {
    const { value, warnings, infos } =
      step === 0
        ? await engine.instant(queryable, query, { time: start })
        : await engine.range(queryable, query, asked);
    return { value: shown(value), warnings, infos };
  } catch (error) {
    if (error instanceof TsdbError) return { error: error.message };
    throw error;
  }
}

function shown(value: QueryValue): unknown {
  if (value.type !== 'matrix') return JSON.stringify(value);
  return value.series.map(({ labels, times, values, histograms }) => [
    labels.key(),
    [...times],
    // Which NaN it is, the compiler decides: on the way to text they are all alike.
    columnBits(values).map((bits, i) => (Number.isNaN(values[i]) ? 'NaN' : bits)),
    JSON.stringify(histograms),
  ]);
}

/** A block, one that overlaps it, and a head; parts of them deleted. */
async function fill(disk: WritableMemoryDisk): Promise<Database> {
  const database = await openOn(disk, BLOCKS);
  await fillDifferential(database);
  await database.compact();
  const deleted = { minTime: START + HOUR, maxTime: START + HOUR + 600_000 };
  await database.delete([matcher('job', '=', 'a'), matcher('__name__', '=~', 'r.*')], deleted);
  const recent = { minTime: END - 600_000, maxTime: END - 500_000 };
  await database.delete([matcher('__name__', '=', 'temperature')], recent);
  await database.close();
  const times = Array.from({ length: 90 }, (_, i) => START + 5000 + 20_000 * i);
  addBlock(disk, {
    ulid: OTHER_ULID,
    minTime: START,
    maxTime: START + HOUR,
    series: [[{ __name__: 'errors_total', job: 'a', instance: '1' }, [{ times }]]],
  });
  return openOn(disk, { ...BLOCKS, enableOverlappingCompaction: false });
}

describe('a query that is shared', () => {
  const engine = new Engine(FEATURES);
  let threads: QueryThreads;
  let database: Database;
  let shared: SharedQueryable;

  beforeAll(async () => {
    threads = await startThreads(2);
    database = await fill(emptyDisk());
    shared = new SharedQueryable(database, threads);
  });

  afterAll(async () => {
    await database.close();
    await threads.close();
  });

  it('is answered by the same bits, warnings and errors', async () => {
    const random = new BlockQueries(SEED);
    for (let i = 0; i < QUERIES; i++) {
      const raster = random.pick([15_000, 1000, 1]);
      const start = START + Math.floor((random.chance() * (END - START)) / raster) * raster;
      const step = random.pick([0, 15_000, 60_000, 77_000]);
      const end = start + step * random.pick([1, 5, 20, 150]);
      const asked = { query: random.next(), start, end, step };
      const alone = await answer(engine, database, asked);
      expect({ asked, ...(await answer(engine, shared, asked)) }).toEqual({ asked, ...alone });
    }
    expect(shared.cursors).toBeGreaterThan(QUERIES / 2);
    expect(shared.made).toBeGreaterThan(0);
  });

  it('is one of many at a time', async () => {
    const ask = (queryable: Queryable): Promise<unknown[]> =>
      Promise.all(
        ['sum by (job) (rate({job="a"}[5m]))', 'sum({job=~".+"})', 'temperature', 'topk(2, churn)']
          .flatMap((query) => [query, query, query])
          .map((query) => answer(engine, queryable, { query, ...HOUR_OF_ALL })),
      );
    expect(await ask(shared)).toEqual(await ask(database));
  });

  it('fails at its limits as it does alone', async () => {
    for (const options of [{ samplesMax: 300 }, { seriesMax: 5 }, { bytesMax: 3000 }]) {
      const limited = new Engine(options);
      for (const query of ['rate({job=~".+"}[5m])', '{job=~".+"}', 'quantile(0.5, {job=~".+"})']) {
        const asked = { query, ...HOUR_OF_ALL };
        const alone = await answer(limited, database, asked);
        expect(alone).toMatchObject({ error: expect.any(String) as string });
        expect(await answer(limited, shared, asked)).toEqual(alone);
      }
    }
  });

  it('is aborted, and others go on', async () => {
    const abort = new AbortController();
    const asking = engine.range(shared, 'sum(rate({job=~".+"}[1h]))', {
      ...HOUR_OF_ALL,
      signal: abort.signal,
    });
    abort.abort();
    await expect(asking).rejects.toThrow(QueryError);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
    const asked = { query: 'sum(rate({job=~".+"}[1h]))', ...HOUR_OF_ALL };
    expect(await answer(engine, shared, asked)).toEqual(await answer(engine, database, asked));
  });

  it('goes on when a thread dies, and so do others, with fewer threads', async () => {
    const mortal = await startThreads(1);
    const queryable = new SharedQueryable(database, mortal);
    const asked = { query: 'sum by (job) (rate({job=~".+"}[5m]))', ...HOUR_OF_ALL };
    const alone = await answer(engine, database, asked);
    for (let death = 0; death < 5; death++) {
      const asking = [answer(engine, queryable, asked), answer(engine, queryable, asked)];
      mortal.kill();
      expect(await Promise.all(asking)).toEqual([alone, alone]);
      await mortal.started();
    }
    await mortal.close();
  });

  it('goes alone where threads cannot be started', async () => {
    const none = new QueryThreads({ count: 2, workerFile: new URL('file:///nowhere.js') });
    await none.started();
    const queryable = new SharedQueryable(database, none);
    const asked = { query: 'sum({job=~".+"})', ...HOUR_OF_ALL };
    expect(await answer(engine, queryable, asked)).toEqual(await answer(engine, database, asked));
    expect(queryable.cursors).toBe(0);
    await none.close();
  });

  it('has too many steps to be shared', async () => {
    const asked = { query: 'churn', start: START, end: START + 3 * HOUR, step: 300 };
    const before = shared.cursors;
    expect(await answer(engine, shared, asked)).toEqual(await answer(engine, database, asked));
    expect(shared.cursors).toBe(before);
  });
});

it('a block that is deleted while a query reads it is read to the end', async () => {
  const threads = await startThreads();
  const database = await fill(emptyDisk());
  const engine = new Engine();
  const asked = { query: 'sum(rate({job=~".+"}[5m]))', ...HOUR_OF_ALL };
  const alone = await answer(engine, database, asked);
  const asking = answer(engine, new SharedQueryable(database, threads), asked);
  await database.cleanTombstones();
  expect(await asking).toEqual(alone);
  await database.close();
  await threads.close();
});

it('a chunk that is damaged fails the query as it does alone', async () => {
  const threads = await startThreads();
  const disk = emptyDisk();
  await (await fill(disk)).close();
  for (const [path, bytes] of disk.files) {
    if (/chunks\/000001$/.test(path)) bytes[Math.floor(bytes.length / 2)] ^= 1;
  }
  const database = await openReadOnly(DIR, { disk });
  const ask = (queryable: Queryable): Promise<unknown> =>
    new Engine()
      .range(queryable, 'sum({job=~".+"})', { start: START, end: END, step: 60_000 })
      .catch((error: unknown) => error);
  const alone = await ask(database);
  expect(alone).toBeInstanceOf(TsdbError);
  expect(await ask(new SharedQueryable(database, threads))).toEqual(alone);
  await database.close();
  await threads.close();
});

it('a database in memory shares, too', async () => {
  const threads = await startThreads();
  const database = openInMemory();
  await fillDifferential(database);
  const shared = new SharedQueryable(database, threads);
  const engine = new Engine();
  // Threads may come too late for the small queries of a test.
  for (let round = 0; round < 3 || shared.made === 0; round++) {
    for (const query of ['sum by (job) (rate({job=~".+"}[5m]))', 'max_over_time(churn[10m])']) {
      const asked = { query, start: START, end: END, step: 60_000 };
      const alone = await answer(engine, database, asked);
      expect(await answer(engine, shared, asked)).toEqual(alone);
    }
  }
  await database.close();
  await threads.close();
});

const RECORDED = hasShared ? FIXTURES.filter(isBy314) : [];
(RECORDED.length > 0 ? it.each(RECORDED) : it.skip.each(['']))(
  'histograms and all else that %s holds is answered alike',
  async (name) => {
    const threads = await startThreads();
    const database = await openReadOnly(fixtureData(name));
    const blocks = database.blocks();
    const end = blocks.at(0)?.meta.maxTime ?? 0;
    const shared = new SharedQueryable(database, threads);
    for (const query of ['{__name__=~".+"}', 'rate({__name__=~".+"}[5m])', 'count({job!=""})']) {
      const asked = { query, start: end - HOUR, end: end - 60_000, step: 30_000 };
      expect(await answer(new Engine(), shared, asked)).toEqual(
        await answer(new Engine(), database, asked),
      );
    }
    // The head that is only read is not shared.
    if (blocks.length > 0 && !name.includes('live')) expect(shared.cursors).toBeGreaterThan(0);
    await database.close();
    await threads.close();
  },
);

it('threads are asked for by the first large query', async () => {
  const file = QUERY_WORKER_FILE;
  const threads = new QueryThreads({ count: 1, workerFile: file });
  const database = openInMemory();
  await fillDifferential(database);
  const shared = new SharedQueryable(database, threads);
  const asked = { query: 'sum({job=~".+"})', ...HOUR_OF_ALL };
  const alone = await answer(new Engine(), database, asked);
  expect(await answer(new Engine(), shared, asked)).toEqual(alone);
  expect(shared.cursors).toBe(0);
  await threads.started();
  expect(await answer(new Engine(), shared, asked)).toEqual(alone);
  expect(shared.cursors).toBe(1);
  await threads.close();
  expect(await answer(new Engine(), shared, asked)).toEqual(alone);
  await database.close();
});

it('there are as many as are asked for, and no more than can be', () => {
  expect(() => openInMemory({ queryWorkers: 17 })).toThrow('queryWorkers');
});
