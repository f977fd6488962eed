/**
 * Queries: the shapes of Prometheus' own benchmark and of dashboards, over blocks and over a head,
 * cold and warm, in this process and on its one thread; how long the event loop is held meanwhile.
 *
 *     npm run bench -- query [--small] [--json] [--only blocks,head,many,prometheus]
 *
 * `many` are 100,000 series with a chunk each; `prometheus`, the series of its benchmark.
 * Cold is the first time that a process asks anything of the sort; warm, the fastest of the rounds
 * after it. Time a step of a series tells shapes apart that look at different numbers of both.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Labels } from '../model/labels.js';
import type { Queryable } from '../model/queryable.js';
import { Engine } from '../promql/engine.js';
import { Database, openReadOnly } from '../tsdb/db.js';
import { writeFleetBlock } from './support/data-directories.js';
import { chosenOf } from './support/flags.js';
import { type Found, measure, type Measurement } from './support/measure.js';
import { PATTERN_SHAPES, queryLabels, type QueryShape, SHAPES } from './support/query-shapes.js';
import { seeded } from './support/random.js';
import { RANGE_QUERY_SHAPES, rangeQueryLabels } from './support/range-query-shapes.js';
import { type Column, formatMegabytes, formatNumber, formatTable } from './support/report.js';
import { SAMPLES_PER_CHUNK, START_MS, STEP_MS } from './support/series-data.js';

export interface QueryParameters {
  readonly series: number;
  /** Of 120 samples each. */
  readonly chunks: number;
  readonly rounds: number;
  readonly warmUpMs: number;
  /** Steps of a query are at most so many. */
  readonly stepsMax: number;
  /** Of the storage that has many. */
  readonly manySeries: number;
  /** Of the storage of Prometheus' benchmark. */
  readonly prometheusChunks: number;
}

export const FULL: QueryParameters = {
  series: 10_000,
  chunks: 9,
  rounds: 5,
  warmUpMs: 1500,
  stepsMax: Infinity,
  manySeries: 100_000,
  prometheusChunks: 75,
};

export const SMALL: QueryParameters = {
  series: 100,
  chunks: 1,
  rounds: 1,
  warmUpMs: 0,
  stepsMax: 4,
  manySeries: 100,
  prometheusChunks: 1,
};

export type Storage = 'blocks' | 'head' | 'many' | 'prometheus';
export const STORAGES: readonly Storage[] = ['blocks', 'head', 'many', 'prometheus'];

/** What a storage holds, and what it is asked. */
interface Subject {
  readonly labels: readonly Labels[];
  /** Of 120 samples, of each series. */
  readonly chunks: number;
  readonly shapes: readonly QueryShape[];
}

export function subjectOf(storage: Storage, parameters: QueryParameters): Subject {
  const { series, chunks, manySeries, prometheusChunks } = parameters;
  switch (storage) {
    case 'blocks':
    case 'head':
      return { labels: queryLabels(series), chunks, shapes: SHAPES };
    case 'many':
      return { labels: queryLabels(manySeries), chunks: 1, shapes: PATTERN_SHAPES };
    case 'prometheus':
      return { labels: rangeQueryLabels(), chunks: prometheusChunks, shapes: RANGE_QUERY_SHAPES };
  }
}

export interface QueryRow extends Measurement, Found {
  readonly storage: Storage;
  readonly shape: string;
  readonly steps: number;
  /** How many series the selector finds. */
  readonly selected: number;
  /** The first time. */
  readonly coldMs: number;
}

interface Opened {
  readonly queryable: Queryable;
  close(): Promise<void>;
}

/** Measures all shapes over the named storages. */
export async function run(
  parameters: QueryParameters,
  storages: readonly Storage[],
): Promise<QueryRow[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'mmtsdb-query-'));
  try {
    const rows: QueryRow[] = [];
    for (const storage of storages) {
      const subject = subjectOf(storage, parameters);
      const opened =
        storage === 'head'
          ? await fillHead(subject)
          : await openBlocks(join(scratch, storage), subject);
      try {
        for (const shape of subject.shapes) {
          const measured = await measureShape(opened.queryable, shape, subject, parameters);
          process.stderr.write(`${storage}: ${shape.name}: ${formatNumber(measured.ms)} ms\n`);
          rows.push({ ...measured, storage });
        }
      } finally {
        await opened.close();
      }
    }
    return rows;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function openBlocks(dir: string, { labels, chunks }: Subject): Promise<Opened> {
  mkdirSync(join(dir, 'wal'), { recursive: true });
  writeFleetBlock(dir, 0, { labels, chunksPerSeries: chunks });
  const db = await openReadOnly(dir);
  return { queryable: db, close: () => db.close() };
}

/** Counters, scraped one moment after another. */
async function fillHead({ labels, chunks }: Subject): Promise<Opened> {
  const db = await Database.inMemory();
  const series = labels.length;
  const random = seeded(1);
  const values = new Float64Array(series);
  const times = new Float64Array(series);
  let refs: number[] = [];
  for (let scrape = 0; scrape < chunks * SAMPLES_PER_CHUNK; scrape++) {
    times.fill(START_MS + scrape * STEP_MS);
    for (let i = 0; i < series; i++) values[i] += Math.floor(random() * 1000);
    const appender = db.appender();
    if (scrape === 0) refs = labels.map((one, i) => appender.append(one, times[i], values[i]));
    else appender.appendColumns(refs, times, values);
    await appender.commit();
  }
  return { queryable: db, close: () => db.close() };
}

async function measureShape(
  queryable: Queryable,
  shape: QueryShape,
  { chunks }: Subject,
  { rounds, warmUpMs, stepsMax }: QueryParameters,
): Promise<Omit<QueryRow, 'storage'>> {
  const engine = new Engine({ experimentalFunctions: true, extendedRangeSelectors: true });
  const query = shape.query.replaceAll('X', shape.selector);
  const steps = Math.min(shape.steps, stepsMax);
  const end = START_MS + (chunks * SAMPLES_PER_CHUNK - 1) * STEP_MS;
  const step = Math.max(1, Math.floor((chunks * SAMPLES_PER_CHUNK * STEP_MS) / (steps + 1)));
  const ask = async (): Promise<Found> => {
    const { value } =
      steps === 1
        ? await engine.instant(queryable, query, { time: end })
        : await engine.range(queryable, query, { start: end - (steps - 1) * step, end, step });
    if (value.type === 'matrix') {
      const samples = value.series.reduce((sum, { values }) => sum + values.length, 0);
      return { results: value.series.length, samples };
    }
    return value.type === 'vector'
      ? { results: value.count, samples: value.count }
      : { results: 1, samples: 1 };
  };
  const start = performance.now();
  await ask();
  const coldMs = performance.now() - start;
  const measured = await measure(ask, { rounds, warmUpMs });
  const counted = await engine.instant(queryable, `count(${shape.selector})`, { time: end });
  const selected = counted.value.type === 'vector' ? counted.value.values[0] : 0;
  return { ...measured, shape: shape.name, steps, selected, coldMs };
}

const COLUMNS: readonly Column<QueryRow>[] = [
  { head: 'query', cell: ({ storage, shape }) => `${storage}: ${shape}` },
  { head: 'series', cell: ({ selected }) => String(selected) },
  { head: 'steps', cell: ({ steps }) => String(steps) },
  { head: 'cold ms', cell: ({ coldMs }) => formatNumber(coldMs) },
  { head: 'warm ms', cell: ({ ms }) => formatNumber(ms) },
  { head: 'cpu ms', cell: ({ cpuMs }) => formatNumber(cpuMs) },
  {
    head: 'ns/step',
    cell: ({ ms, selected, steps }) => formatNumber((ms * 1e6) / (selected * steps)),
  },
  { head: 'loop p99', cell: ({ loopP99Ms }) => formatNumber(loopP99Ms) },
  { head: 'loop max', cell: ({ loopMaxMs }) => formatNumber(loopMaxMs) },
  {
    head: 'of own cpu',
    cell: ({ loopMaxCpuMs }) => (loopMaxCpuMs === null ? null : formatNumber(loopMaxCpuMs)),
  },
  {
    head: 'RSS MB',
    cell: ({ rssBytes }) => (rssBytes === null ? null : formatMegabytes(rssBytes)),
  },
  { head: 'results', cell: ({ results }) => String(results) },
];

export function table(rows: readonly QueryRow[]): string {
  return formatTable(rows, COLUMNS);
}

async function main(args: readonly string[]): Promise<void> {
  const rows = await run(args.includes('--small') ? SMALL : FULL, chosenOf(args, STORAGES));
  process.stdout.write(`${args.includes('--json') ? JSON.stringify(rows) : table(rows)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  void main(process.argv.slice(2));
}
