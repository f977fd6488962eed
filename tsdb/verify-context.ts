/** What all checks of one `verifyDirectory` share: the disk, the findings, the counts, the pace. */
import type { Disk } from '../disk/disk.js';
import { Kernel } from '../kernel/kernel.js';
import type { Steps } from '../model/steps.js';
import type { Findings } from './findings.js';
import { Pacer } from '../model/pacer.js';

/** What was read. */
export interface VerifyCounts {
  blocks: number;
  series: number;
  chunks: number;
  /** In blocks. */
  samples: number;
  headChunks: number;
  logRecords: number;
}

/** How many bytes of all files are done. */
export interface VerifyProgress {
  readonly done: number;
  readonly total: number;
}

export interface VerifyPace {
  readonly total: number;
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly signal?: AbortSignal;
}

export class VerifyContext {
  readonly disk: Disk;
  readonly findings: Findings;
  /** Decodes the chunks of all blocks. */
  readonly kernel = new Kernel();
  readonly counts: VerifyCounts = {
    blocks: 0,
    series: 0,
    chunks: 0,
    samples: 0,
    headChunks: 0,
    logRecords: 0,
  };
  private readonly pace: VerifyPace;
  private readonly pacer = new Pacer();
  private done = 0;

  constructor(disk: Disk, findings: Findings, pace: VerifyPace) {
    this.disk = disk;
    this.findings = findings;
    this.pace = pace;
  }

  /** Counts bytes as read; true when it is time to `await turn()`. */
  isDue(bytes: number): boolean {
    this.done += bytes;
    return this.pacer.isDue(bytes);
  }

  /** Lets the event loop run, tells how far we are, and throws the reason of an abort. */
  async turn(): Promise<void> {
    const { total, onProgress, signal } = this.pace;
    onProgress?.({ done: Math.min(this.done, total), total });
    await this.pacer.turn(signal);
  }

  /** Does work in steps with turns in between; it does not count as progress. */
  run<T>(steps: Steps<T>): Promise<T> {
    return this.pacer.run(steps, this.pace.signal);
  }

  /** Runs a check; what it throws is damage of `path`. False if it threw. */
  attempt(path: string, check: () => void): boolean {
    try {
      check();
      return true;
    } catch (error) {
      this.findings.error(error, path);
      return false;
    }
  }
}
