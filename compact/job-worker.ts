/** The thread of jobs: carries out one at a time, and tells how far it is. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { NodeWritableDisk } from '../disk/node-writable-disk.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import { Kernel } from '../kernel/kernel.js';
import { runJob } from './job.js';
import {
  JOB_WORKER,
  type JobAnswer,
  type JobRequest,
  type JobWorkerData,
  partsOf,
} from './job-protocol.js';

/** The side of a `MessagePort` that is needed. */
export type JobWorkerPort = Pick<MessagePort, 'postMessage' | 'on'>;

/** Serves the jobs that come in at `port`. */
export function serveJobs(disk: WritableDisk, port: JobWorkerPort): void {
  const kernel = new Kernel();
  const answer = (message: JobAnswer): void => port.postMessage(message);
  let running: AbortController | null = null;
  const run = async ({ job, tells }: JobRequest & { kind: 'run' }): Promise<void> => {
    running = new AbortController();
    const { signal } = running;
    const onProgress = tells
      ? (done: number, total: number): void => answer({ kind: 'progress', done, total })
      : undefined;
    try {
      answer({ kind: 'done', meta: await runJob(disk, job, { kernel, signal, onProgress }) });
    } catch (error) {
      answer({ kind: 'failed', error: partsOf(error) });
    }
    running = null;
  };
  port.on('message', (request: JobRequest) => {
    if (request.kind === 'abort') running?.abort();
    else void run(request);
  });
  answer({ kind: 'ready' });
}

if (parentPort !== null && (workerData as JobWorkerData | null)?.worker === JOB_WORKER) {
  serveJobs(new NodeWritableDisk(), parentPort);
}
