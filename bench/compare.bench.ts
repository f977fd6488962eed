/**
 * The same work by us and by Prometheus 3.14 in one run, side by side: samples in, replay, a block
 * of the head, merging blocks, memory.
 *
 *     npm run bench -- compare [--small] [--json] [--only GROUP[,GROUP…]]
 *
 * Each figure is the median of several runs, each in a process that did nothing before; all take
 * turns, so that whatever else the machine does meets them alike. Prometheus runs twice: as it
 * comes, on all cores, and with GOMAXPROCS=1. It comes by `npm run peers`; without it nothing runs.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { COMPARISONS, type CompareParameters, type Comparison } from './support/comparisons.js';
import { chosenOf } from './support/flags.js';
import { type Column, formatNumber, formatTable } from './support/report.js';
import { type ComparedPeers, WritePeers } from './support/write-peers.js';
import { runWriteTaskInChild } from './support/write-task.js';

export const FULL: CompareParameters = {
  // Of these two, what promtool writes where nothing is said.
  series: 10_000,
  scrapes: 3000,
  scrapesFew: 200,
  headSamples: 240,
  blockSamples: 1001,
  memorySeries: 1_000_000,
  memoryScrapes: 100,
  rounds: 5,
  roundsFew: 3,
};

export const SMALL: CompareParameters = {
  series: 20,
  scrapes: 100,
  scrapesFew: 100,
  headSamples: 50,
  blockSamples: 50,
  memorySeries: 30,
  memoryScrapes: 100,
  rounds: 1,
  roundsFew: 1,
};

type GroupName = keyof typeof COMPARISONS;

/** Measures the named groups in a scratch directory that is gone afterwards. */
export async function run(
  parameters: CompareParameters,
  names: readonly GroupName[],
  peers: ComparedPeers,
  runTask = runWriteTaskInChild,
): Promise<Comparison[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'mmtsdb-compare-'));
  try {
    const rows: Comparison[] = [];
    for (const name of names) {
      const dir = join(scratch, name);
      mkdirSync(dir);
      for await (const row of COMPARISONS[name]({ parameters, dir, peers, runTask })) {
        process.stderr.write(`${table([row])}\n`);
        rows.push(row);
      }
      rmSync(dir, { recursive: true });
    }
    return rows;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

const optional = (value: number | null): string | null =>
  value === null ? null : formatNumber(value);

/** By how much one is better; where less is better, the inverse. */
function ratio({ unit }: Comparison, ours: number | null, theirs: number | null): string | null {
  if (ours === null || theirs === null) return null;
  const times = unit === 'M samples/s' ? ours / theirs : theirs / ours;
  return unit === 'MB' ? `${(1 / times).toFixed(2)} of it` : `${times.toFixed(2)}×`;
}

const COLUMNS: readonly Column<Comparison>[] = [
  { head: '', cell: ({ name }) => name },
  { head: 'unit', cell: ({ unit }) => unit },
  { head: '3.14', cell: ({ allCores }) => formatNumber(allCores) },
  { head: 'one core', cell: ({ oneCore }) => optional(oneCore) },
  { head: 'ours', cell: ({ ours }) => formatNumber(ours) },
  { head: 'log worker', cell: ({ withWorker }) => optional(withWorker) },
  { head: 'ours : 3.14', cell: (row) => ratio(row, row.ours, row.allCores) },
  { head: 'worker : 3.14', cell: (row) => ratio(row, row.withWorker, row.allCores) },
  { head: 'ours : one core', cell: (row) => ratio(row, row.ours, row.oneCore) },
  { head: 'p99 ms', cell: ({ loopP99Ms }) => optional(loopP99Ms) },
  { head: 'max', cell: ({ loopMaxMs }) => optional(loopMaxMs) },
];

export function table(rows: readonly Comparison[]): string {
  return formatTable(rows, COLUMNS);
}

async function main(args: readonly string[]): Promise<void> {
  const names = chosenOf(args, Object.keys(COMPARISONS) as GroupName[]);
  const peers = WritePeers.find();
  if (peers === null) {
    process.exitCode = 1;
    return;
  }
  const rows = await run(args.includes('--small') ? SMALL : FULL, names, peers);
  process.stdout.write(`${args.includes('--json') ? JSON.stringify(rows) : table(rows)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  void main(process.argv.slice(2));
}
