/**
 * Durations as Prometheus writes them, in flags, configuration and the HTTP API: `5m`, `1h30m`,
 * `15d`. Units go from the largest down, each at most once; a year has 365 days.
 */
import { ArgumentError } from './errors.js';
import { goQuote } from './go-quote.js';

const PATTERN = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** What each group of the pattern counts, in ms. */
const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** Go keeps durations as nanoseconds in an int64. */
const MS_MAX = 2 ** 63 / 1e6;

/** In whole ms. Throws an `ArgumentError` in the words of Prometheus. */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  if (text === '') throw new ArgumentError('empty duration string');
  const match = PATTERN.exec(text);
  if (match === null) throw new ArgumentError(`not a valid duration string: ${goQuote(text)}`);
  let sumMs = 0;
  UNITS.forEach(([, unitMs], i) => {
    sumMs += Number(match[i + 1] ?? 0) * unitMs;
  });
  if (sumMs >= MS_MAX) throw new ArgumentError('duration out of range');
  return sumMs;
}

/** As Prometheus prints whole ms: years and weeks only where nothing is left over. */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return '0s';
  let rest = Math.abs(durationMs);
  let text = durationMs < 0 ? '-' : '';
  for (const [unit, unitMs] of UNITS) {
    const isExactOnly = unit === 'y' || unit === 'w';
    if (isExactOnly && rest % unitMs !== 0) continue;
    const count = Math.floor(rest / unitMs);
    if (count === 0) continue;
    text += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return text;
}
