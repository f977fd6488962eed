/**
 * The flags of `mmtsdb serve`: Prometheus' names, defaults and meanings, and a few of our own. One
 * table: what is parsed, what `--help` says and what `/api/v1/status/flags` lists.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { formatDuration, parseDuration } from '../model/duration.js';
import { QUERY_WORKERS_MAX } from '../tsdb/options.js';
import { formatBytes, parseBytes } from './byte-size.js';
import { countUpTo, IO_MODES, parseCount } from './flags.js';

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
const LOG_FORMATS = ['logfmt', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** How a flag is told: its text, what it takes and what it is without. */
interface Flag {
  readonly name: string;
  /** What stands for the value in `--help`; absent: the flag is on or off. */
  readonly value?: string;
  readonly help: string;
  /** `before` is what earlier uses of the flag came to. */
  readonly parse?: (text: string, before?: unknown) => unknown;
  readonly choices?: readonly string[];
  /** In the words of the command line. */
  readonly byDefault?: string;
}

/** The values, by the flags' names. Durations are in ms. */
export interface ServeFlags {
  readonly 'config.file'?: string;
  readonly 'storage.tsdb.path': string;
  readonly 'storage.tsdb.retention.time'?: number;
  readonly 'storage.tsdb.retention.size'?: number;
  readonly 'storage.tsdb.min-block-duration': number;
  readonly 'storage.tsdb.max-block-duration'?: number;
  readonly 'storage.tsdb.wal-compression-type': 'none' | 'snappy' | 'zstd';
  readonly 'storage.tsdb.no-lockfile': boolean;
  readonly 'storage.remote.read-sample-limit': number;
  readonly 'storage.remote.read-concurrent-limit': number;
  readonly 'storage.remote.read-max-bytes-in-frame': number;
  readonly 'web.listen-address': string;
  readonly 'web.config.file'?: string;
  readonly 'web.enable-admin-api': boolean;
  readonly 'web.enable-lifecycle': boolean;
  readonly 'web.enable-remote-write-receiver': boolean;
  readonly 'web.cors.origin': string;
  readonly 'web.read-timeout': number;
  readonly 'web.max-connections': number;
  readonly 'query.lookback-delta': number;
  readonly 'query.timeout': number;
  readonly 'query.max-concurrency': number;
  readonly 'query.max-samples': number;
  readonly 'log.level': LogLevel;
  readonly 'log.format': LogFormat;
  readonly 'enable-feature': readonly string[];
  readonly 'read-only': boolean;
  readonly 'read-only.refresh-interval': number;
  readonly durability: 'process' | 'fsync' | { readonly intervalMs: number };
  readonly 'record-interval': number;
  readonly 'query-workers'?: number;
  readonly io: (typeof IO_MODES)[number];
}

const duration = byMessage(parseDuration);
const bytes = byMessage(parseBytes);

const FLAGS: readonly Flag[] = [
  { name: 'config.file', value: 'file', help: 'a subset of prometheus.yml (docs/cli.md)' },
  {
    name: 'storage.tsdb.path',
    value: 'dir',
    help: 'the data directory; created when it is missing',
    byDefault: 'data/',
  },
  {
    name: 'storage.tsdb.retention.time',
    value: 'duration',
    help: 'how long samples are kept (default 15d, unless a size is given)',
    parse: duration,
  },
  {
    name: 'storage.tsdb.retention.size',
    value: 'bytes',
    help: 'how much the directory may take, like 512MB; 0: no limit',
    parse: bytes,
  },
  {
    name: 'storage.tsdb.min-block-duration',
    value: 'duration',
    help: 'what a block made of the head covers',
    parse: duration,
    byDefault: '2h',
  },
  {
    name: 'storage.tsdb.max-block-duration',
    value: 'duration',
    help: 'what a merged block covers at most (default a tenth of the retention, 31d at most)',
    parse: duration,
  },
  {
    name: 'storage.tsdb.wal-compression-type',
    value: 'type',
    help: 'how the log is compressed',
    choices: ['none', 'snappy', 'zstd'],
    byDefault: 'snappy',
  },
  { name: 'storage.tsdb.no-lockfile', help: 'take no lock on the data directory' },
  {
    name: 'storage.remote.read-sample-limit',
    value: 'count',
    help: 'samples that a remote read may return; 0: no limit',
    parse: parseCount,
    byDefault: '50000000',
  },
  {
    name: 'storage.remote.read-concurrent-limit',
    value: 'count',
    help: 'remote reads at a time',
    parse: parseCount,
    byDefault: '10',
  },
  {
    name: 'storage.remote.read-max-bytes-in-frame',
    value: 'bytes',
    help: 'about how large a frame of a streamed remote read is',
    parse: parseCount,
    byDefault: '1048576',
  },
  {
    name: 'web.listen-address',
    value: 'address',
    help: 'where to listen, host and port',
    byDefault: '127.0.0.1:9090',
  },
  { name: 'web.config.file', value: 'file', help: 'TLS and users, as Prometheus has them' },
  { name: 'web.enable-admin-api', help: 'allow deleting series and taking snapshots' },
  { name: 'web.enable-lifecycle', help: 'allow /-/reload and /-/quit' },
  { name: 'web.enable-remote-write-receiver', help: 'accept remote write' },
  {
    name: 'web.cors.origin',
    value: 'regex',
    help: 'which origins browsers may call from, anchored',
    byDefault: '.*',
  },
  {
    name: 'web.read-timeout',
    value: 'duration',
    help: 'how long a request may take to arrive, and a connection may be idle',
    parse: duration,
    byDefault: '5m',
  },
  {
    name: 'web.max-connections',
    value: 'count',
    help: 'connections at a time',
    parse: parseCount,
    byDefault: '512',
  },
  {
    name: 'query.lookback-delta',
    value: 'duration',
    help: 'how far a query looks back for a sample',
    parse: duration,
    byDefault: '5m',
  },
  {
    name: 'query.timeout',
    value: 'duration',
    help: 'how long a query may take',
    parse: duration,
    byDefault: '2m',
  },
  {
    name: 'query.max-concurrency',
    value: 'count',
    help: 'queries at a time',
    parse: parseCount,
    byDefault: '20',
  },
  {
    name: 'query.max-samples',
    value: 'count',
    help: 'samples that a query may hold in memory',
    parse: parseCount,
    byDefault: '50000000',
  },
  {
    name: 'log.level',
    value: 'level',
    help: 'only messages from this severity on',
    choices: LOG_LEVELS,
    byDefault: 'info',
  },
  {
    name: 'log.format',
    value: 'format',
    help: 'how messages are written',
    choices: LOG_FORMATS,
    byDefault: 'logfmt',
  },
  {
    name: 'enable-feature',
    value: 'names',
    help: "features by Prometheus' names, with commas; those of PromQL count here",
    parse: (text, before) => [...((before as string[] | undefined) ?? []), ...text.split(',')],
  },
  { name: 'read-only', help: 'write nothing and take no lock: for a live Prometheus directory' },
  {
    name: 'read-only.refresh-interval',
    value: 'duration',
    help: 'how often such a directory is looked at again',
    parse: duration,
    byDefault: '15s',
  },
  {
    name: 'durability',
    value: 'what',
    help: 'what an accepted sample survives: process, fsync, or a power cut but for this long',
    parse: parseDurability,
    byDefault: 'process',
  },
  {
    name: 'record-interval',
    value: 'duration',
    help: 'how often the server records its own metrics; 0: never',
    parse: duration,
    byDefault: '0',
  },
  {
    name: 'query-workers',
    value: 'count',
    help: 'threads that help with large queries (default: a core less than there are, up to 7)',
    parse: countUpTo(QUERY_WORKERS_MAX),
  },
  {
    name: 'io',
    value: 'mode',
    help: 'how block files are read',
    choices: IO_MODES,
    byDefault: 'auto',
  },
];

/** Adds all flags to the command. */
export function addServeFlags(command: Command): void {
  for (const { name, value, help, parse, choices, byDefault } of FLAGS) {
    const option = new Option(value === undefined ? `--${name}` : `--${name} <${value}>`, help);
    if (choices !== undefined) option.choices(choices);
    else if (parse !== undefined) option.argParser(parse);
    if (byDefault !== undefined) option.default(parse?.(byDefault) ?? byDefault, byDefault);
    command.addOption(option);
  }
}

/** The values that commander read, by the flags' names. */
export function serveFlagsOf(read: Readonly<Record<string, unknown>>): ServeFlags {
  const byName = FLAGS.map(({ name, value }) => {
    const given = read[attributeOf(name)];
    return [name, value === undefined ? given === true : given] as const;
  });
  return { 'enable-feature': [], ...dropUndefined(byName) } as unknown as ServeFlags;
}

/** All flags as `/api/v1/status/flags` lists them: in the words of the command line. */
export function flagTexts(flags: ServeFlags): Record<string, string> {
  const values = flags as unknown as Readonly<Record<string, unknown>>;
  const entries = FLAGS.map(({ name, value, parse }): [string, string] => {
    const given = values[name];
    if (given === undefined) return [name, value === undefined ? 'false' : ''];
    if (parse === duration) return [name, formatDuration(Number(given))];
    if (parse === bytes) return [name, formatBytes(Number(given))];
    if (Array.isArray(given)) return [name, given.join(',')];
    if (typeof given !== 'object') return [name, `${given as string | number | boolean}`];
    return [name, formatDuration((given as { intervalMs: number }).intervalMs)];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Commander's name of a flag: parts behind dashes get capitals. */
function attributeOf(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function dropUndefined(
  entries: readonly (readonly [string, unknown])[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** A parser whose errors commander shows beside the flag. */
function byMessage<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}

function parseDurability(text: string): ServeFlags['durability'] {
  if (text === 'process' || text === 'fsync') return text;
  return { intervalMs: duration(text) };
}
