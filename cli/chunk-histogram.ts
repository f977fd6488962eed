/**
 * The histograms of chunk sizes at the end of `analyze --extended`, drawn as promtool draws them.
 */

/** Steps are powers of ten from here to there, the first of which ten span the values. */
const STEP_MIN = 10;
const STEP_MAX = 100_000;

/** How often numbers fell into ranges of equal width. */
export interface ChunkHistogram {
  readonly min: number;
  /** Rounded down. */
  readonly average: number;
  readonly max: number;
  /** Both bounds inclusive as promtool labels them; a number equal to `from - 1` counts in. */
  readonly buckets: readonly {
    readonly from: number;
    readonly to: number;
    readonly count: number;
  }[];
}

/** Null where there are no numbers. */
export function chunkHistogram(numbers: readonly number[]): ChunkHistogram | null {
  if (numbers.length === 0) return null;
  const min = numbers.reduce((a, b) => Math.min(a, b));
  const max = numbers.reduce((a, b) => Math.max(a, b));
  const step = stepFor(min, max);
  const start = min - (min % step);
  const end = max - (max % step) + step;
  const counts = new Array<number>((end - start) / step + 1).fill(0);
  let sum = 0;
  for (const number of numbers) {
    sum += number;
    counts[Math.floor((number - start) / step)]++;
  }
  return {
    min,
    average: Math.floor(sum / numbers.length),
    max,
    buckets: counts.map((count, i) => {
      const from = start + i * step;
      return { from: from + 1, to: from + step, count };
    }),
  };
}

/** The lines for one kind of number; `total` is what a bar of 100 characters stands for. */
export function drawHistogram(
  title: string,
  histogram: ChunkHistogram | null,
  total: number,
): string {
  if (histogram === null) return `${title}: N/A\n\n`;
  const { min, average, max, buckets } = histogram;
  const last = buckets[buckets.length - 1];
  const fromWidth = digits(last.from - 1);
  const toWidth = digits(last.to);
  const countWidth = digits(buckets.reduce((most, { count }) => Math.max(most, count), 0));
  let text = `${title} (min/avg/max): ${min}/${average}/${max}\n`;
  for (const { from, to, count } of buckets) {
    const range = `[${String(from).padStart(fromWidth)}, ${String(to).padStart(toWidth)}]`;
    const bar = '#'.repeat(Math.floor((100 * count) / total));
    text += `${range}: ${String(count).padStart(countWidth)} ${bar}\n`;
  }
  return `${text}\n`;
}

function stepFor(min: number, max: number): number {
  const tenth = Math.floor((max - min) / 10);
  let step = STEP_MIN;
  while (step < tenth && step < STEP_MAX) step *= 10;
  return step;
}

function digits(value: number): number {
  return String(value).length;
}
