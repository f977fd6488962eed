/**
 * Time ranges in integer milliseconds. A query's, a chunk's and a tombstone's range is closed,
 * `[minTime, maxTime]`; a block's is half-open, `[minTime, maxTime)`.
 *
 * Prometheus' "no bound" sentinels are int64's extremes. As numbers they are ±2^63; sample times
 * themselves stay within ±2^53 (`TIME_MAX`), where every integer is exact.
 */

/** Int64's least value, exactly. */
export const MIN_TIME = -(2 ** 63);
/** Stands for int64's greatest value, which no double holds: one more. */
export const MAX_TIME = 2 ** 63;
/** The largest time, and its negation the smallest, that a sample may have. */
export const TIME_MAX = Number.MAX_SAFE_INTEGER;

/** A closed range, `[minTime, maxTime]`. */
export interface Interval {
  readonly minTime: number;
  readonly maxTime: number;
}

/** Whether two closed ranges share a millisecond. */
export function overlaps(a: Interval, b: Interval): boolean {
  return a.minTime <= b.maxTime && b.minTime <= a.maxTime;
}

/** Whether `inner` lies within `outer`. */
export function covers(outer: Interval, inner: Interval): boolean {
  return outer.minTime <= inner.minTime && inner.maxTime <= outer.maxTime;
}

/**
 * Adds a closed range to a sorted list of disjoint ones; touching ranges (distance 1) become one,
 * as in Prometheus' tombstones/tombstones.go. Returns a new list.
 */
export function addInterval(intervals: readonly Interval[], added: Interval): Interval[] {
  const before: Interval[] = [];
  const after: Interval[] = [];
  let { minTime, maxTime } = added;
  for (const interval of intervals) {
    if (interval.maxTime < minTime - 1) before.push(interval);
    else if (interval.minTime > maxTime + 1) after.push(interval);
    else {
      minTime = Math.min(minTime, interval.minTime);
      maxTime = Math.max(maxTime, interval.maxTime);
    }
  }
  return [...before, { minTime, maxTime }, ...after];
}
