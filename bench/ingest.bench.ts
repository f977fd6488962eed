/**
 * Writing into the head with the load of `promtool tsdb bench write`, and beside it promtool itself
 * in the same run; then opening again: replaying the log that was written.
 *
 *     npm run bench -- ingest [--small] [--json] [--no-peer]
 *
 * What is timed for us is what promtool's figure holds: each sample's own call, its checks, the
 * log's records, checksums and writes, open chunks, cuts and head chunk files. Figures tell how
 * long the event loop was held, too.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HeadChunkWriter } from '../chunks/head-chunk-writer.js';
import { NodeWritableDisk } from '../disk/node-writable-disk.js';
import { HeadKernel } from '../kernel/head-kernel.js';
import { MIN_TIME } from '../model/interval.js';
import type { Labels } from '../model/labels.js';
import { Pacer } from '../model/pacer.js';
import { FileChunks } from '../tsdb/file-chunks.js';
import { HeadData } from '../tsdb/head-data.js';
import { LiveHead } from '../tsdb/live-head.js';
import { replayLiveHead } from '../tsdb/live-replay.js';
import { openLog } from '../wal/writer.js';
import {
  exporterLabels,
  IngestLoad,
  type LoadShape,
  promtoolSeries,
} from './support/ingest-load.js';
import { type Measurement, measure } from './support/measure.js';
import { findPeer, runProgram } from './support/program.js';
import { type Column, formatMegabytes, formatNumber, formatTable } from './support/report.js';

const CHUNK_RANGE_MS = 7_200_000;

export interface IngestParameters {
  readonly series: number;
  /** Of each series, in groups of 100. */
  readonly scrapes: number;
  readonly rounds: number;
  /** Whether to run promtool; it is left out where it is not. */
  readonly peer: boolean;
}

export const FULL: IngestParameters = { series: 10_000, scrapes: 1000, rounds: 3, peer: true };
export const SMALL: IngestParameters = { series: 20, scrapes: 100, rounds: 1, peer: false };

export interface IngestRow {
  readonly name: string;
  readonly samples: number;
  readonly samplesPerSecond: number;
  readonly loopMaxMs: number | null;
  readonly loopMaxCpuMs: number | null;
  readonly rssBytes: number | null;
}

/** Runs every row. */
export async function run(parameters: IngestParameters): Promise<IngestRow[]> {
  const labels = exporterLabels(parameters.series);
  const rows: IngestRow[] = [];
  for (const shape of ['lock-step', 'noisy'] as const) {
    rows.push(...(await ownRows(labels, shape, parameters)));
  }
  const promtool = parameters.peer ? findPeer('promtool') : null;
  if (promtool !== null) rows.push(await peerRow(promtool, labels, parameters));
  return rows;
}

/** Writes into a directory of its own, then replays it. */
async function ownRows(
  labels: readonly Labels[],
  shape: LoadShape,
  { scrapes, rounds }: IngestParameters,
): Promise<IngestRow[]> {
  const root = mkdtempSync(join(tmpdir(), 'mmtsdb-ingest-'));
  try {
    const load = new IngestLoad(labels, shape);
    let round = 0;
    const written = await measure(
      async () => {
        const dir = join(root, String(round++));
        const samples = await write(dir, load, scrapes);
        return { results: labels.length, samples };
      },
      { rounds, warmUpMs: null },
    );
    const replayed = await measure(() => replay(join(root, '0')), { rounds, warmUpMs: null });
    return [rowOf(`write, ${shape}`, written), rowOf(`replay, ${shape}`, replayed)];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function write(dir: string, load: IngestLoad, scrapes: number): Promise<number> {
  for (const name of ['', 'wal', 'chunks_head']) mkdirSync(join(dir, name));
  const disk = new NodeWritableDisk();
  const chunksDir = join(dir, 'chunks_head');
  const options = { chunkRangeMs: CHUNK_RANGE_MS, seriesMax: Infinity };
  const chunks = new FileChunks(disk, chunksDir, new HeadChunkWriter(disk, chunksDir));
  const log = await openLog(disk, join(dir, 'wal'));
  const head = new LiveHead(new HeadData(new HeadKernel(options), chunks, options), log);
  const samples = await load.run(head, scrapes);
  await head.close();
  await log.close();
  return samples;
}

async function replay(dir: string): Promise<{ results: number; samples: number }> {
  const { data } = await replayLiveHead(dir, {
    disk: new NodeWritableDisk(),
    pacer: new Pacer(),
    minValidTime: MIN_TIME,
    chunkRangeMs: CHUNK_RANGE_MS,
    seriesMax: Infinity,
  });
  let samples = 0;
  for (let slot = 0; slot < data.kernel.slotLimit; slot++) samples += samplesOf(data, slot);
  await data.chunks.close();
  return { results: data.store.count, samples };
}

function samplesOf({ lists, kernel }: HeadData, slot: number): number {
  let samples = kernel.openCount(slot);
  for (let at = lists.first(slot); at !== 0; at = lists.next(at))
    samples += lists.sampleCountAt(at);
  return samples;
}

function rowOf(
  name: string,
  { ms, samples, ...measured }: Measurement & { samples: number },
): IngestRow {
  const { loopMaxMs, loopMaxCpuMs, rssBytes } = measured;
  const samplesPerSecond = (1000 * samples) / ms;
  return { name, samples, samplesPerSecond, loopMaxMs, loopMaxCpuMs, rssBytes };
}

async function peerRow(
  promtool: string,
  labels: readonly Labels[],
  { series, scrapes, rounds }: IngestParameters,
): Promise<IngestRow> {
  const root = mkdtempSync(join(tmpdir(), 'mmtsdb-ingest-'));
  try {
    const file = join(root, 'series.json');
    writeFileSync(file, promtoolSeries(labels));
    let best: IngestRow | null = null;
    for (let round = 0; round < rounds; round++) {
      const out = `--out=${join(root, String(round))}`;
      const args = [
        'tsdb',
        'bench',
        'write',
        out,
        `--metrics=${series}`,
        `--scrapes=${scrapes}`,
        file,
      ];
      const { stdout, peakRssBytes } = await runProgram(promtool, args);
      const figure = (what: string): number =>
        Number(new RegExp(`> ${what}: ([0-9.e+]+)`).exec(stdout)?.[1]);
      const samplesPerSecond = figure('samples/sec');
      if (best !== null && best.samplesPerSecond >= samplesPerSecond) continue;
      best = {
        name: 'promtool tsdb bench write',
        samples: figure('total samples'),
        samplesPerSecond,
        loopMaxMs: null,
        loopMaxCpuMs: null,
        rssBytes: peakRssBytes,
      };
    }
    if (best === null) throw new RangeError('there is at least one round');
    return best;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** A line a row. */
export function table(rows: readonly IngestRow[]): string {
  const number = (value: number | null): string | null =>
    value === null ? null : formatNumber(value);
  const columns: Column<IngestRow>[] = [
    { head: 'ingest', cell: ({ name }) => name },
    { head: 'M samples', cell: ({ samples }) => number(samples / 1e6) },
    { head: 'M samples/s', cell: ({ samplesPerSecond }) => number(samplesPerSecond / 1e6) },
    { head: 'ns/sample', cell: ({ samplesPerSecond }) => number(1e9 / samplesPerSecond) },
    { head: 'loop held, ms', cell: ({ loopMaxMs }) => number(loopMaxMs) },
    { head: 'of the processor, ms', cell: ({ loopMaxCpuMs }) => number(loopMaxCpuMs) },
    {
      head: 'RSS, MB',
      cell: ({ rssBytes }) => (rssBytes === null ? null : formatMegabytes(rssBytes)),
    },
  ];
  return formatTable(rows, columns);
}

async function main(args: readonly string[]): Promise<void> {
  const parameters = args.includes('--small') ? SMALL : FULL;
  const peer = parameters.peer && !args.includes('--no-peer');
  const rows = await run({ ...parameters, peer });
  process.stdout.write(`${args.includes('--json') ? JSON.stringify(rows) : table(rows)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  void main(process.argv.slice(2));
}
