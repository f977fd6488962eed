/** The comparisons of compare.bench.ts: each does the same work with all who take part, in turn. */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadName, writeSeriesFile } from './loads.js';
import type { ComparedPeers, Cores, PeerLoad } from './write-peers.js';
import type { WriteResult, WriteTask } from './write-task.js';

export interface CompareParameters {
  readonly series: number;
  readonly scrapes: number;
  /** Of small commits. */
  readonly scrapesFew: number;
  readonly headSamples: number;
  /** Of each series of each of four blocks that are merged. */
  readonly blockSamples: number;
  readonly memorySeries: number;
  readonly memoryScrapes: number;
  readonly rounds: number;
  /** Of what takes long. */
  readonly roundsFew: number;
}

/** Medians. What was not measured is null. */
export interface Comparison {
  readonly name: string;
  readonly unit: 'M samples/s' | 'ms' | 'MB';
  readonly allCores: number;
  readonly oneCore: number | null;
  readonly ours: number;
  /** Ours with the log written by a thread of its own. */
  readonly withWorker: number | null;
  /** How long our event loop was held. */
  readonly loopP99Ms: number | null;
  readonly loopMaxMs: number | null;
}

export interface CompareContext {
  readonly parameters: CompareParameters;
  /** An empty directory. */
  readonly dir: string;
  readonly peers: ComparedPeers;
  readonly runTask: (task: WriteTask) => Promise<WriteResult>;
}

type Comparing = (context: CompareContext) => AsyncGenerator<Comparison, void, undefined>;

/** In the order in which they run. */
export const COMPARISONS = {
  ingest: compareIngest,
  replay: compareReplay,
  head: compareHeadBlocks,
  merge: compareMerges,
  memory: compareMemory,
} as const satisfies Record<string, Comparing>;

async function* compareIngest(context: CompareContext): ReturnType<Comparing> {
  const { dir, parameters, peers, runTask } = context;
  const { series, scrapes, scrapesFew, rounds, roundsFew } = parameters;
  const file = join(dir, 'series.json');
  writeSeriesFile(file, series);
  for (const load of ['lock-step', 'noisy', 'churn', 'small commits'] as const) {
    const isBasic = load === 'lock-step' || load === 'noisy';
    const sizes: PeerLoad = {
      load,
      file,
      series,
      scrapes: load === 'small commits' ? scrapesFew : scrapes,
    };
    const out = join(dir, 'out');
    const theirs = async (cores: Cores): Promise<number> => {
      const { samples, ms } = await peers.ingest(out, sizes, cores);
      return samples / ms / 1000;
    };
    const loop = new LoopDelays();
    const ours = async (walWorker: boolean): Promise<number> => {
      const task = { kind: 'ingest', dir: out, ...sizes, compacts: false } as const;
      return perSecond(loop.seen(await runTask({ ...task, options: { walWorker } })));
    };
    const medians = await inTurn(isBasic ? rounds : roundsFew, out, {
      allCores: () => theirs('all'),
      ours: () => ours(false),
      oneCore: () => theirs('one'),
      withWorker: () => ours(true),
    });
    yield { name: `ingest, ${load}`, unit: 'M samples/s', ...medians, ...loop.medians() };
  }
}

/** A directory that promtool has written. */
async function* compareReplay(context: CompareContext): ReturnType<Comparing> {
  const { dir, parameters, peers, runTask } = context;
  const { series, scrapes, rounds } = parameters;
  const file = join(dir, 'series.json');
  writeSeriesFile(file, series);
  for (const load of ['lock-step', 'noisy'] as const satisfies readonly LoadName[]) {
    const written = join(dir, load);
    await peers.ingest(written, { load, file, series, scrapes }, 'all');
    const storage = load === 'lock-step' ? join(written, 'storage') : written;
    const copy = join(dir, 'copy');
    const loop = new LoopDelays();
    const onCopy = async (replay: () => Promise<number>): Promise<number> => {
      cpSync(storage, copy, { recursive: true });
      return replay();
    };
    const medians = await inTurn(rounds, copy, {
      allCores: () => onCopy(() => peers.replay(copy, 'all')),
      ours: () => onCopy(async () => loop.seen(await runTask({ kind: 'replay', dir: copy })).ms),
      oneCore: () => onCopy(() => peers.replay(copy, 'one')),
    });
    const name = `replay, ${load}`;
    yield { name, unit: 'ms', ...medians, withWorker: null, ...loop.medians() };
  }
}

async function* compareHeadBlocks(context: CompareContext): ReturnType<Comparing> {
  const { dir, parameters, peers, runTask } = context;
  const { series, headSamples: samples, rounds, roundsFew } = parameters;
  const sizes = { series, samples, stepMs: 30_000, rounds };
  const out = join(dir, 'out');
  const loop = new LoopDelays();
  const medians = await inTurn(roundsFew, out, {
    allCores: () => peers.headBlock(out, sizes, 'all'),
    ours: async () => loop.seen(await runTask({ kind: 'head-block', dir: out, ...sizes })).ms,
    oneCore: () => peers.headBlock(out, sizes, 'one'),
  });
  const name = `head → block, ${series} × ${samples}`;
  yield { name, unit: 'ms', ...medians, withWorker: null, ...loop.medians() };
}

async function* compareMerges(context: CompareContext): ReturnType<Comparing> {
  const { dir, parameters, peers, runTask } = context;
  const { series, blockSamples, rounds, roundsFew } = parameters;
  for (const overlap of [0, 40]) {
    const blocks = join(dir, `blocks-${overlap}`);
    mkdirSync(blocks);
    const sources = await peers.blocks(blocks, series, blockSamples, overlap);
    const out = join(dir, 'out');
    const [first, again] = [new LoopDelays(), new LoopDelays()];
    const ours = async (loop: LoopDelays, before: number): Promise<number> => {
      mkdirSync(out);
      return loop.seen(await runTask({ kind: 'merge', dir: out, sources, before })).ms;
    };
    // The plain ones are short, and more of them are needed for a median that holds.
    const medians = await inTurn(overlap > 0 ? roundsFew : rounds, out, {
      allCores: () => peers.merge(out, sources, 'all'),
      ours: () => ours(first, 0),
      oneCore: () => peers.merge(out, sources, 'one'),
      again: () => ours(again, 1),
    });
    rmSync(blocks, { recursive: true });
    const name = `merge, 4 × ${series} × ${blockSamples}${overlap > 0 ? ', overlapping' : ''}`;
    const { allCores, oneCore } = medians;
    const theirs = { unit: 'ms', allCores, oneCore, withWorker: null } as const;
    yield { name, ...theirs, ours: medians.ours, ...first.medians() };
    yield {
      name: '… again in the same thread',
      ...theirs,
      ours: medians.again,
      ...again.medians(),
    };
  }
}

/** Once: it takes long, and memory differs little from run to run. */
async function* compareMemory(context: CompareContext): ReturnType<Comparing> {
  const { dir, parameters, peers, runTask } = context;
  const { memorySeries: series, memoryScrapes: scrapes } = parameters;
  const file = join(dir, 'series.json');
  writeSeriesFile(file, series);
  const sizes: PeerLoad = { load: 'lock-step', file, series, scrapes };
  const out = join(dir, 'out');
  const theirs = await peers.benchWrite(out, sizes, 'all');
  rmSync(out, { recursive: true });
  const task = { kind: 'ingest', dir: out, ...sizes, options: {}, compacts: false } as const;
  const ours = await runTask(task);
  const { loopP99Ms, loopMaxMs } = ours;
  const both = { oneCore: null, withWorker: null, loopP99Ms, loopMaxMs };
  yield {
    name: `peak RSS, ${series} series × ${scrapes}`,
    unit: 'MB',
    allCores: theirs.peakRssBytes / 1e6,
    ours: (ours.peakRssBytes ?? NaN) / 1e6,
    ...both,
  };
  yield {
    name: `… and how fast`,
    unit: 'M samples/s',
    allCores: theirs.samples / theirs.ms / 1000,
    ours: perSecond(ours),
    ...both,
  };
}

function perSecond({ samples, ms }: WriteResult): number {
  return samples / ms / 1000;
}

/** Our event loop in several runs. */
class LoopDelays {
  private readonly p99s: number[] = [];
  private readonly maxima: number[] = [];

  seen(result: WriteResult): WriteResult {
    this.p99s.push(result.loopP99Ms);
    this.maxima.push(result.loopMaxMs);
    return result;
  }

  medians(): Pick<Comparison, 'loopP99Ms' | 'loopMaxMs'> {
    return { loopP99Ms: median(this.p99s), loopMaxMs: median(this.maxima) };
  }
}

/** Runs all of them round after round; `out` is removed after each. The medians, by name. */
async function inTurn<Name extends string>(
  rounds: number,
  out: string,
  runs: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(runs) as Name[];
  const figures = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      figures.get(name)?.push(await runs[name]());
      for (const left of [out, `${out}-empty`]) rmSync(left, { recursive: true, force: true });
    }
  }
  const medians = names.map((name) => [name, median(figures.get(name) ?? [])] as const);
  return Object.fromEntries(medians) as Record<Name, number>;
}

function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
