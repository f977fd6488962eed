/** Work in rounds: one at a time, later after failures, ended by stop. */
import { setImmediate } from 'node:timers/promises';
import { Background } from '../../tsdb/background.js';

class Fixture {
  readonly delays: number[] = [];
  readonly failures: unknown[] = [];
  rounds = 0;
  outcome: () => Promise<void> = () => Promise.resolve();
  private due: (() => void) | null = null;
  readonly background = new Background({
    intervalMs: 100,
    round: (signal) => {
      this.rounds++;
      this.signal = signal;
      return this.outcome();
    },
    onFailure: (error) => this.failures.push(error),
    setTimer: (action, delayMs) => {
      this.delays.push(delayMs);
      this.due = action;
      return () => {
        if (this.due === action) this.due = null;
      };
    },
  });
  signal: AbortSignal | null = null;

  get isWaiting(): boolean {
    return this.due !== null;
  }

  /** The time of the timer has come, and all that follows from it has happened. */
  async elapse(): Promise<void> {
    const { due } = this;
    this.due = null;
    due?.();
    await setImmediate();
  }
}

describe('background work', () => {
  it('waits an interval before each round', async () => {
    const fixture = new Fixture();
    fixture.background.start();
    expect(fixture.rounds).toBe(0);
    await fixture.elapse();
    await fixture.elapse();
    expect(fixture.rounds).toBe(2);
    expect(fixture.delays).toEqual([100, 100, 100]);
    await fixture.background.stop();
    expect(fixture.isWaiting).toBe(false);
  });

  it('waits twice as long after each failure, up to a limit, and as before after success', async () => {
    const fixture = new Fixture();
    const failure = new Error('no');
    fixture.outcome = () => Promise.reject(failure);
    fixture.background.start();
    for (let i = 0; i < 6; i++) await fixture.elapse();
    expect(fixture.delays).toEqual([100, 200, 400, 800, 1600, 1600, 1600]);
    expect(fixture.failures).toEqual(Array.from({ length: 6 }, () => failure));
    fixture.outcome = () => Promise.resolve();
    await fixture.elapse();
    expect(fixture.delays.at(-1)).toBe(100);
    await fixture.background.stop();
  });

  it('never waits longer than a timer can, which would not wait at all', () => {
    const background = new Background({
      intervalMs: 2 ** 31 + 5,
      round: () => Promise.resolve(),
      onFailure: () => undefined,
    });
    expect(background.delayMs).toBe(2 ** 31 - 1);
  });

  it('begins at once when it is woken, and never twice at the same time', async () => {
    const fixture = new Fixture();
    let end = (): void => undefined;
    fixture.outcome = () => new Promise((resolve) => (end = resolve));
    fixture.background.start();
    fixture.background.wake();
    fixture.background.wake();
    expect(fixture.rounds).toBe(1);
    expect(fixture.isWaiting).toBe(false);
    end();
    await setImmediate();
    expect(fixture.isWaiting).toBe(true);
    await fixture.background.stop();
  });

  it('is ended by stop, which waits for the round and swallows its abort', async () => {
    const fixture = new Fixture();
    fixture.outcome = () =>
      new Promise((_, reject) => {
        fixture.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    fixture.background.wake();
    await fixture.background.stop();
    await fixture.background.stop();
    fixture.background.wake();
    expect(fixture).toMatchObject({ rounds: 1, failures: [], isWaiting: false });
  });

  it('has a timer of the system’s where none is given', async () => {
    const background = await new Promise<Background>((resolve) => {
      const started: Background = new Background({
        intervalMs: 1,
        round: () => Promise.resolve(resolve(started)),
        onFailure: () => undefined,
      });
      started.start();
      // The timer holds no process, and so not this test either.
      setTimeout(() => undefined, 1000).unref();
    });
    await background.stop();
  });
});
