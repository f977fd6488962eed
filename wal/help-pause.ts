/**
 * When a thread that helps another to write leaves it alone: for a while after a write that took
 * long, as those to a slow disk do. One may have been kept from its processor instead, so the first
 * while is short; each time that the next slow one is not far behind, it is four times as long.
 */

/** Times in ms. */
export const SLOW_MS = 5;
export const PAUSE_MS_MIN = 25;
export const PAUSE_MS_MAX = 2000;
const GROWTH = 4;
/** After so many quick writes the slow ones are forgotten. */
const QUICK_MAX = 100;

export class HelpPause {
  private pauseMs = 0;
  private endMs = 0;
  private quick = 0;

  isOver(nowMs: number): boolean {
    return nowMs >= this.endMs;
  }

  /** Takes note of a write, or of what became none. */
  note(beginMs: number, endMs: number, isWritten: boolean): void {
    if (endMs - beginMs > SLOW_MS) {
      this.pauseMs = Math.min(Math.max(GROWTH * this.pauseMs, PAUSE_MS_MIN), PAUSE_MS_MAX);
      this.endMs = endMs + this.pauseMs;
      this.quick = 0;
    } else if (isWritten && ++this.quick === QUICK_MAX) this.pauseMs = 0;
  }
}
