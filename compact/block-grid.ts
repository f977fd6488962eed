/** The grid on which blocks lie: slices of equal length, counted from the epoch. */

/** The shortest block, and the unit of all others: two hours. */
export const BLOCK_DURATION_MS = 2 * 60 * 60 * 1000;
/** Each level of blocks is so many times as long as the one below. */
const LEVEL_FACTOR = 3;
const LEVELS = 10;

/** The longest duration of a level that is at most `maxMs`; two hours at least. */
export function blockDuration(maxMs: number): number {
  let durationMs = BLOCK_DURATION_MS;
  for (let level = 1; level < LEVELS && durationMs * LEVEL_FACTOR <= maxMs; level++) {
    durationMs *= LEVEL_FACTOR;
  }
  return durationMs;
}

/** Where the half-open slice of `time` begins. */
export function sliceStart(time: number, durationMs: number): number {
  const past = time % durationMs;
  return time - (past < 0 ? past + durationMs : past);
}
