/**
 * History for any Node program: the metrics of a prom-client registry, written into a database at
 * an interval. What a scrape would do, without a server.
 */
import { systemNow } from '../disk/clock.js';
import { ArgumentError, ClosedError, messageOf } from '../model/errors.js';
import { Labels, METRIC_NAME } from '../model/labels.js';
import { type Logger, SILENT } from '../model/logger.js';
import type { ApiAppender } from './api-database.js';

/** One metric as prom-client's `getMetricsAsJSON` gives it. */
export interface RegistryMetric {
  readonly name: string;
  readonly values: readonly RegistryValue[];
}

export interface RegistryValue {
  readonly value: number | string;
  readonly labels: Readonly<Record<string, string | number>>;
  /** Where it differs from the metric's: `…_bucket`, `…_sum`. */
  readonly metricName?: string;
}

/** What is needed of prom-client's `Registry`. */
export interface MetricsRegistry {
  getMetricsAsJSON(): Promise<readonly object[]>;
}

/** What is needed of a database. */
export interface Recorder {
  appender(): ApiAppender;
}

export interface RecordOptions {
  /** Between two recordings, in ms; default 15 seconds. */
  readonly intervalMs?: number;
  /** Added to each series, unless it has them; default `{ job: 'self' }`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The clock, in ms; default: the system's. */
  readonly now?: () => number;
  /** Told when a recording fails; default: silent. */
  readonly logger?: Logger;
}

/** A recording under way. */
export interface Recording extends AsyncDisposable {
  /** Records at once, beside the interval. Throws what the database refuses. */
  record(): Promise<void>;
  /** Stops; resolves when a recording under way has ended. Idempotent. */
  stop(): Promise<void>;
}

const INTERVAL_MS = 15_000;

/**
 * Records `registry` into `database` until it is stopped. The timer keeps no process alive, and a
 * database that is closed ends the recording.
 *
 * @example
 * collectDefaultMetrics({ register });
 * await using recording = recordRegistry(register, db, { intervalMs: 5000 });
 */
export function recordRegistry(
  registry: MetricsRegistry,
  database: Recorder,
  options: RecordOptions = {},
): Recording {
  const { intervalMs = INTERVAL_MS, now = systemNow, logger = SILENT } = options;
  if (!(intervalMs >= 1)) {
    throw new ArgumentError(`option intervalMs is a number from 1; got ${intervalMs}`);
  }
  const known = new KnownSeries(options.labels ?? { job: 'self' });
  let underWay: Promise<void> | null = null;
  const record = (): Promise<void> => {
    // One at a time: a slow disk makes recordings fewer, not more.
    underWay ??= recordOnce(registry, database, known, now).finally(() => {
      underWay = null;
    });
    return underWay;
  };
  const timer = setInterval(() => {
    record().catch((error: unknown) => {
      if (error instanceof ClosedError) clearInterval(timer);
      else logger.warn(`the metrics cannot be recorded: ${messageOf(error)}`);
    });
  }, intervalMs);
  timer.unref();
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    await underWay?.catch(() => undefined);
  };
  return { record, stop, [Symbol.asyncDispose]: stop };
}

async function recordOnce(
  registry: MetricsRegistry,
  database: Recorder,
  known: KnownSeries,
  now: () => number,
): Promise<void> {
  const metrics = (await registry.getMetricsAsJSON()) as readonly RegistryMetric[];
  const time = now();
  const appender = database.appender();
  try {
    for (const { name, values } of metrics) {
      for (const { value, labels, metricName = name } of values) {
        // prom-client lets callers set what is no number; NaN is what such a thing is.
        appender.append(known.labels(metricName, labels), time, Number(value));
      }
    }
  } catch (error) {
    appender.rollback();
    throw error;
  }
  await appender.commit();
}

/** Label sets that were made before: the same series come at each recording. */
class KnownSeries {
  private readonly added: Readonly<Record<string, string>>;
  private known = new Map<string, Labels>();

  constructor(added: Readonly<Record<string, string>>) {
    this.added = added;
  }

  labels(name: string, own: Readonly<Record<string, string | number>>): Labels {
    const key = `${name}${JSON.stringify(own)}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const pairs = Object.entries(own).map(([label, value]): [string, string] => [
      label,
      String(value),
    ]);
    const labels = Labels.from([...Object.entries(this.added), ...pairs, [METRIC_NAME, name]]);
    // Registries whose labels never repeat must not fill the memory.
    if (this.known.size >= SERIES_MAX) this.known = new Map();
    this.known.set(key, labels);
    return labels;
  }
}

const SERIES_MAX = 100_000;
