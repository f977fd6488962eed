/**
 * The same questions to us, to Prometheus 3.14 and to VictoriaMetrics 1.150 over HTTP, side by
 * side: 10,000 series of 1,000 samples that all three hold.
 *
 *     npm run bench -- compare-query [--small] [--json] [--only 'one series,a subquery']
 *
 * All take turns, so that whatever else the machine does meets them alike; figures are medians.
 * Our answers are those of Prometheus to the last digit, or the comparison fails. VictoriaMetrics
 * looks at windows in another way: its answers have the same series. It answers without its cache
 * of results. wrk asks: one client's figure is how long it waits for an answer; that of eight at a
 * time, the time of all their requests, a request.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkAnswers } from './support/compared-answers.js';
import { COMPARED_QUERIES, type ComparedQuery } from './support/compared-queries.js';
import { STEP_MS } from './support/compared-series.js';
import { chosenOf } from './support/flags.js';
import { type QueryServer, type QueryServers, startServers } from './support/query-servers.js';
import { type Column, formatMegabytes, formatNumber, formatTable } from './support/report.js';

export interface CompareQueryParameters {
  readonly series: number;
  readonly samples: number;
  readonly rounds: number;
  /** Of eight clients at a time. */
  readonly roundsOfMany: number;
  /** For so long everyone is asked before: pages, caches and compiled code are then there. */
  readonly warmUpMs: number;
  /** Steps of a query are at most so many. */
  readonly stepsMax: number;
}

export const FULL: CompareQueryParameters = {
  series: 10_000,
  samples: 1000,
  rounds: 3,
  roundsOfMany: 2,
  warmUpMs: 700,
  stepsMax: Infinity,
};

export const SMALL: CompareQueryParameters = {
  series: 100,
  samples: 200,
  rounds: 1,
  roundsOfMany: 1,
  warmUpMs: 0,
  stepsMax: 4,
};

/** Of a client alone, and of eight at a time: ms a request. */
export interface ServerFigures {
  readonly ms: number;
  readonly msOfMany: number;
  readonly peakRssBytes: number;
}

export type ServerName = keyof QueryServers;

export interface CompareQueryRow extends Readonly<Record<ServerName, ServerFigures>> {
  readonly name: string;
  readonly steps: number;
  /** What a timer of our server waited beyond its 10 ms, while it was asked; null: not told. */
  readonly loopP99Ms: number | null;
  readonly loopMaxMs: number | null;
}

const QUERY_NAMES = COMPARED_QUERIES.map(({ name }) => name);
const NAMES = ['prometheus', 'victoriaMetrics', 'ours'] as const;
const CLIENTS = 8;
/** wrk waits for so many answers at least, by what the last one of the warm-up took… */
const ANSWERS_OF_ONE = 3;
/** …and by eight at a time, for so many of each; for twice as many where it takes both cores. */
const ANSWERS_OF_EACH = 1;
/** The timer whose delay our server tells, in ms. */
const LOOP_TIMER_MS = 10;

/** Asks the servers what `names` says, all if absent, and checks that the answers are equal. */
export async function compare(
  servers: QueryServers,
  parameters: CompareQueryParameters,
  endMs: number,
  names: readonly string[] = QUERY_NAMES,
): Promise<CompareQueryRow[]> {
  const rows: CompareQueryRow[] = [];
  for (const query of COMPARED_QUERIES) {
    if (!names.includes(query.name)) continue;
    const row = await compareOne(servers, query, parameters, endMs);
    process.stderr.write(`${table([row])}\n`);
    rows.push(row);
  }
  return rows;
}

async function compareOne(
  servers: QueryServers,
  query: ComparedQuery,
  parameters: CompareQueryParameters,
  endMs: number,
): Promise<CompareQueryRow> {
  const { rounds, roundsOfMany, warmUpMs } = parameters;
  const steps = Math.min(query.steps, parameters.stepsMax);
  const path = pathOf(query.query, steps, parameters, endMs);
  const answers: Partial<Record<ServerName, string>> = {};
  const usualMs: Record<ServerName, number> = { prometheus: 0, victoriaMetrics: 0, ours: 0 };
  for (const name of NAMES) {
    servers[name].resetPeak();
    answers[name] = textOf(await servers[name].get(path));
    usualMs[name] = await askAgain(servers[name], path, warmUpMs);
  }
  checkAnswers(query.name, answers);
  await loopDelays(servers.ours);
  const alone = await inTurn(rounds, async (name) => {
    const seconds = secondsFor(ANSWERS_OF_ONE * usualMs[name]);
    return (await servers[name].load(path, { clients: 1, seconds })).medianMs;
  });
  const many = await inTurn(roundsOfMany, async (name) => {
    const seconds = secondsFor(ANSWERS_OF_EACH * CLIENTS * usualMs[name]);
    return (await servers[name].load(path, { clients: CLIENTS, seconds })).meanMs / CLIENTS;
  });
  const figures = (name: ServerName): ServerFigures => ({
    ms: median(alone[name]),
    msOfMany: median(many[name]),
    peakRssBytes: servers[name].peakRssBytes(),
  });
  return {
    name: query.name,
    steps,
    prometheus: figures('prometheus'),
    victoriaMetrics: figures('victoriaMetrics'),
    ours: figures('ours'),
    ...(await loopDelays(servers.ours)),
  };
}

/** Asks again and again for so long, and once at least; ms of the last answer. */
async function askAgain(server: QueryServer, path: string, forMs: number): Promise<number> {
  const start = performance.now();
  for (;;) {
    const before = performance.now();
    await server.get(path);
    const now = performance.now();
    if (now - start >= forMs) return now - before;
  }
}

/** So long does wrk ask to get that many milliseconds' worth of answers. */
function secondsFor(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

/** What `ask` measures of each, round after round. */
async function inTurn(
  rounds: number,
  ask: (name: ServerName) => Promise<number>,
): Promise<Record<ServerName, number[]>> {
  const times: Record<ServerName, number[]> = { prometheus: [], victoriaMetrics: [], ours: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of NAMES) times[name].push(await ask(name));
  }
  return times;
}

/** The queries reach over all samples; a parameter tells VictoriaMetrics not to remember. */
function pathOf(
  query: string,
  steps: number,
  { samples }: CompareQueryParameters,
  endMs: number,
): string {
  const text = `query=${encodeURIComponent(query)}&nocache=1`;
  if (steps === 1) return `/api/v1/query?${text}&time=${(endMs - STEP_MS) / 1000}`;
  const stepMs = Math.floor((samples * STEP_MS) / steps);
  const end = (endMs - STEP_MS) / 1000;
  const start = end - ((steps - 1) * stepMs) / 1000;
  return `/api/v1/query_range?${text}&start=${start}&end=${end}&step=${stepMs / 1000}`;
}

/** What our server saw since it was asked last. */
async function loopDelays(
  ours: QueryServer,
): Promise<Pick<CompareQueryRow, 'loopP99Ms' | 'loopMaxMs'>> {
  const text = textOf(await ours.get('/metrics'));
  const delayOf = (name: string): number | null => {
    const found = new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)$`, 'm').exec(text);
    return found === null ? null : Math.max(0, 1000 * Number(found[1]) - LOOP_TIMER_MS);
  };
  return { loopP99Ms: delayOf('p99'), loopMaxMs: delayOf('max') };
}

export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

const times = (ratio: number): string => `${ratio.toFixed(2)}×`;
const optional = (value: number | null): string | null =>
  value === null ? null : formatNumber(value);

const COLUMNS: readonly Column<CompareQueryRow>[] = [
  { head: 'ms a request', cell: ({ name }) => name },
  { head: 'steps', cell: ({ steps }) => String(steps) },
  { head: 'Prom.', cell: ({ prometheus }) => formatNumber(prometheus.ms) },
  { head: 'VM', cell: ({ victoriaMetrics }) => formatNumber(victoriaMetrics.ms) },
  { head: 'ours', cell: ({ ours }) => formatNumber(ours.ms) },
  { head: ': Prom.', cell: ({ prometheus, ours }) => times(prometheus.ms / ours.ms) },
  { head: ': VM', cell: ({ victoriaMetrics, ours }) => times(victoriaMetrics.ms / ours.ms) },
  { head: '8: Prom.', cell: ({ prometheus }) => formatNumber(prometheus.msOfMany) },
  { head: '8: VM', cell: ({ victoriaMetrics }) => formatNumber(victoriaMetrics.msOfMany) },
  { head: '8: ours', cell: ({ ours }) => formatNumber(ours.msOfMany) },
  {
    head: '8: : Prom.',
    cell: ({ prometheus, ours }) => times(prometheus.msOfMany / ours.msOfMany),
  },
  { head: 'MB Prom.', cell: ({ prometheus }) => formatMegabytes(prometheus.peakRssBytes) },
  { head: 'VM', cell: ({ victoriaMetrics }) => formatMegabytes(victoriaMetrics.peakRssBytes) },
  { head: 'ours', cell: ({ ours }) => formatMegabytes(ours.peakRssBytes) },
  { head: 'loop p99', cell: ({ loopP99Ms }) => optional(loopP99Ms) },
  { head: 'max', cell: ({ loopMaxMs }) => optional(loopMaxMs) },
];

export function table(rows: readonly CompareQueryRow[]): string {
  return formatTable(rows, COLUMNS);
}

/** How many times as fast we are at the median of the queries. */
export function summary(rows: readonly CompareQueryRow[]): string {
  const ratios = (name: ServerName, figure: 'ms' | 'msOfMany'): string =>
    times(median(rows.map((row) => row[name][figure] / row.ours[figure])));
  const line = (label: string, figure: 'ms' | 'msOfMany'): string =>
    `median, ${label}: ${ratios('prometheus', figure)} Prometheus, ` +
    `${ratios('victoriaMetrics', figure)} VictoriaMetrics`;
  return `${line('one client', 'ms')}\n${line('eight clients', 'msOfMany')}`;
}

async function main(args: readonly string[]): Promise<void> {
  const parameters = args.includes('--small') ? SMALL : FULL;
  const names = chosenOf(args, QUERY_NAMES);
  const { series, samples } = parameters;
  // Recent, since VictoriaMetrics takes no other samples.
  const endMs = Math.floor(Date.now() / 60_000) * 60_000;
  const scratch = mkdtempSync(join(tmpdir(), 'mmtsdb-compare-query-'));
  try {
    const servers = await startServers(scratch, { series, samples, endMs });
    if (servers === null) {
      process.exitCode = 1;
      return;
    }
    try {
      const rows = await compare(servers, parameters, endMs, names);
      const text = `${table(rows)}\n${summary(rows)}`;
      process.stdout.write(`${args.includes('--json') ? JSON.stringify(rows) : text}\n`);
    } finally {
      for (const name of NAMES) await servers[name].close();
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  void main(process.argv.slice(2));
}
