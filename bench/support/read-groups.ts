/**
 * The groups of rows of the benchmarks of reading: each makes its data directory, asks its
 * questions, and yields a row for each answer.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { IoMode } from '../../disk/disk.js';
import { METRIC_NAME } from '../../model/labels.js';
import { cloneBlock, type FleetBlock, writeFleetBlock } from './data-directories.js';
import { leastOf } from './measure.js';
import { cachedBytes, canDropPages, dropPages } from './page-cache.js';
import { findPeer, runProgram } from './program.js';
import type { MatcherText, ReadAction, ReadResult, ReadTask } from './read-task.js';
import { CHUNK_MS, fleetLabels, fleetMetric, labelValuesLabels, START_MS } from './series-data.js';

export interface ReadParameters {
  /** So many blocks are opened… */
  readonly blockCounts: readonly number[];
  /** …of so many series. */
  readonly seriesPerBlock: number;
  /** The blocks that are scanned: how many, and of what size. */
  readonly scanSeries: number;
  readonly scanChunks: number;
  readonly scanBlocks: number;
  /** Series of the block whose label names and values are asked for. */
  readonly labelSeries: number;
  /** What `promtool tsdb bench write` logs, for replay: series, and samples of each. */
  readonly replayMetrics: number;
  readonly replayScrapes: number;
  /** How often a warm row is measured, all in one process; the least is told. */
  readonly rounds: number;
  /** For how long the same is asked before a warm row is measured. */
  readonly warmUpMs: number;
  /** How often a cold row is measured, each in a process of its own. */
  readonly processes: number;
  /** Whether to run Prometheus' programs beside ours. */
  readonly peers: boolean;
}

type OnlyOurs = 'cpuMs' | 'loopP50Ms' | 'loopP99Ms' | 'loopMaxMs' | 'loopMaxCpuMs';

/** What is not known of other programs is null. */
export interface ReadRow
  extends Omit<ReadResult, OnlyOurs>, Readonly<Record<OnlyOurs, number | null>> {
  readonly group: string;
  readonly name: string;
  /** After a cold row: which part of the block's index and chunks it brought into memory. */
  readonly touched: { readonly cached: number; readonly total: number } | null;
}

export interface GroupContext {
  readonly parameters: ReadParameters;
  /** An empty directory. */
  readonly dir: string;
  readonly runTask: (task: ReadTask) => Promise<ReadResult>;
}

type Group = (context: GroupContext) => AsyncGenerator<ReadRow, void, undefined>;

const IO_MODES: readonly IoMode[] = ['mmap', 'pread'];
/** Ours, as it is built beside the benchmarks. */
const COMMAND = resolve(dirname(fileURLToPath(import.meta.url)), '../../cli/main.js');
const ONCE = { rounds: 1, warmUpMs: null };

/** In the order in which they run. */
export const GROUPS = {
  idle: measureIdle,
  open: measureOpening,
  query: measureQueries,
  scan: measureScan,
  labels: measureLabels,
  replay: measureReplay,
} satisfies Record<string, Group>;

export type GroupName = keyof typeof GROUPS;

/** An idle loop: what the machine's other work adds to every row. */
async function* measureIdle({ dir, runTask }: GroupContext): ReturnType<Group> {
  const action: ReadAction = { kind: 'idle', ms: 500 };
  yield rowOf('idle', 'nothing', await runTask({ dir, io: 'auto', action, ...ONCE }));
}

async function* measureOpening(context: GroupContext): ReturnType<Group> {
  const { dir, parameters } = context;
  const labels = fleetLabels(parameters.seriesPerBlock);
  const block = writeFleetBlock(join(dir, 'one'), 0, { labels, chunksPerSeries: 1 });
  for (const count of parameters.blockCounts) {
    const blocks = join(dir, `blocks-${count}`);
    cloneBlock(block, blocks, count);
    for (const kind of ['openReadOnly', 'listBlocks'] as const) {
      const result = await runFresh(context, { dir: blocks, io: 'mmap', action: { kind } });
      yield rowOf('open', `${kind}, ${count} blocks`, result);
    }
    const promtool = parameters.peers ? findPeer('promtool') : null;
    if (promtool === null) continue;
    // promtool insists on a log.
    mkdirSync(join(blocks, 'wal'));
    yield await programRow('open', `promtool tsdb list, ${count} blocks`, parameters.processes, [
      promtool,
      ...['tsdb', 'list', blocks],
    ]);
    yield await programRow('open', `mmtsdb list, ${count} blocks`, parameters.processes, [
      process.execPath,
      ...[COMMAND, 'list', blocks],
    ]);
  }
}

/** One block: a point, a hundredth, all of it. */
async function* measureQueries(context: GroupContext): ReturnType<Group> {
  const { dir, parameters } = context;
  const block = writeFleetBlock(dir, 0, scanFleet(parameters));
  const middle = START_MS + (parameters.scanChunks * CHUNK_MS) / 2;
  const instance: MatcherText = ['instance', '=', '10.0.17.1:9100'];
  const point = {
    matchers: [[METRIC_NAME, '=', fleetMetric(1)] as const, instance],
    minTime: middle,
    maxTime: middle + 60_000,
  };
  const questions = {
    'a point of one series': point,
    'one series': { matchers: point.matchers },
    '1 % of the series': { matchers: [instance] },
    'all series': { matchers: [] },
  };
  for (const [name, question] of Object.entries(questions)) {
    const action: ReadAction = { kind: 'select', reuseColumns: true, ...question };
    for (const io of IO_MODES) {
      if (canDropPages()) {
        const result = await runFresh(context, { dir, io, action }, () => dropPages(block));
        yield { ...rowOf('query', `${name}, ${io}, cold`, result), touched: cachedBytes(block) };
      }
      const result = await runWarm(context, { dir, io, action });
      yield rowOf('query', `${name}, ${io}, warm`, result);
    }
  }
}

/** Several large blocks seen as one. */
async function* measureScan(context: GroupContext): ReturnType<Group> {
  const { dir, parameters } = context;
  const fleet = scanFleet(parameters);
  for (let i = 0; i < parameters.scanBlocks; i++) writeFleetBlock(dir, i, fleet);
  const size = `${parameters.scanBlocks} blocks`;
  for (const reuseColumns of [true, false]) {
    for (const io of IO_MODES) {
      const action: ReadAction = { kind: 'select', matchers: [], reuseColumns };
      const name = `${size}, ${io}${reuseColumns ? ', columns reused' : ''}`;
      yield rowOf('scan', name, await runFresh(context, { dir, io, action }));
    }
  }
}

async function* measureLabels(context: GroupContext): ReturnType<Group> {
  const { dir, parameters } = context;
  writeFleetBlock(dir, 0, {
    labels: labelValuesLabels(parameters.labelSeries),
    chunksPerSeries: 1,
  });
  const most: MatcherText = ['c_ninety', '=', 'value0'];
  const few: MatcherText = ['a_unique', '=~', 'value0+1.'];
  const values = (name: string, ...matchers: MatcherText[]): ReadAction => {
    return { kind: 'labelValues', name, matchers };
  };
  const questions: Record<string, ReadAction> = {
    'label names': { kind: 'labelNames', matchers: [] },
    'label names where c_ninety="value0"': { kind: 'labelNames', matchers: [most] },
    'values of b_tens': values('b_tens'),
    'values of b_tens where c_ninety="value0"': values('b_tens', most),
    'values of a_unique': values('a_unique'),
    'values of a_unique where b_tens="value7"': values('a_unique', ['b_tens', '=', 'value7']),
    'values of b_tens where a_unique=~"value0+1."': values('b_tens', few),
    'values of b_tens where a_unique=~".*99.*7"': values('b_tens', ['a_unique', '=~', '.*99.*7']),
    'values of b_tens where a_unique!~".*[13579]"': values('b_tens', [
      'a_unique',
      '!~',
      '.*[13579]',
    ]),
    'series where a_unique=~"value0+1."': { kind: 'series', matchers: [few] },
    'series where b_tens=~"value[3-5]"': {
      kind: 'series',
      matchers: [['b_tens', '=~', 'value[3-5]']],
    },
  };
  for (const [name, action] of Object.entries(questions)) {
    const task = { dir, io: 'mmap', action } as const;
    yield rowOf('labels', `${name}, first`, await runFresh(context, task));
    yield rowOf('labels', name, await runWarm(context, task));
  }
}

/** A log and head chunks that Prometheus wrote. */
async function* measureReplay(context: GroupContext): ReturnType<Group> {
  const { dir, parameters } = context;
  const promtool = parameters.peers ? findPeer('promtool') : null;
  if (promtool === null) return;
  const { replayMetrics, replayScrapes } = parameters;
  const input = join(dir, 'series.json');
  const lines = fleetLabels(replayMetrics).map((labels) =>
    // promtool splits at every colon and comma.
    JSON.stringify(labels).replace(/:9100/g, ''),
  );
  writeFileSync(input, `${lines.join('\n')}\n`);
  const sizes = [`--metrics=${replayMetrics}`, `--scrapes=${replayScrapes}`];
  await runProgram(promtool, ['tsdb', 'bench', 'write', ...sizes, `--out=${dir}/out`, input]);
  const storage = join(dir, 'out/storage');
  const action: ReadAction = { kind: 'openReadOnly' };
  const result = await runFresh(context, { dir: storage, io: 'mmap', action });
  const samples = replayMetrics * replayScrapes;
  yield { ...rowOf('replay', `${replayMetrics} series, openReadOnly`, result), samples };
}

/** Several times in a process that did nothing before. */
async function runFresh(
  { parameters, runTask }: GroupContext,
  task: Pick<ReadTask, 'dir' | 'io' | 'action'>,
  prepare: () => void = () => {},
): Promise<ReadResult> {
  const results: ReadResult[] = [];
  for (let i = 0; i < parameters.processes; i++) {
    prepare();
    results.push(await runTask({ ...task, ...ONCE }));
  }
  return leastOf(results);
}

/** Several times in one process that did the same before. */
async function runWarm(
  { parameters, runTask }: GroupContext,
  task: Pick<ReadTask, 'dir' | 'io' | 'action'>,
): Promise<ReadResult> {
  const { rounds, warmUpMs } = parameters;
  return runTask({ ...task, rounds, warmUpMs });
}

function scanFleet({ scanSeries, scanChunks }: ReadParameters): FleetBlock {
  return { labels: fleetLabels(scanSeries), chunksPerSeries: scanChunks };
}

function rowOf(group: string, name: string, result: ReadResult): ReadRow {
  return { group, name, touched: null, ...result };
}

/** A row about a program as a whole: its fastest run, and all of its memory. */
async function programRow(
  group: string,
  name: string,
  runs: number,
  [program, ...args]: readonly [string, ...string[]],
): Promise<ReadRow> {
  let fastest = await runProgram(program, args);
  for (let run = 1; run < runs; run++) {
    const { ms, peakRssBytes, stdout } = await runProgram(program, args);
    if (ms < fastest.ms) fastest = { ms, peakRssBytes, stdout };
  }
  const { ms, peakRssBytes } = fastest;
  const loopIsUnknown = { loopP50Ms: null, loopP99Ms: null, loopMaxMs: null, loopMaxCpuMs: null };
  const isUnknown = { cpuMs: null, anonBytes: null, touched: null, ...loopIsUnknown };
  return { group, name, ms, rssBytes: peakRssBytes, results: 0, samples: 0, ...isUnknown };
}
