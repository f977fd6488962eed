/** A gate that lets so many through at a time; the others wait in order. */

export class Gate {
  private readonly max: number;
  private inside = 0;
  private readonly waiting = new Set<() => void>();

  constructor(max: number) {
    this.max = max;
  }

  /** Runs `work` when there is room. Throws the reason of a signal that aborts while waiting. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const leave = await this.enter(signal);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Waits for room; the returned function gives it back, once. */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    // Whoever leaves hands its place on, so that nobody overtakes those who wait.
    if (this.inside < this.max) this.inside++;
    else await this.turn(signal);
    let isInside = true;
    return () => {
      if (isInside) this.leave();
      isInside = false;
    };
  }

  private async turn(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      const stop = (): void => {
        this.waiting.delete(go);
        reject(signal.reason as Error);
      };
      this.waiting.add(go);
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  private leave(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.inside--;
      return;
    }
    this.waiting.delete(next);
    next();
  }
}
