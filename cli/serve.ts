/**
 * `mmtsdb serve`: a data directory behind Prometheus' HTTP API. It listens first and answers 503
 * until the log is replayed; SIGTERM lets requests under way end, then closes the database.
 */
import type { Logger as Pino } from 'pino';
import { isWritable } from '../api/api-database.js';
import { withBasicAuth } from '../api/basic-auth.js';
import { createHandler } from '../api/handler.js';
import { listen } from '../api/listen.js';
import type { ApiOptions } from '../api/options.js';
import { recordRegistry, type Recording } from '../api/record-registry.js';
import { createSelfMetrics, type SelfMetrics } from '../api/self-metrics.js';
import { NodeDisk } from '../disk/node-disk.js';
import { messageOf } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import { NO_CONFIG, readConfigFile, type ServerConfig } from './config-file.js';
import { EXIT_OK } from './exit-codes.js';
import { openServed } from './open-served.js';
import { runtimeInfo } from './runtime-info.js';
import type { ServeFlags } from './serve-flags.js';
import { apiOptionsOf, listenOptionsOf, retentionOf } from './serve-options.js';
import { ServedDatabase } from './served-database.js';
import { createLog } from './server-log.js';
import type { Signals } from './signals.js';
import type { Terminal } from './terminal.js';
import { VERSION } from './version.js';
import { readWebConfig } from './web-config.js';

/** Runs until it is told to stop; the exit code. Throws what keeps it from starting. */
export async function serve(
  flags: ServeFlags,
  terminal: Terminal,
  signals: Signals,
): Promise<number> {
  const log = createLog(
    { write: (line: string) => terminal.message(line.trimEnd()) },
    { level: flags['log.level'], format: flags['log.format'] },
  );
  const served = new ServedDatabase();
  const metrics = createSelfMetrics(served, { version: VERSION });
  const config = new ConfigState(flags, log);
  const web = webConfigOf(flags);
  const quit = new AbortController();
  const handler = createHandler(served, {
    ...apiOptionsOf(flags, config.current),
    ...liveOptions({ metrics, config, log, quit, flags }),
  });
  const hasUsers = Object.keys(web.users).length > 0;
  const listening = await listen(
    hasUsers ? withBasicAuth(handler, web.users) : handler,
    listenOptionsOf(flags, web),
  );
  log.info({ url: listening.url }, 'listening');
  const stopReloading = signals.onReload(() => config.tryReload());
  let recording: Recording | null = null;
  try {
    const stop = Promise.race([signals.stop, abortOf(quit.signal)]);
    const database = await untilStop(stop, (signal) =>
      openServed(served, {
        flags,
        retention: retentionOf(flags, config.current),
        logger: loggerOf(log),
        signal,
      }),
    );
    if (database !== null) {
      log.info({ dir: flags['storage.tsdb.path'] }, 'ready to answer');
      const intervalMs = flags['record-interval'];
      if (intervalMs > 0 && isWritable(database)) {
        const labels = { job: 'mmtsdb', instance: new URL(listening.url).host };
        const logger = loggerOf(log);
        recording = recordRegistry(metrics.registry, database, { intervalMs, labels, logger });
        await recording.record();
      }
      terminal.message(hintFor(listening.url, flags));
    }
    log.info({ reason: await stop }, 'stopping');
  } finally {
    stopReloading();
    served.stop();
    await recording?.stop();
    await listening.close();
    await served.close();
  }
  log.info('stopped');
  return EXIT_OK;
}

/** The configuration as it was read last. */
class ConfigState {
  current: ServerConfig;
  succeeded = true;
  readTimeMs = Date.now();
  private readonly flags: ServeFlags;
  private readonly log: Pino;

  constructor(flags: ServeFlags, log: Pino) {
    this.flags = flags;
    this.log = log;
    this.current = this.read();
  }

  /** Reads it again; what is wrong with it is told in the log. */
  tryReload(): void {
    try {
      this.reload();
    } catch (error) {
      this.log.error(`the configuration cannot be read: ${messageOf(error)}`);
    }
  }

  /** Reads it again; what is wrong with it leaves the old one in place, and is thrown. */
  reload(): void {
    try {
      this.current = this.read();
      this.succeeded = true;
      this.readTimeMs = Date.now();
      this.log.info('the configuration was read again');
    } catch (error) {
      this.succeeded = false;
      throw error;
    }
  }

  private read(): ServerConfig {
    const path = this.flags['config.file'];
    return path === undefined ? NO_CONFIG : readConfigFile(path, new NodeDisk());
  }
}

interface Parts {
  readonly flags: ServeFlags;
  readonly metrics: SelfMetrics;
  readonly config: ConfigState;
  readonly log: Pino;
  readonly quit: AbortController;
}

/** The API's options that look at what is running. */
function liveOptions({ metrics, config, log, quit, flags }: Parts): ApiOptions {
  const startTimeMs = Date.now();
  return {
    logger: loggerOf(log),
    metrics: metrics.registry,
    onRequestDone: metrics.onRequestDone,
    configYaml: () => config.current.yaml,
    runtimeInfo: () =>
      runtimeInfo({
        startTimeMs,
        reloadSucceeded: config.succeeded,
        lastConfigTimeMs: config.readTimeMs,
        corruptionCount: 0,
        retention: retentionOf(flags, config.current),
      }),
    onReload: () => Promise.resolve().then(() => config.reload()),
    onQuit: () => quit.abort('/-/quit'),
  };
}

function webConfigOf(flags: ServeFlags): ReturnType<typeof readWebConfig> {
  const path = flags['web.config.file'];
  return path === undefined ? { users: {} } : readWebConfig(path, new NodeDisk());
}

/** The reason of a signal once it is aborted. */
function abortOf(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(String(signal.reason)), { once: true });
  });
}

/** What `work` gives; null where it was told to stop first, after the work has ended. */
async function untilStop<T>(
  stop: Promise<string>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const abort = new AbortController();
  const stopped = stop.then(() => abort.abort());
  try {
    return await work(abort.signal);
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    await stopped;
    return null;
  }
}

function loggerOf(log: Pino): Logger {
  return { info: (text) => log.info(text), warn: (text) => log.warn(text) };
}

/** What to try first. */
function hintFor(url: string, flags: ServeFlags): string {
  const expr = flags['record-interval'] > 0 ? 'process_resident_memory_bytes' : 'up';
  return `try: ${url}/api/v1/query?query=${expr}`;
}
