/** Durations as Go's `time.ParseDuration` reads them: `2h`, `1h30m`, `-1.5h`, `0`. */
import { InvalidArgumentError } from 'commander';

const MS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3], // U+00B5, the micro sign
  ['μs', 1e-3], // U+03BC, the Greek letter
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

const DURATION = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const NS_MAX = 2 ** 63;

/** In whole ms, what is left over cut off. */
export function parseDuration(text: string): number {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!DURATION.test(text)) {
    throw new InvalidArgumentError('It is a number with a unit (ns, us, ms, s, m, h), like 6h.');
  }
  let sumMs = 0;
  for (const [, number, unit] of text.matchAll(PART)) {
    sumMs += Number(number) * (MS_PER_UNIT.get(unit) ?? 0);
  }
  if (sumMs * 1e6 >= NS_MAX) throw new InvalidArgumentError('It is longer than 292 years.');
  return Math.trunc(text.startsWith('-') ? -sumMs : sumMs);
}
