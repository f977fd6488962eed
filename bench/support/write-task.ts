/**
 * One measured piece of writing. As a program it takes the task as JSON, runs it in a process that
 * did nothing before, and prints the result as JSON.
 */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readSeries } from '../../cli/series-file.js';
import { readBlockMeta } from '../../compact/open-block.js';
import { JobThread } from '../../compact/job-thread.js';
import { mergedBlock } from '../../compact/merged-meta.js';
import { NodeWritableDisk } from '../../disk/node-writable-disk.js';
import { Labels } from '../../model/labels.js';
import { Database, type DatabaseOptions } from '../../tsdb/db.js';
import { numberedUlid } from './data-directories.js';
import { type LoadName, loadOf } from './loads.js';
import { type Found, leastOf, measure, type Measurement } from './measure.js';
import { processMemory } from './process-status.js';
import { runProgram } from './program.js';

export type WriteTask =
  | {
      /** Appends a load to a new database in `dir`. */
      readonly kind: 'ingest';
      readonly dir: string;
      readonly load: LoadName;
      /** The file of series, how many of them, and how many samples of each. */
      readonly file: string;
      readonly series: number;
      readonly scrapes: number;
      readonly options: Pick<DatabaseOptions, 'walWorker' | 'durability' | 'walCompression'>;
      /** Whether compaction runs all the while. */
      readonly compacts: boolean;
    }
  /** Opens the database in `dir`, and closes it unmeasured. */
  | { readonly kind: 'replay'; readonly dir: string }
  | {
      /** Fills a head, and makes a block of it several times. */
      readonly kind: 'head-block';
      readonly dir: string;
      readonly series: number;
      readonly samples: number;
      readonly stepMs: number;
      readonly rounds: number;
    }
  | {
      /** Merges blocks into one below `dir`, by a thread that has merged so many times before. */
      readonly kind: 'merge';
      readonly dir: string;
      readonly sources: readonly string[];
      readonly before: number;
    };

export interface WriteResult extends Measurement, Found {
  /** The most that the whole process held while it was measured, its own data included. */
  readonly peakRssBytes: number | null;
  /** What it held of that when the load was dropped, and before the database was closed. */
  readonly afterRssBytes: number | null;
  /** What the database says of its head. */
  readonly headBytes: number | null;
}

const NOT_MEASURED = { peakRssBytes: null, afterRssBytes: null, headBytes: null };
const ONCE = { rounds: 1, warmUpMs: null };

/** Runs `task` in this process. */
export async function runWriteTask(task: WriteTask): Promise<WriteResult> {
  switch (task.kind) {
    case 'ingest':
      return ingest(task);
    case 'replay':
      return replay(task.dir);
    case 'head-block':
      return makeHeadBlocks(task);
    case 'merge':
      return merge(task);
  }
}

/** Runs `task` in a process of its own. */
export async function runWriteTaskInChild(task: WriteTask): Promise<WriteResult> {
  const program = fileURLToPath(import.meta.url);
  const args = ['--expose-gc', program, JSON.stringify(task)];
  const { stdout } = await runProgram(process.execPath, args);
  return JSON.parse(stdout) as WriteResult;
}

async function ingest(task: WriteTask & { kind: 'ingest' }): Promise<WriteResult> {
  const { dir, load, file, series, scrapes, options, compacts } = task;
  const db = await Database.open(dir, { ...options, background: false });
  try {
    const measured = await ingestLoad(db, load, { file, series, scrapes, compacts });
    const peak = processMemory();
    collectGarbage();
    // Twice: what finalizers free is found by the next one.
    await nextTurn();
    collectGarbage();
    return {
      ...measured,
      peakRssBytes: peak?.peakRssBytes ?? null,
      afterRssBytes: processMemory()?.rssBytes ?? null,
      headBytes: db.memory().total,
    };
  } finally {
    await db.close();
  }
}

/** In a function of its own, so that the load is garbage afterwards. */
async function ingestLoad(
  db: Database,
  name: LoadName,
  {
    file,
    series,
    scrapes,
    compacts,
  }: Pick<WriteTask & { kind: 'ingest' }, 'file' | 'series' | 'scrapes' | 'compacts'>,
): Promise<Measurement & Found> {
  const load = loadOf(name, readSeries(file, series), scrapes);
  return measure(async () => {
    let isDone = false;
    const compacting = compacts ? compactUntil(db, () => isDone) : Promise.resolve(0);
    let samples: number;
    try {
      samples = await load.run(db);
    } finally {
      isDone = true;
    }
    return { results: await compacting, samples };
  }, ONCE);
}

/** Compacts over and over; resolves with how many blocks were made. */
async function compactUntil(db: Database, isDone: () => boolean): Promise<number> {
  let made = 0;
  while (!isDone()) {
    made += (await db.compact()).length;
    await nextTurn();
  }
  return made;
}

async function replay(dir: string): Promise<WriteResult> {
  const opened: Database[] = [];
  // Loads the modules: a server's figure does not hold its start either.
  await (await Database.open(`${dir}-empty`, { background: false })).close();
  const measured = await measure(async () => {
    const db = await Database.open(dir, { background: false, retentionMs: 0 });
    opened.push(db);
    return { results: 0, samples: 0 };
  }, ONCE);
  const [db] = opened;
  const { numSeries } = (await db.stats()).headStats;
  await db.close();
  return { ...measured, ...NOT_MEASURED, results: numSeries };
}

async function makeHeadBlocks(task: WriteTask & { kind: 'head-block' }): Promise<WriteResult> {
  const { dir, series, samples, stepMs, rounds } = task;
  const db = await Database.open(join(dir, 'db'), { background: false });
  try {
    await fillHead(db, series, samples, stepMs);
    const measured: (Measurement & Found)[] = [];
    for (let round = 0; round < rounds; round++) {
      const target = join(dir, `snapshot-${round}`);
      const once = await measure(async () => {
        await db.snapshot(target);
        return { results: 1, samples: series * samples };
      }, ONCE);
      measured.push(once);
    }
    return { ...leastOf(measured), ...NOT_MEASURED };
  } finally {
    await db.close();
  }
}

/** The head of `compaction head` in peers/prometheus. */
async function fillHead(
  db: Database,
  series: number,
  samples: number,
  stepMs: number,
): Promise<void> {
  const refs: number[] = [];
  for (let i = 0; i < samples; i++) {
    const appender = db.appender();
    for (let s = 0; s < series; s++) {
      const value = ((s * 7919 + i * i * 31 + i * 17) % 100_003) / 1000;
      const name = refs[s] ?? headLabels(s);
      refs[s] = appender.append(name, i * stepMs, value);
    }
    await appender.commit();
  }
}

function headLabels(series: number): Labels {
  return Labels.from({ __name__: 'test_metric', instance: `host-${series}`, job: 'test' });
}

async function merge(task: WriteTask & { kind: 'merge' }): Promise<WriteResult> {
  const { dir, sources, before } = task;
  const disk = new NodeWritableDisk();
  const metas = sources.map((path) => readBlockMeta(disk, path));
  const jobs = new JobThread(disk);
  try {
    // A thread comes up with its first job, here with one that fails.
    await jobs.run({ kind: 'verify', path: join(dir, 'none') }).catch(() => null);
    for (let i = 0; ; i++) {
      const block = mergedBlock(numberedUlid(i), metas);
      const measured = await measure(async () => {
        const meta = await jobs.run({ kind: 'merge', dir, block, sources });
        return { results: meta?.stats.numSeries ?? 0, samples: meta?.stats.numSamples ?? 0 };
      }, ONCE);
      if (i === before) return { ...measured, ...NOT_MEASURED };
      disk.remove(join(dir, block.ulid));
    }
  } finally {
    await jobs.close();
  }
}

function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const task = JSON.parse(process.argv[2]) as WriteTask;
  void runWriteTask(task).then((result) => process.stdout.write(JSON.stringify(result)));
}
