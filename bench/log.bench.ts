/**
 * Writing the log: in this thread and by a thread of its own, for groups of 1, 10 and 100 records
 * of 11 KB, which is what a scrape of 1,000 series takes; with each durability.
 *
 *     npm run bench -- log [--small] [--json]
 *
 * Groups are written one after the other, and several at once as a busy server has them. What the
 * records are made of costs nothing here: the same bytes are written again and again.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { NodeWritableDisk } from '../disk/node-writable-disk.js';
import type { Durability } from '../wal/log.js';
import { openWorkerLog, type WorkerLog } from '../wal/worker-log.js';
import { type LogWriter, openLog } from '../wal/writer.js';
import { measure } from './support/measure.js';
import { seeded } from './support/random.js';
import { formatNumber, formatTable } from './support/report.js';

const RECORD_BYTES = 11_000;
const SAMPLE_BYTES = 11;
/** Groups that wait at the same time. */
const CONCURRENT = 16;

export interface LogParameters {
  /** Written in a round. */
  readonly records: number;
  /** The same where each group waits for a sync. */
  readonly syncedRecords: number;
  readonly rounds: number;
  /** Whether the other thread is measured: only where there is a built one. */
  readonly worker: boolean;
}

export const FULL: LogParameters = {
  records: 20_000,
  syncedRecords: 2000,
  rounds: 3,
  worker: true,
};
export const SMALL: LogParameters = { records: 40, syncedRecords: 20, rounds: 1, worker: false };

export interface LogRow {
  readonly thread: 'this' | 'worker';
  readonly durability: string;
  readonly recordsPerGroup: number;
  readonly isConcurrent: boolean;
  readonly megabytesPerSecond: number;
  readonly nanosecondsPerSample: number;
  /** Processor time of the whole process, the worker's included. */
  readonly cpuNanosecondsPerSample: number;
  readonly loopMaxMs: number;
}

const DURABILITIES: readonly Durability[] = ['process', { intervalMs: 100 }, 'fsync'];

export async function run(parameters: LogParameters): Promise<LogRow[]> {
  const rows: LogRow[] = [];
  for (const durability of DURABILITIES) {
    for (const recordsPerGroup of [1, 10, 100]) {
      for (const isConcurrent of [false, true]) {
        rows.push(await row('this', durability, recordsPerGroup, isConcurrent, parameters));
        if (!parameters.worker) continue;
        rows.push(await row('worker', durability, recordsPerGroup, isConcurrent, parameters));
      }
    }
  }
  return rows;
}

async function row(
  thread: 'this' | 'worker',
  durability: Durability,
  recordsPerGroup: number,
  isConcurrent: boolean,
  parameters: LogParameters,
): Promise<LogRow> {
  const records = durability === 'fsync' ? parameters.syncedRecords : parameters.records;
  const groups = Math.ceil(records / recordsPerGroup);
  const dir = mkdtempSync(join(tmpdir(), 'mmtsdb-log-'));
  const disk = new NodeWritableDisk();
  mkdirSync(join(dir, 'wal'));
  try {
    const open = thread === 'this' ? openLog : openWorkerLog;
    const log = await open(disk, join(dir, 'wal'), { durability });
    const options = { rounds: parameters.rounds, warmUpMs: null };
    const samples = (groups * recordsPerGroup * RECORD_BYTES) / SAMPLE_BYTES;
    const { ms, cpuMs, loopMaxMs } = await measure(async () => {
      await writeGroups(log, groups, recordsPerGroup, isConcurrent ? CONCURRENT : 1);
      return { results: groups, samples };
    }, options);
    await log.close();
    return {
      thread,
      durability: typeof durability === 'string' ? durability : `${durability.intervalMs} ms`,
      recordsPerGroup,
      isConcurrent,
      megabytesPerSecond: (samples * SAMPLE_BYTES) / 1e3 / ms,
      nanosecondsPerSample: (ms * 1e6) / samples,
      cpuNanosecondsPerSample: (cpuMs * 1e6) / samples,
      loopMaxMs,
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const RECORD = makeRecord();

async function writeGroups(
  log: LogWriter | WorkerLog,
  groups: number,
  recordsPerGroup: number,
  concurrent: number,
): Promise<void> {
  for (let done = 0; done < groups; done += concurrent) {
    const flushes: Promise<void>[] = [];
    for (let i = 0; i < Math.min(concurrent, groups - done); i++) {
      for (let j = 0; j < recordsPerGroup; j++) log.add(RECORD);
      flushes.push(log.flush());
    }
    await Promise.all(flushes);
    // As commits do: they are gathered in turns of the loop.
    await setImmediate();
  }
}

function makeRecord(): Uint8Array {
  const random = seeded(42);
  return Uint8Array.from({ length: RECORD_BYTES }, () => Math.floor(random() * 256));
}

export function table(rows: readonly LogRow[]): string {
  return formatTable(rows, [
    { head: 'durability', cell: (one) => one.durability },
    { head: 'thread', cell: (one) => one.thread },
    { head: 'records/group', cell: (one) => String(one.recordsPerGroup) },
    { head: 'at once', cell: (one) => String(one.isConcurrent ? CONCURRENT : 1) },
    { head: 'MB/s', cell: (one) => formatNumber(one.megabytesPerSecond) },
    { head: 'ns/sample', cell: (one) => formatNumber(one.nanosecondsPerSample) },
    { head: 'cpu ns', cell: (one) => formatNumber(one.cpuNanosecondsPerSample) },
    { head: 'loop max ms', cell: (one) => formatNumber(one.loopMaxMs) },
  ]);
}

async function main(args: readonly string[]): Promise<void> {
  const rows = await run(args.includes('--small') ? { ...SMALL, worker: true } : FULL);
  process.stdout.write(`${args.includes('--json') ? JSON.stringify(rows) : table(rows)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  void main(process.argv.slice(2));
}
