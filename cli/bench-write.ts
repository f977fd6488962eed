/**
 * `mmtsdb bench write`: promtool's load on a database of ours, and what it prints
 * (cmd/promtool/tsdb.go, `benchmarkWrite`). Series in shards of a thousand; of each shard a hundred
 * scrapes one after the other, all shards at once; then the next hundred.
 */
import { NodeWritableDisk } from '../disk/node-writable-disk.js';
import { InputError, ArgumentError } from '../model/errors.js';
import { Labels } from '../model/labels.js';
import { decodeUtf8 } from '../model/utf8.js';
import { Database, type DatabaseOptions } from '../tsdb/db.js';
import { EXIT_OK } from './exit-codes.js';
import { formatDuration } from './go-duration.js';
import { loggerOf, type Terminal } from './terminal.js';

const STEP_MS = 30_000;
const SHARD_SERIES = 1000;
const SCRAPES_PER_GROUP = 100;
const FIRST_VALUE = 123_456_789;
const VALUE_STEP = 1000;
const INPUT_BYTES_MAX = 1024 * 1024 * 1024;

export interface BenchWriteFlags {
  /** Where the database is made, in `storage`; what lies there is removed first. */
  readonly out: string;
  /** At most so many series of the file. */
  readonly metrics: number;
  /** Of each series; rounded up to hundreds. */
  readonly scrapes: number;
  readonly walWorker?: boolean;
  readonly fsync?: boolean;
  readonly walCompression?: DatabaseOptions['walCompression'];
}

export async function benchWrite(
  file: string,
  flags: BenchWriteFlags,
  terminal: Terminal,
): Promise<number> {
  const disk = new NodeWritableDisk();
  const say = (line: string): void => terminal.out.write(`${line}\n`);
  const dir = emptyDirectory(disk, flags.out);
  const db = await Database.open(dir, {
    background: false,
    walWorker: flags.walWorker === true,
    durability: flags.fsync === true ? 'fsync' : 'process',
    walCompression: flags.walCompression ?? 'none',
    logger: loggerOf(terminal, false),
  });
  try {
    const { value: series } = await stage('readData', say, () => {
      const text = decodeUtf8(disk.readFile(file, INPUT_BYTES_MAX));
      return Promise.resolve(parseSeries(file, text, flags.metrics));
    });
    const { value: total, tookMs } = await stage('ingestScrapes', say, async () => {
      const count = await ingest(db, series, flags.scrapes);
      say('ingestion completed');
      return count;
    });
    say(` > total samples: ${total}`);
    say(` > samples/sec: ${total / (tookMs / 1000)}`);
    await stage('stopStorage', say, () => db.close());
  } finally {
    await db.close();
  }
  return EXIT_OK;
}

/** Removes what is there, but only what an earlier run has made. */
function emptyDirectory(disk: NodeWritableDisk, out: string): string {
  const dir = disk.join(out, 'storage');
  if (disk.exists(out)) {
    const others = disk.list(out).filter(({ name }) => name !== 'storage');
    if (others.length > 0) {
      throw new ArgumentError(`${out} holds ${others[0].name}, which is not ours; not removed`);
    }
  }
  disk.remove(dir);
  return dir;
}

async function stage<T>(
  name: string,
  say: (line: string) => void,
  run: () => Promise<T>,
): Promise<{ value: T; tookMs: number }> {
  say(`>> start stage=${name}`);
  const startedMs = performance.now();
  const value = await run();
  const tookMs = performance.now() - startedMs;
  say(`>> completed stage=${name} duration=${formatDuration(Math.round(tookMs))}`);
  return { value, tookMs };
}

/** How many samples were committed. */
async function ingest(db: Database, series: readonly Labels[], scrapes: number): Promise<number> {
  const shards: (readonly Labels[])[] = [];
  for (let i = 0; i < series.length; i += SHARD_SERIES) {
    shards.push(series.slice(i, i + SHARD_SERIES));
  }
  let total = 0;
  for (let done = 0; done < scrapes; done += SCRAPES_PER_GROUP) {
    const counts = await Promise.all(shards.map((shard) => ingestShard(db, shard, done * STEP_MS)));
    for (const count of counts) total += count;
  }
  return total;
}

async function ingestShard(
  db: Database,
  series: readonly Labels[],
  baseTime: number,
): Promise<number> {
  const refs: number[] = [];
  let value = FIRST_VALUE;
  for (let scrape = 1; scrape <= SCRAPES_PER_GROUP; scrape++) {
    const appender = db.appender();
    const time = baseTime + scrape * STEP_MS;
    value += VALUE_STEP;
    for (let i = 0; i < series.length; i++) {
      refs[i] = appender.append(refs[i] ?? series[i], time, value);
    }
    await appender.commit();
  }
  return SCRAPES_PER_GROUP * series.length;
}

/** `{"__name__":"up","job":"node"}` a line: values hold neither commas nor colons. */
export function parseSeries(path: string, text: string, countMax: number): Labels[] {
  const found = new Map<string, Labels>();
  for (const [index, line] of text.split('\n').entries()) {
    if (found.size === countMax) break;
    if (line.trim() === '') continue;
    const entries = line
      .replaceAll(/["{}]/g, '')
      .split(',')
      .map((pair): [string, string] => {
        const [name, value] = pair.split(':');
        if (value === undefined) throw new InputError(path, index + 1, `no label: ${pair}`);
        return [name, value];
      });
    const labels = Labels.from(Object.fromEntries(entries));
    found.set(labels.key(), labels);
  }
  return [...found.values()];
}
