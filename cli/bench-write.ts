/**
 * `mmtsdb bench write`: promtool's load on a database of ours, and what it prints
 * (cmd/promtool/tsdb.go, `benchmarkWrite`).
 */
import { NodeWritableDisk } from '../disk/node-writable-disk.js';
import { ArgumentError } from '../model/errors.js';
import { Database, type DatabaseOptions } from '../tsdb/db.js';
import { EXIT_OK } from './exit-codes.js';
import { formatDuration } from './go-duration.js';
import { readSeries } from './series-file.js';
import { loggerOf, type Terminal } from './terminal.js';
import { WriteLoad } from './write-load.js';

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
    const { value: load } = await stage('readData', say, () =>
      Promise.resolve(new WriteLoad(readSeries(file, flags.metrics), flags.scrapes)),
    );
    const { value: total, tookMs } = await stage('ingestScrapes', say, async () => {
      const count = await load.run(db);
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
