/**
 * Jobs in a thread of their own, so that making a block does not hold this one. For the real disk.
 *
 * The thread is started by the first job, and ended when none has come for some seconds; it keeps
 * the process alive only while a job runs. Where it cannot be started (its file is not there, as in
 * some bundles), jobs run in this thread. One that dies takes its job with it, and no other.
 */
import { Worker } from 'node:worker_threads';
import type { WritableDisk } from '../disk/writable-disk.js';
import { assert } from '../model/assert.js';
import { ClosedError } from '../model/errors.js';
import { CREATION_SUFFIX } from './block-directory.js';
import type { BlockMeta } from './block-meta.js';
import { InlineJobs } from './inline-jobs.js';
import type { CompactionJob, JobOptions, JobRunner } from './job.js';
import { errorOf, JOB_WORKER, type JobAnswer, type JobRequest } from './job-protocol.js';

const IDLE_MS = 5000;

export interface JobThreadOptions {
  /** How long an idle thread stays; default 5 s. */
  readonly idleMs?: number;
  /** Where the thread's program is; by default beside this one. */
  readonly workerFile?: URL;
}

/** The job that runs. */
interface Running {
  readonly options: JobOptions;
  readonly resolve: (meta: BlockMeta | null) => void;
  readonly reject: (error: unknown) => void;
}

export class JobThread implements JobRunner {
  private readonly disk: WritableDisk;
  private readonly idleMs: number;
  private readonly workerFile: URL;
  private worker: Worker | null = null;
  /** Whether a thread ever came up: then one that dies is no reason to do without. */
  private hasWorked = false;
  private inline: InlineJobs | null = null;
  private running: Running | null = null;
  private last: Promise<unknown> = Promise.resolve();
  private idle: NodeJS.Timeout | null = null;
  private readonly closing = new AbortController();

  /** `disk` is the real one: the thread has its own. */
  constructor(disk: WritableDisk, options: JobThreadOptions = {}) {
    this.disk = disk;
    this.idleMs = options.idleMs ?? IDLE_MS;
    this.workerFile = options.workerFile ?? new URL('./job-worker.js', import.meta.url);
  }

  /** Jobs run one after the other. */
  run(job: CompactionJob, options: JobOptions = {}): Promise<BlockMeta | null> {
    const run = (): Promise<BlockMeta | null> => this.runNext(job, options);
    const done = this.last.then(run, run);
    this.last = done.catch(() => null);
    return done;
  }

  async close(): Promise<void> {
    this.closing.abort(new ClosedError('the compactor'));
    await this.last;
    await this.inline?.close();
    await this.end();
  }

  private async runNext(job: CompactionJob, options: JobOptions): Promise<BlockMeta | null> {
    const { signal: closed } = this.closing;
    const signal =
      options.signal === undefined ? closed : AbortSignal.any([closed, options.signal]);
    signal.throwIfAborted();
    if (this.inline !== null) return await this.inline.run(job, { ...options, signal });
    try {
      return await this.runThere(job, { ...options, signal });
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error;
      if (job.kind !== 'verify') {
        this.disk.remove(this.disk.join(job.dir, job.block.ulid + CREATION_SUFFIX));
      }
      if (this.hasWorked) throw error.cause;
      this.inline = new InlineJobs(this.disk);
      return await this.inline.run(job, { ...options, signal });
    }
  }

  private async runThere(job: CompactionJob, options: JobOptions): Promise<BlockMeta | null> {
    const { signal, onProgress } = options;
    const worker = this.started();
    const abort = (): void => this.send(worker, { kind: 'abort' });
    signal?.addEventListener('abort', abort);
    try {
      return await new Promise((resolve, reject) => {
        this.running = { options, resolve, reject };
        worker.ref();
        this.send(worker, { kind: 'run', job, tells: onProgress !== undefined });
      });
    } catch (error) {
      // Aborting is told with the reason that the caller gave.
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.running = null;
      worker.unref();
      this.endWhenIdle();
    }
  }

  private send(worker: Worker, request: JobRequest): void {
    worker.postMessage(request);
  }

  private started(): Worker {
    if (this.idle !== null) clearTimeout(this.idle);
    this.idle = null;
    if (this.worker !== null) return this.worker;
    const worker = new Worker(this.workerFile, {
      workerData: { worker: JOB_WORKER },
      // Flags of the process, such as --input-type, are not for files.
      execArgv: [],
    });
    this.worker = worker;
    worker.on('message', (answer: JobAnswer) => this.hear(answer));
    let failure: unknown = new Error('the thread of jobs has ended');
    worker.on('error', (error) => (failure = error));
    worker.on('exit', () => {
      if (this.worker === worker) this.worker = null;
      this.running?.reject(new ThreadLost(failure));
    });
    return worker;
  }

  private hear(answer: JobAnswer): void {
    if (answer.kind === 'ready') {
      this.hasWorked = true;
      return;
    }
    const { running } = this;
    assert(running !== null, 'a job that is heard of runs');
    if (answer.kind === 'progress') running.options.onProgress?.(answer.done, answer.total);
    else if (answer.kind === 'done') running.resolve(answer.meta);
    else running.reject(errorOf(answer.error));
  }

  private endWhenIdle(): void {
    if (this.worker === null) return;
    this.idle = setTimeout(() => void this.end(), this.idleMs);
    this.idle.unref();
  }

  private async end(): Promise<void> {
    if (this.idle !== null) clearTimeout(this.idle);
    this.idle = null;
    const { worker } = this;
    this.worker = null;
    await worker?.terminate();
  }
}

/** The thread is gone, with the job that ran; the cause is why. */
class ThreadLost extends Error {
  constructor(cause: unknown) {
    super('the thread of jobs is gone', { cause });
  }
}
