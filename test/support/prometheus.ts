/** A real Prometheus server on a scratch directory, with real targets, and what its API answers. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STALE_NAN } from '../../encoding/float-bits.js';
import { Labels } from '../../model/labels.js';
import { type Peer, peer } from './peers.js';
import { freePort, Program } from './programs.js';
import { type FloatSeries, remoteWrite } from './remote-protocol.js';

/** How a server is run. */
export interface Variant {
  readonly name: string;
  readonly program: Peer;
  /** `scrape_configs` and the like know more in 3.14. */
  readonly isBy314: boolean;
  readonly flags: readonly string[];
  /** A later `global` setting or none. */
  readonly global: string;
}

export const VARIANTS: readonly Variant[] = [
  {
    name: 'Prometheus 3.14',
    program: 'prometheus',
    isBy314: true,
    flags: [],
    global: 'scrape_native_histograms: true',
  },
  {
    name: 'Prometheus 3.14 with start timestamps, XOR2 and zstd',
    program: 'prometheus',
    isBy314: true,
    flags: [
      '--enable-feature=st-storage,xor2-encoding,histograms-st-encoding,st-synthesis',
      '--storage.tsdb.wal-compression-type=zstd',
    ],
    global: 'scrape_native_histograms: true',
  },
  {
    name: 'Prometheus 2.42',
    program: 'prometheus-2.42',
    isBy314: false,
    flags: ['--enable-feature=native-histograms', '--storage.tsdb.wal-compression'],
    global: '',
  },
];

export interface PrometheusServer {
  readonly variant: Variant;
  readonly program: Program;
  /** Host and port. */
  readonly address: string;
  readonly url: string;
  /** Its data directory. */
  readonly dir: string;
}

/** Starts node-exporter; its address. */
export async function startExporter(): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`;
  const exporter = new Program(peer('node-exporter'), [`--web.listen-address=${address}`]);
  await exporter.ready(`http://${address}/`);
  return address;
}

/**
 * Starts a server that scrapes itself, `targets` and a port where nobody is, each second, and cuts
 * a block every ten seconds, by flags that Prometheus has for tests.
 */
export async function startPrometheus(
  variant: Variant,
  folder: string,
  targets: readonly string[],
): Promise<PrometheusServer> {
  const address = `127.0.0.1:${await freePort()}`;
  const dir = join(folder, 'data');
  mkdirSync(dir);
  const config = join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    `global:
  scrape_interval: 1s
  scrape_timeout: 1s
  ${variant.global}
storage:
  tsdb:
    out_of_order_time_window: 10m
scrape_configs:
  - job_name: self
    static_configs: [{ targets: ['${address}'] }]
  - job_name: others
    static_configs: [{ targets: [${targets.map((target) => `'${target}'`).join(', ')}] }]
  - job_name: nobody
    static_configs: [{ targets: ['127.0.0.1:1'] }]
`,
  );
  const program = new Program(peer(variant.program), [
    `--config.file=${config}`,
    `--storage.tsdb.path=${dir}`,
    `--web.listen-address=${address}`,
    '--web.enable-remote-write-receiver',
    '--storage.tsdb.min-block-duration=10s',
    '--storage.tsdb.max-block-duration=30s',
    '--log.level=warn',
    ...variant.flags,
  ]);
  const url = `http://${address}`;
  await program.ready(`${url}/-/ready`);
  return { variant, program, address, url, dir };
}

/**
 * What no scrape gives: samples up to five minutes late, stale markers, special values, UTF-8. The
 * time of the first one.
 */
export async function writeBySender(server: PrometheusServer): Promise<number> {
  const now = Date.now();
  const begin = now - 300_000;
  const series = (name: string, times: number[], value: (i: number) => number): FloatSeries => ({
    labels: Labels.from({ __name__: name, job: 'sender', path: '/ünïcode/\u{1f600}' }),
    times,
    values: Float64Array.from(times, (_, i) => value(i)),
  });
  const special = [0, -0, Infinity, -Infinity, NaN, 5e-324, Number.MAX_VALUE, 1e21, 1e-7, 0.1];
  const times = Array.from({ length: 20 }, (_, i) => now - 20 + i);
  const stale = series('rw_stale', times, (i) => i);
  stale.values.set(STALE_NAN, 5);
  stale.values.set(STALE_NAN, 19);
  await remoteWrite(server.url, [
    series('rw_special', times, (i) => special[i % special.length]),
    stale,
    series('rw_late', times, (i) => i),
  ]);
  const late = Array.from({ length: 150 }, (_, i) => begin + 2000 * ((i * 37) % 150));
  for (let i = 0; i < late.length; i += 10) {
    await remoteWrite(server.url, [series('rw_late', late.slice(i, i + 10), (j) => i + j)]);
  }
  return begin;
}

/** How many blocks lie in a data directory. */
export function blocksIn(dir: string): number {
  return readdirSync(dir).filter((name) => existsSync(join(dir, name, 'meta.json'))).length;
}

/** One series of a range vector as the API prints it. */
export interface ApiSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values?: readonly (readonly [seconds: number, value: string])[];
  readonly histograms?: readonly (readonly [seconds: number, histogram: ApiHistogram])[];
}

export interface ApiHistogram {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: readonly (readonly [number, string, string, string])[];
}

/** The answer to an instant query. */
export async function query(server: string, expr: string, timeMs: number): Promise<ApiSeries[]> {
  const body = new URLSearchParams({ query: expr, time: String(timeMs / 1000) });
  const answer = await fetch(`${server}/api/v1/query`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`${expr}: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { data: { result: ApiSeries[] } }).data.result;
}
