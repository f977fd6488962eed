/**
 * Which blocks to merge next: metas in, a plan out, nothing touched (tsdb/compact.go, `plan`).
 *
 * One plan at a time; who carries it out asks again until there is none. In this order:
 *
 *     overlap      the first run of blocks that overlap, however long
 *     level        blocks in one slice of the grid: shortest length first, oldest slice first
 *     tombstones   a large block of which more than 5 % is deleted, or a small one wholly deleted
 *
 * The newest block is left alone by the last two, so that it can be backed up. Blocks that hold
 * only stale or selected series are of classes of their own and never merged with others: the hint
 * must survive, as it says that the log still holds what those blocks do not.
 */
import { assert } from '../model/assert.js';
import { sliceStart } from './block-grid.js';
import type { BlockMeta } from './block-meta.js';
import { HINT_SELECTED_SERIES, HINT_STALE_SERIES } from './merged-meta.js';
import { countInWords, durationInWords, timeInWords } from './words.js';

/** Each length of blocks is so many times the one before it, and there are so many at most. */
const RANGE_FACTOR = 3;
const RANGES_MAX = 10;
/** Tombstones per series of a large block from which rewriting it is worth while. */
const TOMBSTONES_PER_SERIES_MAX = 0.05;

export interface PlanOptions {
  /** The lengths of blocks, ascending: `compactionRanges`. */
  readonly rangesMs: readonly number[];
  /** Whether blocks that overlap are merged; default true. */
  readonly mergesOverlaps?: boolean;
  /** Blocks that must stay as they are, such as those not yet uploaded, and all after them. */
  readonly excludes?: (meta: BlockMeta) => boolean;
}

export type PlanReason = 'overlap' | 'level' | 'tombstones';

export interface CompactionPlan {
  readonly reason: PlanReason;
  /** The reason for people, with the numbers that decided. */
  readonly words: string;
  /** What is to become one block, by min time. */
  readonly blocks: readonly BlockMeta[];
}

/** The lengths of blocks from `minMs` up, threefold each; all but the first at most `maxMs`. */
export function compactionRanges(minMs: number, maxMs: number): number[] {
  assert(minMs > 0, 'a block has a length');
  const ranges = [minMs];
  for (let range = minMs * RANGE_FACTOR; range <= maxMs; range *= RANGE_FACTOR) {
    if (ranges.length === RANGES_MAX) break;
    ranges.push(range);
  }
  return ranges;
}

/** The next merge among `metas`, given in any order; null where there is nothing to do. */
export function planCompaction(
  metas: readonly BlockMeta[],
  options: PlanOptions,
): CompactionPlan | null {
  assert(options.rangesMs.length > 0, 'blocks have a length');
  const candidates = withoutExcluded(metas, options);
  const [stale, others] = partition(candidates, (meta) => hasHint(meta, HINT_STALE_SERIES));
  const [selected, regular] = partition(others, (meta) => hasHint(meta, HINT_SELECTED_SERIES));
  for (const blocks of [regular, stale, selected]) {
    const plan = planClass(blocks, options);
    if (plan !== null) return plan;
  }
  return null;
}

function withoutExcluded(metas: readonly BlockMeta[], { excludes }: PlanOptions): BlockMeta[] {
  const byAge = [...metas].sort((a, b) => (a.ulid < b.ulid ? -1 : 1));
  const first = excludes === undefined ? -1 : byAge.findIndex(excludes);
  return first < 0 ? byAge : byAge.slice(0, first);
}

/** Plans among blocks of one class. */
function planClass(metas: readonly BlockMeta[], options: PlanOptions): CompactionPlan | null {
  const blocks = [...metas].sort((a, b) => a.minTime - b.minTime);
  if (blocks.length === 0) return null;
  const overlap = (options.mergesOverlaps ?? true) ? planOverlap(blocks) : null;
  const settled = blocks.slice(0, -1);
  const { rangesMs } = options;
  return overlap ?? planLevel(settled, rangesMs) ?? planTombstones(settled, rangesMs);
}

/** The first run of blocks that overlap; those that only touch do not. */
function planOverlap(blocks: readonly BlockMeta[]): CompactionPlan | null {
  let maxTime = blocks[0].maxTime;
  const run: BlockMeta[] = [];
  for (let i = 1; i < blocks.length; i++) {
    const block = blocks[i];
    if (block.minTime < maxTime) {
      if (run.length === 0) run.push(blocks[i - 1]);
      run.push(block);
    } else if (run.length > 0) break;
    maxTime = Math.max(maxTime, block.maxTime);
  }
  if (run.length === 0) return null;
  return { reason: 'overlap', words: `${spanInWords(run)} overlap`, blocks: run };
}

/** The oldest slice of the shortest length that can be filled by no block any more. */
function planLevel(
  blocks: readonly BlockMeta[],
  rangesMs: readonly number[],
): CompactionPlan | null {
  if (blocks.length === 0) return null;
  const newestMinTime = blocks[blocks.length - 1].minTime;
  for (const rangeMs of rangesMs.slice(1)) {
    for (const group of splitByRange(blocks, rangeMs)) {
      if (group.length < 2 || group.some((block) => block.compaction.failed)) continue;
      const maxTime = group[group.length - 1].maxTime;
      const fills = maxTime - group[0].minTime === rangeMs;
      if (!fills && maxTime > newestMinTime) continue;
      const why = fills ? 'fill' : 'are all that will come into';
      const words = `${spanInWords(group)} ${why} a slice of ${durationInWords(rangeMs)}`;
      return { reason: 'level', words, blocks: group };
    }
  }
  return null;
}

/** Blocks by the slices of the grid that they lie in; those that lie in none are left out. */
function splitByRange(blocks: readonly BlockMeta[], rangeMs: number): BlockMeta[][] {
  const groups: BlockMeta[][] = [];
  for (let i = 0; i < blocks.length;) {
    const end = sliceStart(blocks[i].minTime, rangeMs) + rangeMs;
    const group: BlockMeta[] = [];
    while (i < blocks.length && blocks[i].maxTime <= end) group.push(blocks[i++]);
    if (group.length > 0) groups.push(group);
    else i++;
  }
  return groups;
}

/** The newest block that is worth rewriting for its deletions alone. */
function planTombstones(
  blocks: readonly BlockMeta[],
  rangesMs: readonly number[],
): CompactionPlan | null {
  const largeMs = rangesMs[Math.floor(rangesMs.length / 2)];
  for (const block of [...blocks].reverse()) {
    const { numTombstones, numSeries } = block.stats;
    const words =
      `block ${block.ulid} has ${countInWords(numTombstones, 'tombstone')} ` +
      `for ${numSeries} series`;
    const plan: CompactionPlan = { reason: 'tombstones', words, blocks: [block] };
    if (block.maxTime - block.minTime < largeMs) {
      return numTombstones > 0 && numTombstones >= numSeries ? plan : null;
    }
    if (numTombstones / (numSeries + 1) > TOMBSTONES_PER_SERIES_MAX) return plan;
  }
  return null;
}

function hasHint(meta: BlockMeta, hint: string): boolean {
  return meta.compaction.hints.includes(hint);
}

function partition<T>(items: readonly T[], accepts: (item: T) => boolean): [T[], T[]] {
  const rejected = items.filter((item) => !accepts(item));
  return [items.filter(accepts), rejected];
}

function spanInWords(blocks: readonly BlockMeta[]): string {
  const maxTime = blocks.reduce((max, block) => Math.max(max, block.maxTime), -Infinity);
  const from = timeInWords(blocks[0].minTime);
  return `${countInWords(blocks.length, 'block')} from ${from} to ${timeInWords(maxTime)}`;
}
