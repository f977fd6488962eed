/** When a head holds enough for a block, and which part of it becomes one (tsdb/head.go). */
import { type Interval, MAX_TIME, MIN_TIME } from '../model/interval.js';

/**
 * The half-open range of the next block out of a head with samples in the closed range `head`: up
 * to the next border of the grid. Null where the head does not hold enough.
 */
export function compactableRange(head: Interval, blockMs: number): Interval | null {
  const { minTime, maxTime } = head;
  if (minTime === MAX_TIME || maxTime === MIN_TIME) return null;
  // Half a length stays in the head, for samples that come late.
  if (maxTime - minTime <= Math.trunc(blockMs / 2) * 3) return null;
  return { minTime, maxTime: sliceEnd(minTime, blockMs) };
}

/** Prometheus' `rangeForTimestamp`: where the slice of the grid ends that `time` lies in. */
function sliceEnd(time: number, blockMs: number): number {
  return Math.trunc(time / blockMs) * blockMs + blockMs;
}
