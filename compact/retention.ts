/**
 * Which blocks to delete: metas and sizes in, reasons out, nothing touched (tsdb/db.go,
 * `deletableBlocks` and `reloadBlocks`).
 *
 *     deletable   a merge found nothing in it
 *     replaced    a block is there that was made of it; also where it cannot be read any more
 *     time        it ends so long before the newest block's end; the clock has no part in it
 *     size        with the head and all newer blocks it is more than may be kept
 *
 * Once a block is too old or too much, so are all that end before it.
 */
import type { BlockMeta } from './block-meta.js';
import { durationInWords, timeInWords } from './words.js';

export interface RetentionOptions {
  /** How much time to keep, counted back from the end of the newest block; 0 or absent: all. */
  readonly retentionMs?: number;
  /** How many bytes to keep, log and head chunks included; 0 or absent: all. */
  readonly retentionBytes?: number;
  /** The same as a part of the file system, 0 to 100; where it is above 0 it goes first. */
  readonly retentionPercentage?: number;
  /** The size of the file system, in bytes; absent or 0 where it is not known. */
  readonly diskBytes?: number;
  /** What log and head chunks take, in bytes. */
  readonly headBytes?: number;
}

export interface SizedBlock {
  readonly meta: BlockMeta;
  readonly sizeBytes: number;
}

export type DeletionReason = 'deletable' | 'replaced' | 'time' | 'size';

/** A block that is to go; one that was replaced need not exist any more. */
export interface Deletion {
  readonly ulid: string;
  readonly reason: DeletionReason;
  /** The reason for people, with the numbers that decided. */
  readonly words: string;
}

/** What of `blocks`, all that can be read, is to be deleted; each block once. */
export function planDeletions(
  blocks: readonly SizedBlock[],
  options: RetentionOptions,
): Deletion[] {
  const byEnd = [...blocks].sort((a, b) => b.meta.maxTime - a.meta.maxTime);
  const deletions = new Map<string, Deletion>();
  const candidates = [
    ...replaced(blocks),
    ...deletable(blocks),
    ...beyondTime(byEnd, options.retentionMs ?? 0),
    ...beyondSize(byEnd, bytesMax(options), options.headBytes ?? 0),
  ];
  for (const deletion of candidates) {
    if (!deletions.has(deletion.ulid)) deletions.set(deletion.ulid, deletion);
  }
  return [...deletions.values()];
}

function deletable(blocks: readonly SizedBlock[]): Deletion[] {
  const words = 'a merge found no samples in it';
  return blocks
    .filter(({ meta }) => meta.compaction.deletable)
    .map(({ meta }) => ({ ulid: meta.ulid, reason: 'deletable', words }));
}

function replaced(blocks: readonly SizedBlock[]): Deletion[] {
  return blocks.flatMap(({ meta }) => {
    const words = `block ${meta.ulid} was made of it`;
    return meta.compaction.parents.map(({ ulid }): Deletion => ({
      ulid,
      reason: 'replaced',
      words,
    }));
  });
}

function beyondTime(byEnd: readonly SizedBlock[], retentionMs: number): Deletion[] {
  if (byEnd.length === 0 || retentionMs === 0) return [];
  const newest = byEnd[0].meta.maxTime;
  const first = byEnd.findIndex(({ meta }, i) => i > 0 && newest - meta.maxTime >= retentionMs);
  if (first < 0) return [];
  const limit = durationInWords(retentionMs);
  return byEnd.slice(first).map(({ meta }) => ({
    ulid: meta.ulid,
    reason: 'time',
    words:
      `it ends at ${timeInWords(meta.maxTime)}, ${limit} or more ` +
      `before the newest block's end, ${timeInWords(newest)}`,
  }));
}

function beyondSize(byEnd: readonly SizedBlock[], limit: number, headBytes: number): Deletion[] {
  if (limit <= 0) return [];
  let sum = headBytes;
  const first = byEnd.findIndex(({ sizeBytes }) => (sum += sizeBytes) > limit);
  if (first < 0) return [];
  const words = `with it there would be ${sum} bytes, of ${limit} that may be kept`;
  const older = `newer blocks use up the ${limit} bytes that may be kept`;
  return byEnd.slice(first).map(({ meta }, i) => ({
    ulid: meta.ulid,
    reason: 'size',
    words: i === 0 ? words : older,
  }));
}

function bytesMax(options: RetentionOptions): number {
  const { retentionPercentage = 0, diskBytes = 0, retentionBytes = 0 } = options;
  if (retentionPercentage <= 0 || diskBytes <= 0) return retentionBytes;
  return Math.trunc((diskBytes * retentionPercentage) / 100);
}
