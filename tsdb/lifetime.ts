/**
 * Keeps a resource open while somebody reads it: `close()` takes effect when the last reader is
 * gone.
 */
import { assert } from '../model/assert.js';
import { ClosedError } from '../model/errors.js';

export class Lifetime {
  private readers = 0;
  private closed = false;
  private readonly what: string;
  private readonly onEnd: () => void;

  /** `onEnd` is called once; `what` names the resource in errors. */
  constructor(what: string, onEnd: () => void) {
    this.what = what;
    this.onEnd = onEnd;
  }

  /** Whether somebody reads it now. */
  get isHeld(): boolean {
    return this.readers > 0;
  }

  /** Counts a reader; throws `ClosedError` after `close()`. */
  acquire(): void {
    if (this.closed) throw new ClosedError(this.what);
    this.readers++;
  }

  release(): void {
    assert(this.readers > 0, 'what is released was acquired');
    this.readers--;
    if (this.closed && this.readers === 0) this.onEnd();
  }

  /** Idempotent. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.readers === 0) this.onEnd();
  }
}
