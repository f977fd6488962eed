/**
 * Keeps long work from holding the event loop: work is counted, and after each portion of it the
 * loop gets a turn. Counting instead of timing needs no clock and costs an addition.
 */
import { setImmediate } from 'node:timers/promises';
import type { Steps } from './steps.js';

/**
 * About 0.3 ms of the kernel's decoding, and 3 ms of the slowest work that is counted so: below the
 * 10 ms that we may hold the loop, on a busy machine too. A turn costs some microseconds.
 */
const UNITS_PER_TURN = 50_000;

export class Pacer {
  private units = 0;

  /**
   * Counts `units` of work, a decoded sample being one; true when a portion is full: then
   * `await turn()`. Split in two so that the common case costs no promise.
   */
  isDue(units: number): boolean {
    this.units += units;
    return this.units >= UNITS_PER_TURN;
  }

  /**
   * Runs work in steps, with turns in between. Where a turn throws, so do the steps, which may let
   * go of what they hold.
   */
  async run<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      if (!this.isDue(step.value)) continue;
      try {
        await this.turn(signal);
      } catch (error) {
        steps.throw(error);
        throw error;
      }
    }
  }

  /** Lets the event loop run, then throws the reason of an aborted `signal`. */
  async turn(signal?: AbortSignal): Promise<void> {
    this.units = 0;
    await setImmediate();
    signal?.throwIfAborted();
  }
}
