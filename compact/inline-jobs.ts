/** Jobs in this thread: for disks that no other thread can reach, and where none can be started. */
import type { WritableDisk } from '../disk/writable-disk.js';
import { Kernel } from '../kernel/kernel.js';
import { ClosedError } from '../model/errors.js';
import type { BlockMeta } from './block-meta.js';
import { type CompactionJob, type JobOptions, type JobRunner, runJob } from './job.js';

export class InlineJobs implements JobRunner {
  private readonly disk: WritableDisk;
  private readonly kernel = new Kernel();
  private readonly closing = new AbortController();
  private last: Promise<unknown> = Promise.resolve();

  constructor(disk: WritableDisk) {
    this.disk = disk;
  }

  /** Jobs run one after the other. */
  run(job: CompactionJob, options: JobOptions = {}): Promise<BlockMeta | null> {
    const run = async (): Promise<BlockMeta | null> => {
      const { signal } = this.closing;
      const either =
        options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]);
      return await runJob(this.disk, job, { ...options, signal: either, kernel: this.kernel });
    };
    const done = this.last.then(run, run);
    this.last = done.catch(() => null);
    return done;
  }

  async close(): Promise<void> {
    this.closing.abort(new ClosedError('the compactor'));
    await this.last;
  }
}
