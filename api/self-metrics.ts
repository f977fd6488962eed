/**
 * The server's own metrics in a prom-client registry, under Prometheus' names where the meaning is
 * the same, so that dashboards and alerts for Prometheus show something here.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { TsdbStats } from '../tsdb/stats.js';
import type { DatabaseSource } from './api-database.js';
import type { RequestDone } from './options.js';

export interface SelfMetricsOptions {
  /** Our own version. */
  readonly version: string;
  /** Whether the process is measured too: memory, CPU, event loop. Default true. */
  readonly process?: boolean;
}

/** A registry, and what has to be told of each request. */
export interface SelfMetrics {
  readonly registry: Registry;
  readonly onRequestDone: (done: RequestDone) => void;
}

/** As Prometheus has them (web/web.go). */
const SECONDS_BUCKETS = [0.1, 0.2, 0.4, 1, 3, 8, 20, 60, 120];

/** Makes the registry of a server of `source`. */
export function createSelfMetrics(
  source: DatabaseSource,
  { version, process = true }: SelfMetricsOptions,
): SelfMetrics {
  const registry = new Registry();
  if (process) collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'mmtsdb_build_info',
    help: 'The version of mmtsdb and of Node.js; always 1.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1);
  addTsdbMetrics(registry, source);
  return { registry, onRequestDone: addHttpMetrics(registry) };
}

function addHttpMetrics(registry: Registry): (done: RequestDone) => void {
  const labelNames = ['handler'];
  const total = new Counter({
    name: 'prometheus_http_requests_total',
    help: 'Counter of HTTP requests.',
    labelNames: ['handler', 'code'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'prometheus_http_request_duration_seconds',
    help: 'Histogram of latencies for HTTP requests.',
    labelNames,
    buckets: SECONDS_BUCKETS,
    registers: [registry],
  });
  return ({ handler, status, durationMs }) => {
    total.inc({ handler, code: String(status) });
    duration.observe({ handler }, durationMs / 1000);
  };
}

/** A gauge whose value is looked up when it is asked for. */
interface Looked {
  readonly name: string;
  readonly help: string;
  readonly value: (state: TsdbState) => number;
}

/** What one collection looks at. */
interface TsdbState {
  readonly stats: TsdbStats;
  readonly blocks: number;
  readonly blockBytes: number;
}

const TSDB_GAUGES: readonly Looked[] = [
  {
    name: 'prometheus_tsdb_head_series',
    help: 'Total number of series in the head block.',
    value: ({ stats }) => stats.headStats.numSeries,
  },
  {
    name: 'prometheus_tsdb_head_chunks',
    help: 'Total number of chunks in the head block.',
    value: ({ stats }) => stats.headStats.chunkCount,
  },
  {
    name: 'prometheus_tsdb_head_min_time',
    help: 'Minimum time bound of the head block, in milliseconds.',
    value: ({ stats }) => stats.headStats.minTime,
  },
  {
    name: 'prometheus_tsdb_head_max_time',
    help: 'Maximum timestamp of the head block, in milliseconds.',
    value: ({ stats }) => stats.headStats.maxTime,
  },
  {
    name: 'prometheus_tsdb_head_min_time_seconds',
    help: 'Minimum time bound of the head block.',
    value: ({ stats }) => stats.headStats.minTime / 1000,
  },
  {
    name: 'prometheus_tsdb_head_max_time_seconds',
    help: 'Maximum timestamp of the head block.',
    value: ({ stats }) => stats.headStats.maxTime / 1000,
  },
  {
    name: 'prometheus_tsdb_blocks_loaded',
    help: 'Number of currently loaded data blocks.',
    value: ({ blocks }) => blocks,
  },
  {
    name: 'prometheus_tsdb_storage_blocks_bytes',
    help: 'The number of bytes that are currently used for local storage by all blocks.',
    value: ({ blockBytes }) => blockBytes,
  },
];

function addTsdbMetrics(registry: Registry, source: DatabaseSource): void {
  // A registry collects all its metrics at once: they share one look at the database.
  let looking: Promise<TsdbState | null> | null = null;
  const look = (): Promise<TsdbState | null> => {
    looking ??= lookAt(source).finally(() => {
      looking = null;
    });
    return looking;
  };
  for (const { name, help, value } of TSDB_GAUGES) {
    const gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: async () => {
        const state = await look();
        if (state !== null) gauge.set(value(state));
      },
    });
  }
  const ready: Gauge = new Gauge({
    name: 'prometheus_ready',
    help: 'Whether startup was fully completed and the server is ready for normal operation.',
    registers: [registry],
    collect: (): void => ready.set(source.state === 'ready' ? 1 : 0),
  });
}

async function lookAt({ database }: DatabaseSource): Promise<TsdbState | null> {
  if (database === null) return null;
  const stats = await database.stats(1);
  const blocks = database.blocks();
  const blockBytes = blocks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { stats, blocks: blocks.length, blockBytes };
}
