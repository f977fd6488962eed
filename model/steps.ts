/**
 * Long work in steps: a generator that yields what each step has cost and returns the result. Who
 * runs it decides what happens in between: nothing (`atOnce`), or a turn of the event loop
 * (tsdb/pacer.ts).
 *
 * Costs count in the pacer's units: decoding a sample is one, a few nanoseconds. A step costs some
 * ten thousand, so that yielding costs nothing against it.
 */

export type Steps<T> = Generator<number, T, undefined>;

/** Runs to the end. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
