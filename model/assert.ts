/**
 * Assertions for our own bugs: always on, and never caught except at the process or request edge.
 */

export class AssertionError extends Error {
  constructor(message: string) {
    super(`BUG: ${message}`);
    this.name = 'AssertionError';
  }
}

/** States what must hold; `message` is that statement. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** The end of a `switch` that covers its type. */
export function unreachable(value: never): never {
  throw new AssertionError(`unexpected value ${String(value)}`);
}
