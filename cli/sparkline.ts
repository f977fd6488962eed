/**
 * A series drawn in one line of block characters, and summed up in one line of ASCII where the
 * output is no terminal. Stale markers and other NaNs are gaps.
 */
import type { Columns } from '../model/columns.js';
import { formatG } from '../model/go-float.js';

const LEVELS = '▁▂▃▄▅▆▇█';
const GAP = ' ';

/** The numbers that a sample is drawn by: a float's value, a histogram's count. */
export function numberAt(columns: Columns, row: number): number {
  const histogram = columns.histograms === null ? undefined : columns.histograms[row];
  if (histogram === undefined) return columns.values[row];
  return histogram.sum === histogram.sum || histogram.count !== 0 ? histogram.count : NaN;
}

/**
 * `width` characters, each the mean of the samples in its equal share of the series' time range,
 * scaled between the least and the greatest of those means.
 */
export function sparkline(columns: Columns, width: number): string {
  const means = meansByShare(columns, width);
  let low = Infinity;
  let high = -Infinity;
  for (const mean of means) {
    if (!Number.isFinite(mean)) continue;
    low = Math.min(low, mean);
    high = Math.max(high, mean);
  }
  let line = '';
  for (const mean of means) line += level(mean, low, high);
  return line;
}

/** `412 samples, min 0, max 17, last 3`. */
export function summary(columns: Columns): string {
  let low = Infinity;
  let high = -Infinity;
  let last = NaN;
  for (let row = 0; row < columns.count; row++) {
    const value = numberAt(columns, row);
    if (value !== value) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    last = value;
  }
  const samples = `${columns.count} ${columns.count === 1 ? 'sample' : 'samples'}`;
  if (last !== last) return samples;
  return `${samples}, min ${formatG(low)}, max ${formatG(high)}, last ${formatG(last)}`;
}

function meansByShare(columns: Columns, width: number): Float64Array {
  const sums = new Float64Array(width);
  const counts = new Float64Array(width);
  if (columns.count > 0) {
    const first = columns.times[0];
    const span = columns.times[columns.count - 1] - first;
    for (let row = 0; row < columns.count; row++) {
      const value = numberAt(columns, row);
      if (value !== value) continue;
      const share = span === 0 ? 0 : ((columns.times[row] - first) / span) * width;
      const at = Math.min(Math.floor(share), width - 1);
      sums[at] += value;
      counts[at]++;
    }
  }
  return sums.map((sum, i) => (counts[i] === 0 ? NaN : sum / counts[i]));
}

function level(mean: number, low: number, high: number): string {
  if (mean !== mean) return GAP;
  if (mean === -Infinity) return LEVELS[0];
  if (mean === Infinity) return LEVELS[LEVELS.length - 1];
  if (low === high) return LEVELS[0];
  // Halved, since the distance of two doubles may exceed the largest one.
  const share = (mean / 2 - low / 2) / (high / 2 - low / 2);
  return LEVELS[Math.min(Math.floor(share * LEVELS.length), LEVELS.length - 1)];
}
