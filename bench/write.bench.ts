/**
 * Writing: samples in, per load, durability and thread that writes the log; the same while blocks
 * are compacted; the log replayed; a block made of the head; blocks merged; and what a series takes
 * in memory. Each row in a process of its own that did nothing before, and tells how long the event
 * loop was held.
 *
 *     npm run bench -- write [--small] [--json] [--only GROUP[,GROUP…]]
 *
 * Blocks to merge are made by a program of `npm run peers`; without it their rows are left out.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DatabaseOptions } from '../tsdb/db.js';
import { chosenOf } from './support/flags.js';
import { type LoadName, writeSeriesFile } from './support/loads.js';
import { type Column, formatMegabytes, formatNumber, formatTable } from './support/report.js';
import { WritePeers } from './support/write-peers.js';
import { runWriteTaskInChild, type WriteResult, type WriteTask } from './support/write-task.js';

export interface WriteParameters {
  readonly series: number;
  readonly scrapes: number;
  /** Of rows that sync each commit, and of small commits. */
  readonly scrapesFew: number;
  /** Of the row that compacts meanwhile. */
  readonly scrapesMany: number;
  readonly headSamples: number;
  /** Of each series of each of four blocks that are merged. */
  readonly blockSamples: number;
  readonly memorySeries: readonly number[];
  readonly memoryScrapes: number;
  readonly rounds: number;
  /** Whether to run programs of Prometheus. */
  readonly peers: boolean;
}

export const FULL: WriteParameters = {
  series: 10_000,
  scrapes: 1000,
  scrapesFew: 200,
  scrapesMany: 3000,
  headSamples: 240,
  blockSamples: 1001,
  memorySeries: [10_000, 100_000, 1_000_000],
  memoryScrapes: 100,
  rounds: 3,
  peers: true,
};

export const SMALL: WriteParameters = {
  series: 20,
  scrapes: 100,
  scrapesFew: 100,
  scrapesMany: 1000,
  headSamples: 50,
  blockSamples: 50,
  memorySeries: [30],
  memoryScrapes: 100,
  rounds: 1,
  peers: false,
};

export interface WriteRow extends WriteResult {
  readonly group: string;
  readonly name: string;
}

export interface WriteContext {
  readonly parameters: WriteParameters;
  /** An empty directory. */
  readonly dir: string;
  readonly runTask: (task: WriteTask) => Promise<WriteResult>;
}

type Group = (context: WriteContext) => AsyncGenerator<WriteRow, void, undefined>;

/** In the order in which they run. */
export const GROUPS = {
  ingest: measureIngest,
  durability: measureDurability,
  compacting: measureCompacting,
  replay: measureReplay,
  blocks: measureBlocks,
  memory: measureMemory,
} as const satisfies Record<string, Group>;

export type GroupName = keyof typeof GROUPS;

/** Measures the named groups in a scratch directory that is gone afterwards. */
export async function run(
  parameters: WriteParameters,
  names: readonly GroupName[],
  runTask: WriteContext['runTask'] = runWriteTaskInChild,
): Promise<WriteRow[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'mmtsdb-write-'));
  try {
    const rows: WriteRow[] = [];
    for (const name of names) {
      const dir = join(scratch, name);
      mkdirSync(dir);
      for await (const row of GROUPS[name]({ parameters, dir, runTask })) {
        process.stderr.write(`${row.group}: ${row.name}: ${formatNumber(row.ms)} ms\n`);
        rows.push(row);
      }
      rmSync(dir, { recursive: true });
    }
    return rows;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

interface IngestRow {
  readonly load: LoadName;
  readonly series: number;
  readonly scrapes: number;
  readonly options?: Pick<DatabaseOptions, 'walWorker' | 'durability' | 'walCompression'>;
  readonly compacts?: boolean;
  readonly rounds?: number;
}

async function* measureIngest(context: WriteContext): ReturnType<Group> {
  const { series, scrapes, scrapesFew } = context.parameters;
  for (const load of ['lock-step', 'noisy', 'churn', 'small commits'] as const) {
    for (const walWorker of [false, true]) {
      const sizes = { series, scrapes: load === 'small commits' ? scrapesFew : scrapes };
      const result = await ingest(context, { load, ...sizes, options: { walWorker } });
      yield { group: 'ingest', name: `${load}${walWorker ? ', log worker' : ''}`, ...result };
    }
  }
}

async function* measureDurability(context: WriteContext): ReturnType<Group> {
  const { series, scrapesFew } = context.parameters;
  const kinds = [
    { name: 'fsync', durability: 'fsync' },
    { name: 'every 100 ms', durability: { intervalMs: 100 } },
    { name: 'snappy', walCompression: 'snappy' },
  ] as const;
  for (const { name, ...kind } of kinds) {
    for (const walWorker of [false, true]) {
      const sizes = { load: 'noisy', series, scrapes: scrapesFew } as const;
      const result = await ingest(context, { ...sizes, options: { ...kind, walWorker } });
      const thread = walWorker ? ', log worker' : '';
      yield { group: 'durability', name: `noisy, ${name}${thread}`, ...result };
    }
  }
}

async function* measureCompacting(context: WriteContext): ReturnType<Group> {
  const { series, scrapesMany: scrapes } = context.parameters;
  for (const walWorker of [false, true]) {
    const sizes = { load: 'noisy', series, scrapes } as const;
    const options = { walWorker };
    const result = await ingest(context, { ...sizes, options, compacts: true, rounds: 1 });
    const name = `noisy, ${result.results} blocks${walWorker ? ', log worker' : ''}`;
    yield { group: 'compacting', name, ...result };
  }
}

async function* measureReplay(context: WriteContext): ReturnType<Group> {
  const { dir, parameters, runTask } = context;
  const { series, scrapes, rounds } = parameters;
  for (const load of ['lock-step', 'noisy'] as const) {
    const written = join(dir, load);
    await ingest(context, { load, series, scrapes, rounds: 1 }, written);
    const results: WriteResult[] = [];
    for (let round = 0; round < rounds; round++) {
      const copy = join(dir, 'copy');
      cpSync(written, copy, { recursive: true });
      results.push(await runTask({ kind: 'replay', dir: copy }));
      for (const left of [copy, `${copy}-empty`]) rmSync(left, { recursive: true });
    }
    yield { group: 'replay', name: load, ...medianOf(results), samples: series * scrapes };
  }
}

async function* measureBlocks({ dir, parameters, runTask }: WriteContext): ReturnType<Group> {
  const { series, headSamples: samples, blockSamples, rounds } = parameters;
  const stepMs = 30_000;
  const head = { kind: 'head-block', dir, series, samples, stepMs, rounds } as const;
  yield { group: 'blocks', name: `head, ${series} × ${samples}`, ...(await runTask(head)) };
  const peers = parameters.peers ? WritePeers.find() : null;
  if (peers === null) return;
  for (const overlap of [0, 40]) {
    const blocks = join(dir, `blocks-${overlap}`);
    mkdirSync(blocks);
    const sources = await peers.blocks(blocks, series, blockSamples, overlap);
    for (const before of [0, 1]) {
      const results: WriteResult[] = [];
      for (let round = 0; round < rounds; round++) {
        const out = join(dir, 'merged');
        mkdirSync(out);
        results.push(await runTask({ kind: 'merge', dir: out, sources, before }));
        rmSync(out, { recursive: true });
      }
      const what = overlap === 0 ? 'merge of 4' : 'merge of 4 that overlap';
      const name = `${what}${before > 0 ? ', again' : ''}`;
      yield { group: 'blocks', name, ...medianOf(results) };
    }
  }
}

async function* measureMemory(context: WriteContext): ReturnType<Group> {
  const { memorySeries, memoryScrapes: scrapes } = context.parameters;
  for (const series of memorySeries) {
    const result = await ingest(context, { load: 'lock-step', series, scrapes, rounds: 1 });
    yield { group: 'memory', name: `${series} series`, ...result, results: series };
  }
}

/** Several times, each into a new database; the one of median time. Kept if `kept` says where. */
async function ingest(
  { dir, parameters, runTask }: WriteContext,
  row: IngestRow,
  kept: string | null = null,
): Promise<WriteResult> {
  const { load, series, scrapes, options = {}, compacts = false } = row;
  const file = join(dir, 'series.json');
  writeSeriesFile(file, series);
  const results: WriteResult[] = [];
  for (let round = 0; round < (row.rounds ?? parameters.rounds); round++) {
    const target = kept ?? join(dir, 'db');
    const task = { kind: 'ingest', dir: target, load, file, series, scrapes } as const;
    results.push(await runTask({ ...task, options, compacts }));
    if (kept === null) rmSync(target, { recursive: true });
  }
  return medianOf(results);
}

/** That of median time. */
function medianOf(results: readonly WriteResult[]): WriteResult {
  const sorted = [...results].sort((a, b) => a.ms - b.ms);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

const optional = (value: number | null, format = formatNumber): string | null =>
  value === null ? null : format(value);

const COLUMNS: readonly Column<WriteRow>[] = [
  { head: '', cell: (row) => `${row.group}: ${row.name}` },
  { head: 'ms', cell: (row) => formatNumber(row.ms) },
  { head: 'cpu ms', cell: (row) => formatNumber(row.cpuMs) },
  {
    head: 'M samples/s',
    cell: (row) => (row.samples > 0 ? formatNumber(row.samples / row.ms / 1e3) : null),
  },
  { head: 'loop p50 ms', cell: (row) => formatNumber(row.loopP50Ms) },
  { head: 'p99', cell: (row) => formatNumber(row.loopP99Ms) },
  { head: 'max', cell: (row) => formatNumber(row.loopMaxMs) },
  { head: '… of cpu', cell: (row) => optional(row.loopMaxCpuMs) },
  { head: 'peak RSS MB', cell: (row) => optional(row.peakRssBytes, formatMegabytes) },
  { head: 'after', cell: (row) => optional(row.afterRssBytes, formatMegabytes) },
  { head: 'head', cell: (row) => optional(row.headBytes, formatMegabytes) },
];

export function table(rows: readonly WriteRow[]): string {
  return formatTable(rows, COLUMNS);
}

async function main(args: readonly string[]): Promise<void> {
  const names = chosenOf(args, Object.keys(GROUPS) as GroupName[]);
  const rows = await run(args.includes('--small') ? SMALL : FULL, names);
  process.stdout.write(`${args.includes('--json') ? JSON.stringify(rows) : table(rows)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  void main(process.argv.slice(2));
}
