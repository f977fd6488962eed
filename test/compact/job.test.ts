/** Jobs: in this thread, behind a message port, and in a thread of their own. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { BlockWriter, symbolsOf } from '../../compact/block-writer.js';
import { InlineJobs } from '../../compact/inline-jobs.js';
import type { CompactionJob } from '../../compact/job.js';
import { errorOf, type JobAnswer, partsOf } from '../../compact/job-protocol.js';
import { JobThread } from '../../compact/job-thread.js';
import { serveJobs } from '../../compact/job-worker.js';
import { rewrittenBlock } from '../../compact/merged-meta.js';
import { readBlockMeta } from '../../compact/open-block.js';
import { NodeWritableDisk } from '../../disk/node-writable-disk.js';
import { Columns } from '../../model/columns.js';
import {
  ClosedError,
  CorruptionError,
  DiskError,
  NoSpaceError,
  ReadOnlyError,
} from '../../model/errors.js';
import { Labels } from '../../model/labels.js';
import { blockFiles } from '../../bench/support/block-files.js';
import { ULID } from '../support/block-builder.js';
import { scratchFolder } from '../support/scratch.js';
import { TestHead } from '../support/test-head.js';

const NEW = '01M83CBQBZ9SNCY7D5VAF4K1AA';
/** So many that a job is far from its end when its first progress is heard of here. */
const LONG_SERIES = 80_000;
const disk = new NodeWritableDisk();
/** Built by scripts/setup.mjs, before any test runs. */
const WORKER = pathToFileURL(resolve(__dirname, '../../dist/compact/job-worker.js'));

/** A directory with a block of so many series, and the job that rewrites it. */
function blockOf(seriesCount: number): { dir: string; job: CompactionJob } {
  const dir = scratchFolder();
  const path = join(dir, ULID);
  const sets = Array.from({ length: seriesCount }, (_, i) => Labels.from({ n: `${10_000 + i}` }));
  const writer = new BlockWriter(
    blockFiles(path),
    { ulid: ULID, minTime: 0, maxTime: 100 },
    symbolsOf(sets),
  );
  const samples = new Columns();
  samples.commitFloats(1);
  for (const labels of sets) writer.writeSamples(labels, samples);
  writer.finish();
  const block = rewrittenBlock(NEW, readBlockMeta(disk, path));
  return { dir, job: { kind: 'merge', dir, block, sources: [path] } };
}

function blocksIn(dir: string): string[] {
  return readdirSync(dir).sort();
}

describe.each(['inline', 'thread'] as const)('jobs in a runner (%s)', (kind) => {
  const runner = (): InlineJobs | JobThread =>
    kind === 'inline' ? new InlineJobs(disk) : new JobThread(disk, { workerFile: WORKER });

  it('make a block and tell how far they are', async () => {
    const { dir, job } = blockOf(3);
    const jobs = runner();
    const told: number[][] = [];
    const onProgress = (done: number, total: number): void => void told.push([done, total]);
    const meta = await jobs.run(job, { onProgress });
    expect(meta).toMatchObject({ ulid: NEW, stats: { numSeries: 3, numSamples: 3 } });
    expect(blocksIn(dir)).toEqual([ULID, NEW].sort());
    expect(told.at(-1)).toEqual([3, 3]);
    await jobs.close();
  });

  it('make a block of a head', async () => {
    const dir = scratchFolder();
    const chunksDir = join(dir, 'chunks_head');
    mkdirSync(chunksDir);
    const head = new TestHead(disk, chunksDir);
    const times = Float64Array.from({ length: 300 }, (_, i) => i);
    head.add({ labels: [['n', 'a']], times, values: times });
    const block = { ulid: NEW, minTime: 0, maxTime: 1000 };
    const jobs = runner();
    const snapshot = await head.finish();
    const meta = await jobs.run({ kind: 'head', dir, block, snapshot, chunksDir });
    expect(meta?.stats.numSamples).toBe(300);
    await jobs.close();
  });

  it('read a block back, and say what is wrong with it', async () => {
    const { dir, job } = blockOf(3);
    const jobs = runner();
    await jobs.run(job);
    const path = join(dir, NEW);
    await expect(jobs.run({ kind: 'verify', path })).resolves.toMatchObject({ ulid: NEW });
    writeFileSync(join(path, 'chunks/000001'), new Uint8Array(100));
    const damaged = jobs.run({ kind: 'verify', path });
    await expect(damaged).rejects.toBeInstanceOf(CorruptionError);
    await expect(damaged).rejects.toMatchObject({ path: join(path, 'chunks/000001') });
    await jobs.close();
  });

  it('run one after the other, and one that fails does not keep the next from running', async () => {
    const { dir, job } = blockOf(3);
    const jobs = runner();
    const missing = { ...job, sources: [join(dir, 'none')] } as CompactionJob;
    const results = await Promise.allSettled([jobs.run(missing), jobs.run(job)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(results[0]).toMatchObject({ reason: { code: 'TSDB_IO', errno: 'ENOENT' } });
    await jobs.close();
  });

  it('are aborted with the reason that was given, and leave nothing behind', async () => {
    const { dir, job } = blockOf(LONG_SERIES);
    const jobs = runner();
    const abort = new AbortController();
    const onProgress = (): void => abort.abort(new Error('enough'));
    await expect(jobs.run(job, { signal: abort.signal, onProgress })).rejects.toThrow('enough');
    expect(blocksIn(dir)).toEqual([ULID]);
    const aborted = AbortSignal.abort(new Error('before'));
    await expect(jobs.run(job, { signal: aborted })).rejects.toThrow('before');
    await jobs.close();
  });

  it('end when their runner is closed', async () => {
    const { dir, job } = blockOf(LONG_SERIES);
    const jobs = runner();
    const begun = new Promise<void>((resolve) => {
      const running = jobs.run(job, { onProgress: () => resolve() });
      running.catch(() => undefined);
    });
    const waiting = jobs.run(job);
    await begun;
    await Promise.all([jobs.close(), expect(waiting).rejects.toThrow(ClosedError)]);
    expect(blocksIn(dir).filter((name) => name.includes('tmp'))).toEqual([]);
    await expect(jobs.run(job)).rejects.toThrow(ClosedError);
  });
});

describe('a thread of jobs', () => {
  it('does without where its program is not there', async () => {
    const { job } = blockOf(3);
    const jobs = new JobThread(disk, { workerFile: pathToFileURL('/nowhere/job-worker.js') });
    expect(await jobs.run(job)).toMatchObject({ ulid: NEW });
    await jobs.close();
  });

  it('that dies takes its job with it, and what that had made; the next one runs', async () => {
    const { dir, job } = blockOf(3);
    const file = join(scratchFolder(), 'dying.mjs');
    const ready = `import { parentPort } from 'node:worker_threads';
      parentPort.postMessage({ kind: 'ready' });
      parentPort.on('message', () => { throw new Error('it died'); });`;
    writeFileSync(file, ready);
    mkdirSync(join(dir, `${NEW}.tmp-for-creation`));
    const jobs = new JobThread(disk, { workerFile: pathToFileURL(file) });
    await expect(jobs.run(job)).rejects.toThrow('it died');
    expect(blocksIn(dir)).toEqual([ULID]);
    await expect(jobs.run(job)).rejects.toThrow('it died');
    await jobs.close();
  });

  it('ends when it is idle, and is started again', async () => {
    const { job } = blockOf(3);
    const jobs = new JobThread(disk, { workerFile: WORKER, idleMs: 0 });
    expect(await jobs.run(job)).toMatchObject({ ulid: NEW });
    disk.remove(join((job as { dir: string }).dir, NEW));
    expect(await jobs.run(job)).toMatchObject({ ulid: NEW });
    await jobs.close();
  });

  it('has been built', () => {
    expect(existsSync(WORKER)).toBe(true);
  });
});

it('a port is answered: ready, progress, done or failed', async () => {
  const { job } = blockOf(3);
  const { port1, port2 } = new MessageChannel();
  const answers: JobAnswer[] = [];
  const finished = (): Promise<void> =>
    new Promise((resolve) => {
      port1.removeAllListeners('message').on('message', (answer: JobAnswer) => {
        answers.push(answer);
        if (answer.kind === 'done' || answer.kind === 'failed') resolve();
      });
    });
  serveJobs(disk, port2);
  port1.postMessage({ kind: 'run', job, tells: true });
  await finished();
  port1.postMessage({ kind: 'abort' });
  port1.postMessage({ kind: 'run', job: { ...job, sources: ['/nowhere'] }, tells: false });
  await finished();
  port1.close();
  expect(answers.map(({ kind }) => kind)).toEqual(['ready', 'progress', 'done', 'failed']);
});

it('errors keep their class, their code and what they tell', () => {
  const errors = [
    new CorruptionError('/p', 7, 'why'),
    new DiskError('m', '/p', 'EIO'),
    new NoSpaceError('m', '/p', 'ENOSPC'),
    new ReadOnlyError('m', '/p', 'EROFS'),
    new ClosedError('it'),
    new TypeError('bug'),
  ];
  for (const error of errors) {
    const came = errorOf(structuredClone(partsOf(error)));
    expect(came).toMatchObject({ ...error, name: error.name, message: error.message });
    if (error.name !== 'TypeError') expect(came.constructor).toBe(error.constructor);
  }
  expect(errorOf(partsOf('text'))).toMatchObject({ message: 'text' });
});
