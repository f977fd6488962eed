/** Lets a limited number of queries run at a time; the others wait in their order. */
export class QueryQueue {
  private readonly concurrencyMax: number;
  private running = 0;
  private readonly waiting: Waiting[] = [];

  constructor(concurrencyMax: number) {
    this.concurrencyMax = concurrencyMax;
  }

  /** Resolves when it is the caller's turn, who calls `leave()` at the end. */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.running < this.concurrencyMax) {
      this.running++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = { resolve, onAbort: () => undefined, signal };
      waiting.onAbort = () => {
        this.waiting.splice(this.waiting.indexOf(waiting), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', waiting.onAbort, { once: true });
      this.waiting.push(waiting);
    });
  }

  /** Gives the place to who has waited longest. */
  leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) {
      this.running--;
      return;
    }
    next.signal.removeEventListener('abort', next.onAbort);
    next.resolve();
  }
}

interface Waiting {
  readonly resolve: () => void;
  onAbort: () => void;
  readonly signal: AbortSignal;
}
