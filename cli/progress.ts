/** A progress bar for work that takes longer than a second, where someone sees it. */
import type { SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

/** Shorter work is over before a bar tells anything. */
const DELAY_MS = 1000;

export interface Progress {
  /** How much of how much is done; the total may change. */
  update(done: number, total: number): void;
  /** Takes the bar away. Idempotent. */
  stop(): void;
}

const INVISIBLE: Progress = { update: () => {}, stop: () => {} };

/** Starts to count; `what` says in a word or two what is being done. */
export async function startProgress(
  terminal: Terminal,
  what: string,
  quiet: boolean | undefined,
): Promise<Progress> {
  const stream = terminal.progressStream;
  if (stream === null || quiet === true) return INVISIBLE;
  const { SingleBar } = await import('cli-progress');
  const format = `${what} {bar} {percentage}% | {value}/{total} | {eta_formatted} left`;
  return new DelayedBar(new SingleBar({ stream, format, clearOnComplete: true, hideCursor: true }));
}

class DelayedBar implements Progress {
  private readonly bar: SingleBar;
  private readonly startedMs = Date.now();
  private isDrawn = false;

  constructor(bar: SingleBar) {
    this.bar = bar;
  }

  update(done: number, total: number): void {
    if (!this.isDrawn) {
      if (Date.now() - this.startedMs < DELAY_MS) return;
      this.bar.start(total, done);
      this.isDrawn = true;
      return;
    }
    this.bar.setTotal(total);
    this.bar.update(done);
  }

  stop(): void {
    if (this.isDrawn) this.bar.stop();
    this.isDrawn = false;
  }
}
