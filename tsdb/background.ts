/**
 * Work that goes on by itself: one round after the other, each an interval after the one before
 * has ended, none at the same time as another. A round that fails is told, and the next one waits
 * longer, twice as long after each failure.
 *
 * The timer holds no process alive.
 */

/** After failures a round waits at most so many intervals. */
const WAIT_FACTOR_MAX = 16;
/** What a timer can wait; it takes a longer time for none at all. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Sets a timer and returns what takes it back. */
export type SetTimer = (action: () => void, delayMs: number) => () => void;

export interface BackgroundOptions {
  readonly intervalMs: number;
  /** One round; stops early, and rejects, when `signal` is aborted. */
  readonly round: (signal: AbortSignal) => Promise<void>;
  /** Told what a round failed with. */
  readonly onFailure: (error: unknown) => void;
  /** Default: the system's, without holding the process alive. */
  readonly setTimer?: SetTimer;
}

export class Background {
  private readonly options: BackgroundOptions;
  private readonly setTimer: SetTimer;
  private readonly stopping = new AbortController();
  private cancelTimer: () => void = () => undefined;
  private running: Promise<void> | null = null;
  private failures = 0;

  constructor(options: BackgroundOptions) {
    this.options = options;
    this.setTimer = options.setTimer ?? unheldTimer;
  }

  /** How long the next round waits. */
  get delayMs(): number {
    const factor = Math.min(2 ** this.failures, WAIT_FACTOR_MAX);
    return Math.min(this.options.intervalMs * factor, TIMER_MAX_MS);
  }

  /** Begins with a wait. */
  start(): void {
    this.cancelTimer();
    this.cancelTimer = this.setTimer(() => this.wake(), this.delayMs);
  }

  /** Begins a round now, unless one is under way. */
  wake(): void {
    if (this.stopping.signal.aborted || this.running !== null) return;
    this.cancelTimer();
    this.running = this.run();
  }

  /** Ends the round under way and begins no other. Idempotent. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.cancelTimer();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    try {
      await this.options.round(signal);
      this.failures = 0;
    } catch (error) {
      if (!signal.aborted) {
        this.failures++;
        this.options.onFailure(error);
      }
    } finally {
      this.running = null;
    }
    if (!signal.aborted) this.start();
  }
}

function unheldTimer(action: () => void, delayMs: number): () => void {
  const timer = setTimeout(action, delayMs).unref();
  return () => clearTimeout(timer);
}
