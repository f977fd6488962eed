/** `mmtsdb demo`: what a data directory looks like from here, and what to try next. */
import type { Labels } from '../model/labels.js';
import { METRIC_NAME } from '../model/labels.js';
import type { ReadOnlyDatabase, SelectedSeries } from '../tsdb/db.js';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.js';
import type { CommonFlags } from './flags.js';
import { blockTable } from './list.js';
import { openDatabase } from './open.js';
import { drawSeries } from './query-series.js';
import { numberAt } from './sparkline.js';
import type { Terminal } from './terminal.js';

const METRICS_SHOWN = 8;
const SERIES_DRAWN = 5;
/** Fewer samples make no picture. */
const DRAWN_SAMPLES_MIN = 30;

/** A metric and how many series it has. */
interface Metric {
  readonly name: string;
  readonly series: number;
}

export async function demo(dir: string, flags: CommonFlags, terminal: Terminal): Promise<number> {
  const startedMs = Date.now();
  await using db = await openDatabase(dir, flags, terminal, 'server');
  const { out } = terminal;
  const all = await db.series([]);
  const tookMs = Date.now() - startedMs;
  out.write(`${dir}: ${db.blocks().length} blocks and the head, ${all.length} series, `);
  out.write(`opened read-only in ${tookMs} ms\n\n`);
  for (const line of blockTable(db.blocks(), { humanReadable: true })) out.write(`${line}\n`);

  out.write('\nMetrics with the most series:\n');
  for (const { name, series } of topMetrics(all))
    out.write(`${String(series).padStart(6)} ${name}\n`);

  out.write('\nA few series:\n');
  for (const line of await drawings(db, terminal)) out.write(`${line}\n`);

  out.write('\nTry next:\n');
  for (const line of nextSteps(dir)) out.write(`  ${line}\n`);
  return db.problems.length === 0 ? EXIT_OK : EXIT_FAILURE;
}

function topMetrics(all: readonly Labels[]): Metric[] {
  const counts = new Map<string, number>();
  for (const labels of all) {
    const name = labels.get(METRIC_NAME);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const metrics = [...counts].map(([name, series]) => ({ name, series }));
  return metrics.sort((a, b) => b.series - a.series).slice(0, METRICS_SHOWN);
}

/** Draws one series each of the metrics whose values change most often, in label order. */
async function drawings(db: ReadOnlyDatabase, terminal: Terminal): Promise<string[]> {
  const liveliest = new Map<string, { changes: number; lines: readonly string[] }>();
  for await (const series of db.select([], { reuseColumns: true })) {
    const name = series.labels.get(METRIC_NAME);
    const changes = changesOf(series);
    if (changes > (liveliest.get(name)?.changes ?? 0)) {
      liveliest.set(name, { changes, lines: drawSeries(series, terminal) });
    }
  }
  return [...liveliest.values()]
    .sort((a, b) => b.changes - a.changes)
    .slice(0, SERIES_DRAWN)
    .flatMap(({ lines }) => lines);
}

/** How often the value changes between neighbours; 0 for series that are too short to draw. */
function changesOf({ samples }: SelectedSeries): number {
  if (samples.count < DRAWN_SAMPLES_MIN) return 0;
  let changes = 0;
  for (let row = 1; row < samples.count; row++) {
    if (numberAt(samples, row) !== numberAt(samples, row - 1)) changes++;
  }
  return changes;
}

function nextSteps(dir: string): string[] {
  const run = 'node dist/cli/main.js';
  return [
    `${run} query-series ${dir} up`,
    `${run} query-series ${dir} '{__name__=~"node_cpu.*",mode="idle"}' --json`,
    `${run} dump ${dir} --match '{job="node"}' | head`,
    `${run} analyze ${dir} --extended`,
    `${run} verify ${dir}`,
  ];
}
