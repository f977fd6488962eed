/**
 * Directories that a running Prometheus is writing: we see exactly what it answers, while it cuts
 * and merges blocks, and leave everything as it was.
 */
import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { lstatSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isStale, isStaleAt, wordsOf } from '../../encoding/float-bits.js';
import type { Columns } from '../../model/columns.js';
import { nonEmptyBuckets } from '../../model/exponential-bounds.js';
import type { Histogram } from '../../model/histogram.js';
import { Labels } from '../../model/labels.js';
import { matcher } from '../../model/matcher.js';
import { openReadOnly, type ReadOnlyDatabase } from '../../tsdb/db.js';
import { describePeers } from '../support/peers.js';
import { until } from '../support/programs.js';
import {
  type ApiHistogram,
  blocksIn,
  type PrometheusServer,
  query,
  startExporter,
  startPrometheus,
  VARIANTS,
  writeBySender,
} from '../support/prometheus.js';
import { type FloatSeries, remoteRead } from '../support/remote-protocol.js';
import { scratchFolder } from '../support/scratch.js';

const CLI = resolve(__dirname, '../../dist/cli/main.js');
/** What the commands print is compared elsewhere. */
const QUIET: ExecFileSyncOptions = { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 30 };
const EVERYTHING = [matcher('__name__', '=~', '.+')];
const BLOCKS_MIN = 3;
/** Scrapes of this age have been committed. */
const SETTLED_MS = 3000;
const ROUNDS = 12;

describePeers(
  'the directory of a running server',
  ['prometheus', 'prometheus-2.42', 'node-exporter'],
  () => {
    const servers = new Map<string, PrometheusServer>();
    const begins = new Map<string, number>();

    // All at once: most of the time is spent waiting for blocks to be cut.
    beforeAll(async () => {
      const targets = [await startExporter()];
      for (const variant of VARIANTS) {
        const server = await startPrometheus(variant, scratchFolder(), targets);
        servers.set(variant.name, server);
        // The first one has native histograms, which 2.42 stores and does not have.
        if (targets.length === 1) targets.push(server.address);
        begins.set(variant.name, await writeBySender(server));
      }
      for (const { dir } of servers.values()) {
        await until('blocks were cut', () => Promise.resolve(blocksIn(dir) >= BLOCKS_MIN));
      }
    });

    describe.each(VARIANTS)('$name', (variant) => {
      let server: PrometheusServer;
      let minTime: number;
      let maxTime: number;

      beforeAll(() => {
        server = servers.get(variant.name) as PrometheusServer;
        minTime = begins.get(variant.name) as number;
        maxTime = Date.now() - SETTLED_MS;
      });

      it('holds blocks, a head, and late samples', async () => {
        await using db = await openReadOnly(server.dir);
        expect(db.problems).toEqual([]);
        expect(db.blocks().length).toBeGreaterThanOrEqual(BLOCKS_MIN - 1);
        expect((await db.stats()).headStats.numSeries).toBeGreaterThan(300);
        expect(readdirSync(server.dir)).toEqual(expect.arrayContaining(['wal', 'wbl']));
      });

      it('gives the samples that remote read gives, bit for bit, stale markers too', async () => {
        await using db = await openReadOnly(server.dir);
        const theirs = await remoteRead(server.url, minTime, maxTime);
        const ours = await selectFloats(db, minTime, maxTime);
        expect(ours.size).toBeGreaterThan(300);
        expectSame(ours, new Map(theirs.filter(hasSamples).map(floatsOf)));
      });

      it('gives the samples and native histograms that the query API prints', async () => {
        await using db = await openReadOnly(server.dir);
        const seconds = Math.ceil((maxTime - minTime) / 1000) + 60;
        const expr = `{__name__=~".+"}[${seconds}s]`;
        const theirs = new Map<string, string>();
        for (const series of await query(server.url, expr, maxTime)) {
          const rows = [
            ...(series.values ?? []).map(([time, value]) => [ms(time), numberOf(value)]),
            ...(series.histograms ?? []).map(([time, one]) => [ms(time), printed(one)]),
          ];
          theirs.set(Labels.from(series.metric).toString(), render(rows));
        }
        const ours = new Map<string, string>();
        let histograms = 0;
        const range = { minTime: maxTime - seconds * 1000, maxTime };
        for await (const { labels, samples } of db.select(EVERYTHING, range)) {
          const rows = freshRows(samples);
          if (rows.length > 0) ours.set(labels.toString(), render(rows));
          if (samples.histograms !== null) histograms++;
        }
        expect(histograms).toBeGreaterThan(0);
        expectSame(ours, theirs);
      });

      it('stays as it was: names, sizes, times of change', async () => {
        await server.program.frozen(async () => {
          const before = snapshotOf(server.dir);
          for (const io of ['mmap', 'pread'] as const) {
            await using db = await openReadOnly(server.dir, { io });
            for await (const { samples } of db.select(EVERYTHING)) expect(samples).toBeDefined();
            await db.labelNames();
            await db.stats();
            await db.refresh();
          }
          for (const command of ['list', 'analyze', 'dump', 'verify']) {
            execFileSync(process.execPath, [CLI, command, server.dir], QUIET);
          }
          expect(snapshotOf(server.dir)).toEqual(before);
          expect(before.length).toBeGreaterThan(10);
        });
      });

      it('gives the same past again and again while blocks are cut and merged', async () => {
        await using kept = await openReadOnly(server.dir);
        const want = await selectFloats(kept, minTime, maxTime);
        const seen = new Set<string>();
        // A block is cut every ten seconds, a sample comes each second.
        for (let round = 0; round < ROUNDS || (seen.size < 2 && round < 60); round++) {
          const names = (): string =>
            kept
              .blocks()
              .map(({ path }) => path)
              .join();
          seen.add(names());
          expectSame(await selectFloats(kept, minTime, maxTime), want);
          await using fresh = await openReadOnly(server.dir);
          expectSame(await selectFloats(fresh, minTime, maxTime), want);
          expect(fresh.problems).toEqual([]);
          const newest = await latest(kept);
          await until('a newer sample', async () => {
            await kept.refresh();
            return (await latest(kept)) > newest;
          });
        }
        expect(seen.size).toBeGreaterThan(1);
      });
    });
  },
);

/** Everything below `dir` with what a writer would change. */
function snapshotOf(dir: string): string[] {
  const paths = ['', ...readdirSync(dir, { recursive: true, encoding: 'utf8' })].sort();
  return paths.map((path) => {
    const { size, mtimeNs, ctimeNs, ino, mode } = lstatSync(join(dir, path), { bigint: true });
    return `${path} ${size} ${mtimeNs} ${ctimeNs} ${ino} ${mode}`;
  });
}

async function latest(db: ReadOnlyDatabase): Promise<number> {
  let time = -Infinity;
  for await (const { samples } of db.select([matcher('__name__', '=', 'up')])) {
    time = Math.max(time, samples.times[samples.count - 1]);
  }
  return time;
}

/**
 * Every float of every series by its bits. Left out are the stale markers of series of histograms:
 * Prometheus logs them as floats and holds them as histograms (`commitFloats` in
 * tsdb/head_append.go), so that what they are depends on whether they come from the log or a block.
 */
async function selectFloats(
  db: ReadOnlyDatabase,
  minTime: number,
  maxTime: number,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { labels, samples } of db.select(EVERYTHING, { minTime, maxTime })) {
    const words = wordsOf(samples.values);
    const rows: string[] = [];
    for (let i = 0; i < samples.count; i++) {
      if (samples.histograms?.[i] !== undefined) continue;
      if (samples.histograms !== null && isStaleAt(samples.values, i)) continue;
      rows.push(bits(samples.times[i], words, i));
    }
    if (rows.length > 0) found.set(labels.toString(), rows.join('\n'));
  }
  return found;
}

function floatsOf({ labels, times, values }: FloatSeries): [string, string] {
  const words = wordsOf(values);
  return [labels.toString(), times.map((time, i) => bits(time, words, i)).join('\n')];
}

function hasSamples({ times }: FloatSeries): boolean {
  return times.length > 0;
}

/** Protobuf leaves a field out that equals zero, and takes -0 for one: both are 0 here. */
function bits(time: number, words: Uint32Array, row: number): string {
  const [low, high] = [words[2 * row], words[2 * row + 1]];
  return `${time} ${(low === 0 && high === 0x80000000 ? 0 : high).toString(16)}:${low.toString(16)}`;
}

/** The rows that are no stale markers: a range vector has none. */
function freshRows(samples: Columns): unknown[][] {
  const rows: unknown[][] = [];
  for (let i = 0; i < samples.count; i++) {
    const histogram = samples.histograms?.[i];
    if (histogram === undefined ? isStaleAt(samples.values, i) : isStale(histogram.sum)) continue;
    rows.push([samples.times[i], histogram === undefined ? samples.values[i] : plain(histogram)]);
  }
  return rows;
}

function plain(histogram: Histogram): unknown {
  const buckets = nonEmptyBuckets(histogram).map(({ lower, upper, count }) => [
    lower,
    upper,
    count,
  ]);
  return [histogram.count, histogram.sum, buckets];
}

function printed(histogram: ApiHistogram): unknown {
  const buckets = (histogram.buckets ?? []).map(([, lower, upper, count]) =>
    [lower, upper, count].map(numberOf),
  );
  return [numberOf(histogram.count), numberOf(histogram.sum), buckets];
}

function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function ms(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** Rows in time order as text that keeps NaN, infinities and the sign of zero. */
function render(rows: readonly unknown[][]): string {
  const sorted = [...rows].sort(([a], [b]) => (a as number) - (b as number));
  return JSON.stringify(sorted, (_key, value: unknown) =>
    typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? Object.is(value, -0)
        ? '-0'
        : String(value)
      : value,
  );
}

/** Equal maps; of unequal ones, the first difference is enough to read. */
function expectSame(ours: Map<string, string>, theirs: Map<string, string>): void {
  expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
  for (const [key, want] of theirs) {
    if (ours.get(key) !== want) expect({ [key]: ours.get(key) }).toEqual({ [key]: want });
  }
}
