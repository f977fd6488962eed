/** What the flags and the files of `mmtsdb serve` come to. */
import { type ApiOptions, COMPATIBLE_VERSION } from '../api/options.js';
import type { ListenOptions } from '../api/listen.js';
import type { ServerConfig } from './config-file.js';
import { parseListenAddress } from './listen-address.js';
import type { Retention } from './runtime-info.js';
import { flagTexts, type ServeFlags } from './serve-flags.js';
import { VERSION } from './version.js';
import type { WebConfig } from './web-config.js';

const RETENTION_MS = 15 * 86_400_000;

/** The API's options that do not change while it runs. */
export function apiOptionsOf(flags: ServeFlags, config: ServerConfig): ApiOptions {
  const features = flags['enable-feature'];
  return {
    enableAdminApi: flags['web.enable-admin-api'],
    enableLifecycle: flags['web.enable-lifecycle'],
    enableRemoteWriteReceiver: flags['web.enable-remote-write-receiver'] && !flags['read-only'],
    corsOrigin: flags['web.cors.origin'],
    externalLabels: config.externalLabels,
    flags: flagTexts(flags),
    buildInfo: {
      version: COMPATIBLE_VERSION,
      revision: `mmtsdb-${VERSION}`,
      branch: 'HEAD',
      buildUser: '',
      buildDate: '',
      goVersion: `node ${process.version}`,
    },
    dataDir: flags['storage.tsdb.path'],
    evaluationIntervalMs: config.evaluationIntervalMs,
    lookbackMs: flags['query.lookback-delta'],
    queryTimeoutMs: flags['query.timeout'],
    queryConcurrencyMax: flags['query.max-concurrency'],
    querySamplesMax: flags['query.max-samples'],
    remoteReadSamplesMax: flags['storage.remote.read-sample-limit'],
    remoteReadConcurrencyMax: flags['storage.remote.read-concurrent-limit'],
    remoteReadFrameBytes: flags['storage.remote.read-max-bytes-in-frame'],
    promql: {
      experimentalFunctions: features.includes('promql-experimental-functions'),
      extendedRangeSelectors: features.includes('promql-extended-range-selectors'),
      fillModifiers: features.includes('promql-binop-fill-modifiers'),
    },
  };
}

export function listenOptionsOf(flags: ServeFlags, { tls }: WebConfig): ListenOptions {
  return {
    ...parseListenAddress(flags['web.listen-address']),
    tls,
    connectionsMax: flags['web.max-connections'],
    readTimeoutMs: flags['web.read-timeout'],
    ownsProcess: true,
  };
}

/** The file counts before the flags; without either, 15 days. */
export function retentionOf(flags: ServeFlags, config: ServerConfig): Retention {
  const time = config.retentionMs ?? flags['storage.tsdb.retention.time'];
  const bytes = config.retentionBytes ?? flags['storage.tsdb.retention.size'];
  const { retentionPercentage } = config;
  const isBySize = (bytes ?? 0) > 0 || (retentionPercentage ?? 0) > 0;
  return {
    retentionMs: time ?? (isBySize ? 0 : RETENTION_MS),
    retentionBytes: bytes,
    retentionPercentage,
  };
}
