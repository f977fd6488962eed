/** Times and durations as Go's `time` package prints them. */

const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;

/** A `time.Duration` of so many ms: `2m0.001s`. Wraps, as int64 nanoseconds do after 292 years. */
export function formatDuration(durationMs: number): string {
  const ns = BigInt.asIntN(64, BigInt(durationMs) * NS_PER_MS);
  if (ns === 0n) return '0s';
  const size = ns < 0n ? -ns : ns;
  return (ns < 0n ? '-' : '') + (size < NS_PER_SECOND ? subSecond(size) : clock(size));
}

/** Below a second, the largest unit that gives a whole part. */
function subSecond(ns: bigint): string {
  if (ns >= NS_PER_MS) return `${withFraction(ns, NS_PER_MS)}ms`;
  if (ns >= 1000n) return `${withFraction(ns, 1000n)}µs`;
  return `${ns}ns`;
}

function clock(ns: bigint): string {
  const minutes = ns / NS_PER_SECOND / 60n;
  const seconds = `${withFraction(ns - minutes * 60n * NS_PER_SECOND, NS_PER_SECOND)}s`;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** `value / unit` in decimal, without trailing zeros. */
function withFraction(value: bigint, unit: bigint): string {
  const rest = value % unit;
  if (rest === 0n) return String(value / unit);
  const digits = String(rest).padStart(String(unit).length - 1, '0');
  return `${value / unit}.${digits.replace(/0+$/, '')}`;
}

const DAYS_PER_ERA = 146_097;
const SECONDS_PER_DAY = 86_400;
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_DAYS = 719_468;

/**
 * The second that `timeMs` lies in, truncated toward zero, as `time.Time` prints it in UTC:
 * `2026-11-23 03:06:00 +0000 UTC`. Not by `Date`, whose range is smaller than that of sample times.
 */
export function formatTime(timeMs: number): string {
  const seconds = Math.trunc(timeMs / 1000);
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const ofDay = seconds - days * SECONDS_PER_DAY;
  const { year, month, day } = civilDate(days);
  const sign = year < 0 ? '-' : '';
  const date = `${sign}${pad(Math.abs(year), 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  const time = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60];
  return `${date} ${time.map((part) => pad(part, 2)).join(':')} +0000 UTC`;
}

/** The proleptic Gregorian date of a day counted from 1970-01-01. Years begin in March inside. */
function civilDate(days: number): { year: number; month: number; day: number } {
  const shifted = days + EPOCH_DAYS;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const ofEra = shifted - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) /
      365,
  );
  const ofYear =
    ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
