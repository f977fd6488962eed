/**
 * Spans as the indexes of their buckets, and what it takes to give two histograms the same buckets
 * (tsdb/chunkenc/histogram_meta.go, `expandSpansBothWays` and its kin).
 */
import type { Span } from '../model/histogram.js';

/** The buckets of one side: their indexes, and a count for each. */
export interface BucketSide {
  readonly indexes: readonly number[];
  readonly counts: Float64Array;
}

/** How a chunk's buckets of one side and those of the next histogram go together. */
export interface BucketUnion {
  /** The indexes of either. */
  readonly indexes: readonly number[];
  /** Whether the histogram has buckets that the chunk has not, and the other way round. */
  readonly isNewToChunk: boolean;
  readonly isNewToSample: boolean;
}

/** The index of each bucket of `spans`. */
export function bucketIndexes(spans: readonly Span[]): number[] {
  const indexes: number[] = [];
  let index = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let i = 0; i < length; i++) indexes.push(index++);
  }
  return indexes;
}

/** The fewest spans for ascending indexes. */
export function spansOf(indexes: readonly number[]): Span[] {
  const spans: { offset: number; length: number }[] = [];
  let next = 0;
  for (const index of indexes) {
    const last = spans.at(-1);
    if (last !== undefined && index === next) last.length++;
    else spans.push({ offset: index - next, length: 1 });
    next = index + 1;
  }
  return spans;
}

/** The union, whatever the counts: of gauges. */
export function unionOfBuckets(chunk: readonly number[], sample: readonly number[]): BucketUnion {
  const indexes: number[] = [];
  let isNewToChunk = false;
  let isNewToSample = false;
  for (let a = 0, b = 0; a < chunk.length || b < sample.length;) {
    const inChunk = a < chunk.length ? chunk[a] : Infinity;
    const inSample = b < sample.length ? sample[b] : Infinity;
    indexes.push(Math.min(inChunk, inSample));
    if (inChunk <= inSample) a++;
    if (inSample <= inChunk) b++;
    isNewToChunk ||= inSample < inChunk;
    isNewToSample ||= inChunk < inSample;
  }
  return { indexes, isNewToChunk, isNewToSample };
}

/**
 * Whether no bucket counts less in `sample` than in `chunk`: else a counter was reset. A bucket
 * that is not there counts nothing, and is no reset only where nothing was counted before.
 */
export function countsUp(chunk: BucketSide, sample: BucketSide): boolean {
  for (let a = 0, b = 0; a < chunk.indexes.length;) {
    const inSample = b < sample.indexes.length ? sample.indexes[b] : Infinity;
    if (inSample < chunk.indexes[a]) b++;
    else if (inSample === chunk.indexes[a]) {
      if (chunk.counts[a++] > sample.counts[b++]) return false;
    } else if (chunk.counts[a++] !== 0) return false;
  }
  return true;
}

/** The counts for the buckets `indexes`, of which `side` has some: 0 for the others. */
export function countsFor(side: BucketSide, indexes: readonly number[]): Float64Array {
  if (indexes.length === side.indexes.length) return side.counts;
  const counts = new Float64Array(indexes.length);
  for (let i = 0, from = 0; i < indexes.length && from < side.indexes.length; i++) {
    if (side.indexes[from] === indexes[i]) counts[i] = side.counts[from++];
  }
  return counts;
}
