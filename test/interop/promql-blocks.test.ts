/**
 * Random queries over a directory that we wrote, to us and to Prometheus 3.14 with its experimental
 * features on: the same values, order, annotations and errors.
 *
 * SEED and QUERIES in the environment repeat or prolong a run; the seed is printed.
 */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ParseError, QueryError } from '../../model/errors.js';
import type { Queryable } from '../../model/queryable.js';
import { Engine } from '../../promql/engine.js';
import { Database, openReadOnly, type ReadOnlyDatabase } from '../../tsdb/db.js';
import type { QueryThreads } from '../../tsdb/query-threads.js';
import { type Answer, differenceOf, isTextEqual } from '../support/answers.js';
import { END, fillDifferential, START } from '../support/differential-series.js';
import { describePeers, peer } from '../support/peers.js';
import { freePort, Program } from '../support/programs.js';
import { BlockQueries } from '../support/block-queries.js';
import { scratchFolder } from '../support/scratch.js';
import { SharedQueryable, startThreads } from '../support/shared-queries.js';

const SEED = Number(process.env.SEED ?? Date.now() % 1e9);
const QUERIES = Number(process.env.QUERIES ?? 3000);
/** Sums over series that Prometheus keeps in a map come in an order by chance. */
const INEXACT_MAX = 0.03;
const FEATURES =
  'promql-experimental-functions,promql-binop-fill-modifiers,promql-extended-range-selectors';

interface Asked {
  readonly query: string;
  readonly start: number;
  readonly end: number;
  /** 0: at one moment. */
  readonly step: number;
}

describePeers('the engine over blocks and a head', ['prometheus'], () => {
  const engine = new Engine({
    experimentalFunctions: true,
    extendedRangeSelectors: true,
    fillModifiers: true,
  });
  let db: ReadOnlyDatabase;
  let threads: QueryThreads;
  let shared: SharedQueryable;
  let url: string;

  beforeAll(async () => {
    const folder = scratchFolder();
    const dir = join(folder, 'ours');
    const written = await Database.open(dir, {
      background: false,
      compactionWorker: false,
      now: () => END,
    });
    await fillDifferential(written);
    await written.compact();
    await written.close();
    cpSync(dir, join(folder, 'theirs'), { recursive: true });
    const config = join(folder, 'prometheus.yml');
    writeFileSync(config, 'global: {}\n');
    const address = `127.0.0.1:${await freePort()}`;
    const program = new Program(peer('prometheus'), [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'theirs')}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=${address}`,
      `--enable-feature=${FEATURES}`,
      '--log.level=error',
    ]);
    url = `http://${address}`;
    await program.ready(`${url}/-/ready`);
    db = await openReadOnly(dir);
    threads = await startThreads();
    shared = new SharedQueryable(db, threads);
  });

  afterAll(async () => {
    await db.close();
    await threads.close();
  });

  async function theirs({ query, start, end, step }: Asked): Promise<Answer> {
    const times: Record<string, string> =
      step === 0
        ? { time: String(start / 1000) }
        : { start: String(start / 1000), end: String(end / 1000), step: String(step / 1000) };
    const body = new URLSearchParams({ query, ...times });
    const path = step === 0 ? 'query' : 'query_range';
    const response = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body });
    return (await response.json()) as Answer;
  }

  async function ours(queryable: Queryable, asked: Asked): Promise<Answer> {
    const { query, start, end, step } = asked;
    try {
      const { value, warnings, infos } =
        step === 0
          ? await engine.instant(queryable, query, { time: start })
          : await engine.range(queryable, query, { start, end, step });
      const data = JSON.parse(JSON.stringify(value)) as Answer['data'];
      return { status: 'success', data, warnings, infos };
    } catch (error) {
      if (error instanceof ParseError) {
        const message = `invalid parameter "query": ${error.message}`;
        return { status: 'error', errorType: 'bad_data', error: message };
      }
      if (!(error instanceof QueryError)) throw error;
      return { status: 'error', errorType: error.type, error: error.message };
    }
  }

  it(`agree on ${QUERIES} queries by chance (SEED=${SEED})`, async () => {
    const random = new BlockQueries(SEED);
    const differences: string[] = [];
    let inexact = 0;
    for (let i = 0; i < QUERIES; i++) {
      const query = random.next();
      // A third of the moments lie on samples, and ranges end on them.
      const raster = random.pick([15_000, 1000, 1]);
      const at = START + Math.floor((random.chance() * (END - START)) / raster) * raster;
      const step = random.pick([0, 0, 15_000, 60_000, 77_000]);
      const asked = { query, start: at, end: at + step * random.pick([1, 5, 20]), step };
      // Every second one with the help of other threads.
      const queryable = i % 2 === 0 ? db : shared;
      const [wanted, got] = await Promise.all([theirs(asked), ours(queryable, asked)]);
      if (isTextEqual(wanted, got)) continue;
      const difference = differenceOf(query, wanted, got);
      if (difference === null) inexact++;
      else differences.push(`${JSON.stringify(asked)}\n${difference}`);
    }
    expect(differences.slice(0, 20).join('\n\n')).toBe('');
    expect(inexact).toBeLessThanOrEqual(INEXACT_MAX * QUERIES);
  });
});
