/**
 * Long work in steps: a generator that yields what each step has cost and returns the result. Who
 * runs it decides what happens in between: nothing (`atOnce`), or a turn of the event loop
 * (model/pacer.ts).
 *
 * Costs count in the pacer's units: decoding a sample is one, a few nanoseconds. A step costs some
 * ten thousand, so that yielding costs nothing against it. Where items are too small for a
 * generator there are cursors that pause (`Moved`).
 */

export type Steps<T> = Generator<number, T, undefined>;

/** Runs to the end. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * What became of moving a cursor: it stands `on` the next item, it `paused` before it found one
 * (move it again, after a turn of the event loop), or it has `ended` for good.
 */
export type Moved = 'on' | 'paused' | 'ended';

/**
 * A value that is made in steps when it is first wanted. Several may want it at once: each takes
 * the next step, so that it is made once and no one who gives up stops the others. What the making
 * throws, all of them hear; the next one tries again.
 */
export class Lazy<T> {
  private readonly make: () => Steps<T>;
  private making: Steps<T> | null = null;
  private made: { readonly value: T } | null = null;

  constructor(make: () => Steps<T>) {
    this.make = make;
  }

  *get(): Steps<T> {
    while (this.made === null) {
      const steps = (this.making ??= this.make());
      // Whether it throws or ends, there is nothing left to take steps of.
      this.making = null;
      const step = steps.next();
      if (step.done === true) this.made = { value: step.value };
      else {
        this.making = steps;
        yield step.value;
      }
    }
    return this.made.value;
  }

  /** The value; made at once where it is not yet. */
  now(): T {
    return this.made === null ? atOnce(this.get()) : this.made.value;
  }

  /** Drops the value, and what is done of it. */
  clear(): void {
    this.making = null;
    this.made = null;
  }
}
