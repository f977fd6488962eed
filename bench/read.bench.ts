/**
 * Reading a data directory: opening it, queries of all sizes, cold and warm, mapped and not, label
 * names and values, what stays in memory, and how long the event loop is held.
 *
 *     npm run bench -- read [--small] [--json] [--only GROUP[,GROUP…]]
 *
 * Every row is measured in a process of its own. Cold means that the system has none of the block's
 * pages in memory and that nothing was compiled yet; warm, that the same was asked before. Peers
 * are Prometheus' own programs, as `npm run peers` brings them; their rows are left out without.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chosenOf } from './support/flags.js';
import { type Column, formatMegabytes, formatNumber, formatTable } from './support/report.js';
import { runReadTaskInChild } from './support/read-task.js';
import {
  GROUPS,
  type GroupName,
  type ReadParameters,
  type ReadRow,
} from './support/read-groups.js';

export const FULL: ReadParameters = {
  blockCounts: [1, 100, 1000],
  seriesPerBlock: 10_000,
  scanSeries: 25_000,
  scanChunks: 48,
  scanBlocks: 4,
  labelSeries: 1_000_000,
  replayMetrics: 10_000,
  replayScrapes: 1000,
  rounds: 7,
  warmUpMs: 1000,
  processes: 3,
  peers: true,
};

export const SMALL: ReadParameters = {
  blockCounts: [1, 3],
  seriesPerBlock: 20,
  scanSeries: 200,
  scanChunks: 2,
  scanBlocks: 2,
  labelSeries: 200,
  replayMetrics: 10,
  replayScrapes: 100,
  rounds: 1,
  warmUpMs: 0,
  processes: 1,
  peers: false,
};

/** Measures the named groups in a scratch directory that is gone afterwards. */
export async function run(
  parameters: ReadParameters,
  names: readonly GroupName[],
  runTask: typeof runReadTaskInChild = runReadTaskInChild,
): Promise<ReadRow[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'mmtsdb-read-'));
  try {
    const rows: ReadRow[] = [];
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

const optional = (value: number | null, format = formatNumber): string | null =>
  value === null ? null : format(value);

const COLUMNS: readonly Column<ReadRow>[] = [
  { head: '', cell: (row) => `${row.group}: ${row.name}` },
  { head: 'ms', cell: (row) => formatNumber(row.ms) },
  { head: 'cpu ms', cell: (row) => optional(row.cpuMs) },
  { head: 'results', cell: (row) => String(row.results) },
  { head: 'ns/sample', cell: (row) => (row.samples > 0 ? perSample(row) : null) },
  { head: 'M samples/s', cell: (row) => (row.samples > 0 ? perSecond(row) : null) },
  { head: '+RSS MB', cell: (row) => optional(row.rssBytes, formatMegabytes) },
  { head: '+anon MB', cell: (row) => optional(row.anonBytes, formatMegabytes) },
  { head: 'loop p99 ms', cell: (row) => optional(row.loopP99Ms) },
  { head: 'loop max ms', cell: (row) => optional(row.loopMaxMs) },
  { head: '… of cpu', cell: (row) => optional(row.loopMaxCpuMs) },
  { head: 'pages touched', cell: touchedPart },
];

export function table(rows: readonly ReadRow[]): string {
  return formatTable(rows, COLUMNS);
}

function perSample({ ms, samples }: ReadRow): string {
  return formatNumber((ms * 1e6) / samples);
}

function perSecond({ ms, samples }: ReadRow): string {
  return formatNumber(samples / ms / 1e3);
}

function touchedPart({ touched }: ReadRow): string | null {
  if (touched === null) return null;
  const percent = (100 * touched.cached) / touched.total;
  return `${percent.toFixed(3)} % of ${formatMegabytes(touched.total)} MB`;
}

/** The groups that `--only` names; all without it. */
export function groupsOf(args: readonly string[]): readonly GroupName[] {
  return chosenOf(args, Object.keys(GROUPS) as GroupName[]);
}

async function main(args: readonly string[]): Promise<void> {
  const rows = await run(args.includes('--small') ? SMALL : FULL, groupsOf(args));
  process.stdout.write(`${args.includes('--json') ? JSON.stringify(rows) : table(rows)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  void main(process.argv.slice(2));
}
