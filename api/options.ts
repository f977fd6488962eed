/** Options of `createHandler`, their defaults, and their one validation. */
import { systemNow } from '../disk/clock.js';
import { ArgumentError } from '../model/errors.js';
import type { ParserOptions } from '../promql/parser-options.js';
import { type Logger, SILENT } from '../model/logger.js';

/** What `/api/v1/status/buildinfo` and `/version` say. */
export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
  readonly branch: string;
  readonly buildUser: string;
  readonly buildDate: string;
  readonly goVersion: string;
}

/** What `/api/v1/status/runtimeinfo` says of the process. */
export interface RuntimeInfo {
  /** RFC 3339. */
  readonly startTime: string;
  readonly CWD: string;
  readonly hostname: string;
  readonly serverTime: string;
  readonly reloadConfigSuccess: boolean;
  readonly lastConfigTime: string;
  readonly corruptionCount: number;
  readonly goroutineCount: number;
  readonly GOMAXPROCS: number;
  readonly GOMEMLIMIT: number;
  readonly GOGC: string;
  readonly GODEBUG: string;
  readonly storageRetention: string;
}

/** Text in Prometheus' exposition format, with its content type: prom-client's `Registry`. */
export interface MetricsText {
  metrics(): Promise<string>;
  readonly contentType: string;
}

/** A request that was answered. */
export interface RequestDone {
  /** The path of the endpoint, with `:name` for its variable part. */
  readonly handler: string;
  readonly status: number;
  /** Until the answer began. */
  readonly durationMs: number;
}

export interface ApiOptions {
  /** The clock, in ms; default: the system's. */
  readonly now?: () => number;
  /** Told of each request; default: nobody is. */
  readonly onRequestDone?: (done: RequestDone) => void;
  /** Told about requests that failed for reasons of ours; default: silent. */
  readonly logger?: Logger;
  /** Whether `/api/v1/admin/tsdb/*` may delete and snapshot; default false. */
  readonly enableAdminApi?: boolean;
  /** Whether `/api/v1/write` stores what it is sent; default false. */
  readonly enableRemoteWriteReceiver?: boolean;
  /** Whether `/-/quit` and `/-/reload` do something; default false. */
  readonly enableLifecycle?: boolean;
  /** Called by `/-/quit`. */
  readonly onQuit?: () => void;
  /** Called by `/-/reload`; what it throws is the answer. */
  readonly onReload?: () => Promise<void>;
  /**
   * Origins that browsers may call from: a regular expression in RE2's syntax, anchored. Default
   * `.*`.
   */
  readonly corsOrigin?: string;
  /** Labels that federation and remote read add to each series; default none. */
  readonly externalLabels?: Readonly<Record<string, string>>;
  /** What `/metrics` shows; default: 404. */
  readonly metrics?: MetricsText;
  /** What `/api/v1/status/flags` lists. */
  readonly flags?: Readonly<Record<string, string>>;
  /** What `/api/v1/status/config` shows; YAML. */
  readonly configYaml?: () => string;
  readonly buildInfo?: BuildInfo;
  readonly runtimeInfo?: () => RuntimeInfo;
  /** Where snapshots go: a directory `snapshots` is made in it. Default: no snapshots. */
  readonly dataDir?: string;
  /** How far a query looks back for a sample, in ms; default 5 minutes. */
  readonly lookbackMs?: number;
  /** The step of subqueries that name none, in ms; default 1 minute. */
  readonly evaluationIntervalMs?: number;
  /** The longest that a query may take, in ms; default 2 minutes. */
  readonly queryTimeoutMs?: number;
  /** Queries at work at the same time; more wait. Default 20. */
  readonly queryConcurrencyMax?: number;
  /** Samples that one query may hold in memory; default 50,000,000. */
  readonly querySamplesMax?: number;
  /** Samples that a remote read may return; default 50,000,000. 0: no limit. */
  readonly remoteReadSamplesMax?: number;
  /** Remote reads at work at the same time; more wait. Default 10. */
  readonly remoteReadConcurrencyMax?: number;
  /** About how large a frame of a streamed remote read is; default 1 MiB. */
  readonly remoteReadFrameBytes?: number;
  /** The largest body of a remote write, before and after decompression; default 32 MiB. */
  readonly remoteWriteBytesMax?: number;
  /** Which experimental parts of PromQL are known; default: none, as in Prometheus. */
  readonly promql?: ParserOptions;
}

/** All options with their defaults filled in, except those whose absence means something. */
export type HandlerOptions = ApiOptions &
  Required<
    Pick<
      ApiOptions,
      | 'now'
      | 'logger'
      | 'corsOrigin'
      | 'externalLabels'
      | 'flags'
      | 'configYaml'
      | 'buildInfo'
      | 'lookbackMs'
      | 'evaluationIntervalMs'
      | 'queryTimeoutMs'
      | 'queryConcurrencyMax'
      | 'querySamplesMax'
      | 'remoteReadSamplesMax'
      | 'remoteReadConcurrencyMax'
      | 'remoteReadFrameBytes'
      | 'remoteWriteBytesMax'
      | 'promql'
    >
  >;

/** The version whose HTTP API this is: clients choose by it what they ask. */
export const COMPATIBLE_VERSION = '3.14.0';

const MIB = 1024 * 1024;

const DEFAULTS = {
  logger: SILENT,
  corsOrigin: '.*',
  externalLabels: {},
  flags: {},
  configYaml: () => '',
  buildInfo: {
    version: COMPATIBLE_VERSION,
    revision: 'mmtsdb',
    branch: '',
    buildUser: '',
    buildDate: '',
    goVersion: '',
  },
  lookbackMs: 300_000,
  evaluationIntervalMs: 60_000,
  queryTimeoutMs: 120_000,
  queryConcurrencyMax: 20,
  querySamplesMax: 50_000_000,
  remoteReadSamplesMax: 50_000_000,
  remoteReadConcurrencyMax: 10,
  remoteReadFrameBytes: MIB,
  remoteWriteBytesMax: 32 * MIB,
  promql: {},
};

/** Numbers that have to be at least 1. */
const POSITIVE = [
  'lookbackMs',
  'evaluationIntervalMs',
  'queryTimeoutMs',
  'queryConcurrencyMax',
  'querySamplesMax',
  'remoteReadConcurrencyMax',
  'remoteReadFrameBytes',
  'remoteWriteBytesMax',
] as const;

/** Fills in the defaults; throws an `ArgumentError` that names the first wrong option. */
export function withDefaults(options: ApiOptions): HandlerOptions {
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as ApiOptions;
  const filled = { now: systemNow, ...DEFAULTS, ...given };
  for (const name of POSITIVE) {
    if (!(filled[name] >= 1)) {
      throw new ArgumentError(`option ${name} is a number from 1; got ${filled[name]}`);
    }
  }
  return filled;
}
