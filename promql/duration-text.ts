/**
 * Durations as PromQL writes them, `1h30m`: what their text says (model.ParseDuration), how they
 * are printed, and the numbers that Go makes of them.
 */
import { goQuote } from '../model/go-quote.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
const YEAR_MS = 365 * DAY_MS;

/** From the largest; each may be given once, in this order. */
const UNITS: readonly (readonly [unit: string, milliseconds: number])[] = [
  ['y', YEAR_MS],
  ['w', WEEK_MS],
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['m', MINUTE_MS],
  ['s', SECOND_MS],
  ['ms', 1],
];
/** What 2^63 ns hold. */
const DURATION_MAX_MS = 9_223_372_036_854;
const UINT64_MAX = 2n ** 64n - 1n;

/** The seconds that a duration's text means. */
export function parseDuration(text: string): number {
  const milliseconds = parseMilliseconds(text);
  // As Go's Duration.Seconds: the sum of whole seconds and the rest.
  const rest = milliseconds % SECOND_MS;
  return (milliseconds - rest) / SECOND_MS + (rest * 1e6) / 1e9;
}

function parseMilliseconds(text: string): number {
  let sum = 0;
  let at = 0;
  let lastUnit = -1;
  const pattern = /([0-9]*)([^0-9]*)/y;
  while (at < text.length) {
    pattern.lastIndex = at;
    const [all, digits, unit] = pattern.exec(text) ?? ['', '', ''];
    at += all.length;
    if (digits === '' || unit === '' || isBeyondUint64(digits)) throw notADuration(text);
    const index = UNITS.findIndex(([name]) => name === unit);
    if (index < 0) {
      throw new Error(`unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`);
    }
    if (index <= lastUnit) throw notADuration(text);
    lastUnit = index;
    const unitMs = UNITS[index][1];
    if (Number(digits) > Math.floor(DURATION_MAX_MS / unitMs)) throw outOfRange();
    sum += Number(digits) * unitMs;
    if (sum > DURATION_MAX_MS) throw outOfRange();
  }
  return sum;
}

function isBeyondUint64(digits: string): boolean {
  return digits.length >= 20 && BigInt(digits) > UINT64_MAX;
}

function notADuration(text: string): Error {
  return new Error(`not a valid duration string: ${goQuote(text)}`);
}

function outOfRange(): Error {
  return new Error('duration out of range');
}

/** A duration of milliseconds as Prometheus prints it: `1h30m`, `90d`; years and weeks if exact. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  let rest = Math.abs(milliseconds);
  let text = milliseconds < 0 ? '-' : '';
  for (const [unit, unitMs] of UNITS) {
    if ((unit === 'y' || unit === 'w') && rest % unitMs !== 0) continue;
    const count = Math.floor(rest / unitMs);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return text;
}

export const INT64_MIN = -(2 ** 63);

/** The int64 that Go makes of a double: cut off towards zero, the least one beyond the range. */
export function toInt64(value: number): number {
  if (!(value >= INT64_MIN && value < -INT64_MIN)) return INT64_MIN;
  return Math.trunc(value) + 0;
}

/** To the nearest integer, halves away from zero, as Go's `math.Round`. */
export function roundHalfAway(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}

/** Whether seconds exceed what a Go duration holds. */
export function isDurationOutOfRange(seconds: number): boolean {
  return Math.abs(seconds) > -INT64_MIN / 1e9;
}

/** Seconds as Go's nanoseconds. */
export function toNanoseconds(seconds: number): number {
  return toInt64(roundHalfAway(seconds * 1e9));
}
