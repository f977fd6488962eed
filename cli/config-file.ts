/**
 * `--config.file`: the part of prometheus.yml that a server without scraping has a use for. A key
 * of Prometheus' that is none of it is an error as well as a misspelled one, so that nobody waits
 * for targets to be scraped. The table stands in docs/cli.md.
 */
import type { Disk } from '../disk/disk.js';
import { parseDuration } from '../model/duration.js';
import { parseBytes } from './byte-size.js';
import { parseYaml, type YamlFields } from './yaml-fields.js';

/** What the file says; absent where it does not. */
export interface ServerConfig {
  /** `global.external_labels`. */
  readonly externalLabels: Readonly<Record<string, string>>;
  /** `global.evaluation_interval`: the step of subqueries that have none. */
  readonly evaluationIntervalMs?: number;
  /** `storage.tsdb.retention`. */
  readonly retentionMs?: number;
  readonly retentionBytes?: number;
  readonly retentionPercentage?: number;
  /** The file's text, for `/api/v1/status/config`. */
  readonly yaml: string;
}

export const NO_CONFIG: ServerConfig = { externalLabels: {}, yaml: '' };

const FILE_BYTES_MAX = 16 * 1024 * 1024;
/** Lists that may stand there empty, as in Prometheus' own example. */
const UNSUPPORTED = ['scrape_configs', 'rule_files', 'remote_write', 'remote_read'] as const;

/** Reads and checks the file; throws an `InputError` that names the line. */
export function readConfigFile(path: string, disk: Disk): ServerConfig {
  return parseConfig(path, Buffer.from(disk.readFile(path, FILE_BYTES_MAX)).toString('utf8'));
}

export function parseConfig(path: string, yaml: string): ServerConfig {
  const top = parseYaml(path, yaml);
  const global = top.fields('global');
  const externalLabels = global.texts('external_labels');
  const evaluationIntervalMs = global.parsed('evaluation_interval', parseDuration);
  // Scraping is Prometheus' business: the two are checked, and mean nothing.
  global.parsed('scrape_interval', parseDuration);
  global.parsed('scrape_timeout', parseDuration);
  global.end();
  const storage = top.fields('storage');
  const retention = readTsdb(storage.fields('tsdb'));
  storage.end();
  for (const name of UNSUPPORTED) {
    if (top.hasItems(name)) throw top.errorAt(name, `${name} is not supported`);
  }
  top.end();
  return { externalLabels, evaluationIntervalMs, ...retention, yaml };
}

function readTsdb(
  tsdb: YamlFields,
): Pick<ServerConfig, 'retentionMs' | 'retentionBytes' | 'retentionPercentage'> {
  const retention = tsdb.fields('retention');
  const read = {
    retentionMs: retention.parsed('time', parseDuration),
    retentionBytes: retention.parsed('size', parseBytes),
    retentionPercentage: retention.parsed('percentage', parsePercentage),
  };
  retention.end();
  const window = tsdb.parsed('out_of_order_time_window', parseDuration);
  if (window !== undefined && window > 0) {
    throw tsdb.errorAt(
      'out_of_order_time_window',
      'storage.tsdb.out_of_order_time_window is not supported: samples are taken in order',
    );
  }
  tsdb.end();
  return read;
}

function parsePercentage(text: string): number {
  const value = Number(text);
  if (text === '' || !(value >= 0 && value <= 100)) throw new Error('it is a number from 0 to 100');
  return value;
}
