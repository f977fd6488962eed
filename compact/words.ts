/** Times and lengths of time as people say them: for the reasons that plans give. */

const SECOND_MS = 1000;
const UNITS: readonly (readonly [string, number])[] = [
  ['d', 24 * 3600 * SECOND_MS],
  ['h', 3600 * SECOND_MS],
  ['min', 60 * SECOND_MS],
  ['s', SECOND_MS],
];
/** What a calendar date can say. */
const DATE_MAX_MS = 8.64e15;

/** A time in ms as an ISO date, or as the number that it is where no calendar goes that far. */
export function timeInWords(timeMs: number): string {
  if (Math.abs(timeMs) > DATE_MAX_MS) return `${timeMs} ms`;
  return new Date(timeMs).toISOString().replace('.000Z', 'Z');
}

/** A length of time in the largest unit that divides it: `6 h`, `54 h`, `90 min`, `250 ms`. */
export function durationInWords(durationMs: number): string {
  for (const [unit, unitMs] of UNITS) {
    if (durationMs >= unitMs && durationMs % unitMs === 0) return `${durationMs / unitMs} ${unit}`;
  }
  return `${durationMs} ms`;
}

/** `1 block`, `3 blocks`. */
export function countInWords(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
