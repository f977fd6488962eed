/**
 * The machine's clock and its chance, for those who were handed no other: the one file outside the
 * command line that reads them.
 */
import { createRequire } from 'node:module';
import type * as Ulid from 'ulid';
import { once } from '../model/once.js';

const ulid = once(() => createRequire(import.meta.url)('ulid') as typeof Ulid);

/** Milliseconds since 1970. */
export function systemNow(): number {
  return Date.now();
}

/** Milliseconds since some moment, with fractions: they are never set back. */
export function steadyNow(): number {
  return performance.now();
}

/** Makes ULIDs of the time that `now` gives, each greater than the one before. */
export function ulidFactory(now: () => number): () => string {
  const next = once(() => ulid().monotonicFactory());
  return () => next()(now());
}
