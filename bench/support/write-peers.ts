/**
 * Prometheus 3.14 at the work of the benchmarks of writing: promtool and a real server, and, where
 * these have no command for it, programs of peers/prometheus that use it as a library.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type LoadName, peerFlags } from './loads.js';
import { findPeer, runProgram } from './program.js';

/** How many cores it may use: one, or all that there are. */
export type Cores = 'one' | 'all';

export interface PeerRun {
  readonly samples: number;
  readonly ms: number;
  readonly peakRssBytes: number;
}

export interface PeerLoad {
  readonly load: LoadName;
  readonly file: string;
  readonly series: number;
  readonly scrapes: number;
}

/** What takes part in comparisons. */
export type ComparedPeers = Pick<
  WritePeers,
  'ingest' | 'benchWrite' | 'replay' | 'headBlock' | 'blocks' | 'merge'
>;

/** The four programs. */
export class WritePeers {
  private readonly promtool: string;
  private readonly prometheus: string;
  private readonly ingestProgram: string;
  private readonly compaction: string;

  private constructor(programs: readonly string[]) {
    [this.promtool, this.prometheus, this.ingestProgram, this.compaction] = programs;
  }

  /** Null, with the reason on stderr, where one is missing. */
  static find(): WritePeers | null {
    const found = ['promtool', 'prometheus', 'ingest', 'compaction'].map(findPeer);
    const programs = found.filter((program) => program !== null);
    return programs.length === found.length ? new WritePeers(programs) : null;
  }

  /** Lock-step values by promtool itself, other loads by its loop in a program of ours. */
  async ingest(out: string, load: PeerLoad, cores: Cores): Promise<PeerRun> {
    if (load.load === 'lock-step') return this.benchWrite(out, load, cores);
    const sizes = [`-series=${load.series}`, `-scrapes=${load.scrapes}`];
    const args = [...sizes, ...peerFlags(load.load), out, load.file];
    const { stdout, peakRssBytes } = await runProgram(this.ingestProgram, args, envOf(cores));
    const { samples, ms } = JSON.parse(stdout) as { samples: number; ms: number };
    return { samples, ms, peakRssBytes };
  }

  /** Leaves its directory in `out/storage`. */
  async benchWrite(out: string, load: PeerLoad, cores: Cores): Promise<PeerRun> {
    const sizes = [`--metrics=${load.series}`, `--scrapes=${load.scrapes}`];
    const args = ['tsdb', 'bench', 'write', ...sizes, `--out=${out}`, load.file];
    const { stdout, peakRssBytes } = await runProgram(this.promtool, args, envOf(cores));
    const samples = figureOf(stdout, /> total samples: (\d+)/);
    const perSecond = figureOf(stdout, /> samples\/sec: ([0-9.e+]+)/);
    return { samples, ms: (1000 * samples) / perSecond, peakRssBytes };
  }

  /** How long a server that is started on the directory `dir` replays, as it says, in ms. */
  async replay(dir: string, cores: Cores): Promise<number> {
    const config = join(dir, 'prometheus.yml');
    writeFileSync(config, '');
    const args = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${dir}`,
      '--storage.tsdb.retention.time=100y',
      '--web.listen-address=127.0.0.1:0',
    ];
    const server = spawn(this.prometheus, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...envOf(cores) },
    });
    const closed = once(server, 'close');
    try {
      let text = '';
      for await (const line of createInterface(server.stderr)) {
        text += `${line}\n`;
        const took = /WAL replay completed.*total_replay_duration=(\S+)/.exec(line);
        if (took !== null) return durationMs(took[1]);
      }
      throw new Error(`prometheus ended: ${text}`);
    } finally {
      server.kill('SIGKILL');
      await closed;
    }
  }

  /** Head → block, the fastest of several in one process, in ms. */
  async headBlock(out: string, sizes: HeadSizes, cores: Cores): Promise<number> {
    const { series, samples, stepMs, rounds } = sizes;
    const args = ['head', out, ...[series, samples, stepMs, rounds].map(String)];
    return (await this.compact(args, cores)).ms;
  }

  /** Four blocks to merge, with so many percent of overlap; their paths. */
  async blocks(out: string, series: number, samples: number, overlap: number): Promise<string[]> {
    const args = ['blocks', out, ...[series, samples, overlap].map(String)];
    return (await this.compact(args, 'all')).ulids.map((ulid) => join(out, ulid));
  }

  async merge(out: string, sources: readonly string[], cores: Cores): Promise<number> {
    return (await this.compact(['merge', out, ...sources], cores)).ms;
  }

  private async compact(args: readonly string[], cores: Cores): Promise<Compacted> {
    const { stdout } = await runProgram(this.compaction, args, envOf(cores));
    return JSON.parse(stdout) as Compacted;
  }
}

export interface HeadSizes {
  readonly series: number;
  readonly samples: number;
  readonly stepMs: number;
  readonly rounds: number;
}

interface Compacted {
  readonly ulids: readonly string[];
  readonly ms: number;
}

function envOf(cores: Cores): Record<string, string> {
  return cores === 'one' ? { GOMAXPROCS: '1' } : {};
}

function figureOf(text: string, pattern: RegExp): number {
  const found = pattern.exec(text);
  if (found === null) throw new Error(`${String(pattern)} is not in ${text}`);
  return Number(found[1]);
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Go's `1m2.5s`; what is less than a millisecond counts as nothing. */
export function durationMs(text: string): number {
  let ms = 0;
  for (const [, value, unit] of text.matchAll(/([0-9.]+)([a-zµ]+)/g)) {
    ms += Number(value) * (UNITS[unit] ?? 0);
  }
  return ms;
}
