/**
 * Which files make up a log, in the order in which they are read: the newest checkpoint, then the
 * segments behind it.
 *
 *     wal/checkpoint.00000007/00000000 …   what of segments 0 to 7 is still needed
 *     wal/00000008, wal/00000009 …         everything since
 *
 * Older checkpoints, the segments that a checkpoint covers, and `checkpoint.*.tmp` may lie beside
 * them after a crash and are no part of the log. See docs/format/checkpoint.md.
 */
import type { DirectoryEntry, Disk } from '../disk/disk.js';
import { CorruptionError, DiskError } from '../model/errors.js';
import type { Problem } from '../model/problem.js';
import { parseCheckpointName, parseSegmentName, segmentName } from './format.js';

export interface SegmentFile {
  readonly index: number;
  readonly path: string;
}

export interface Checkpoint {
  /** The last segment that it covers. */
  readonly index: number;
  readonly path: string;
  /** In order, from index 0. */
  readonly segments: readonly SegmentFile[];
}

export interface LogFiles {
  /** The one with the highest index; null without one (`wbl/` never has one). */
  readonly checkpoint: Checkpoint | null;
  /** In order, all behind the checkpoint. */
  readonly segments: readonly SegmentFile[];
  /** Segments that are missing in between. */
  readonly gaps: readonly Problem[];
}

/**
 * The files of the log in `dir`; nothing where `dir` does not exist.
 *
 * A running Prometheus deletes segments and checkpoints at any time: a `DiskError` with `ENOENT`,
 * from here or from reading a file listed here, says that a newer checkpoint has taken their place.
 * List again then, and start over.
 */
export function listLog(disk: Disk, dir: string): LogFiles {
  const entries = listOrEmpty(disk, dir);
  const gaps: Problem[] = [];
  const checkpoint = newestCheckpoint(disk, dir, entries);
  const segments = segmentsAmong(disk, dir, entries).filter(
    ({ index }) => checkpoint === null || index > checkpoint.index,
  );
  if (checkpoint !== null) gaps.push(...findGaps(checkpoint.path, checkpoint.segments, 0));
  // Without a checkpoint a log may begin anywhere: an out-of-order log is cut off at the front.
  const first = checkpoint === null ? segments[0]?.index : checkpoint.index + 1;
  gaps.push(...findGaps(dir, segments, first));
  return { checkpoint, segments, gaps };
}

function newestCheckpoint(
  disk: Disk,
  dir: string,
  entries: readonly DirectoryEntry[],
): Checkpoint | null {
  let newest: { index: number; name: string } | null = null;
  for (const { name, kind } of entries) {
    const index = kind === 'directory' ? parseCheckpointName(name) : null;
    if (index !== null && (newest === null || index > newest.index)) newest = { index, name };
  }
  if (newest === null) return null;
  const path = disk.join(dir, newest.name);
  return { index: newest.index, path, segments: segmentsAmong(disk, path, disk.list(path)) };
}

function segmentsAmong(disk: Disk, dir: string, entries: readonly DirectoryEntry[]): SegmentFile[] {
  const segments: SegmentFile[] = [];
  for (const { name, kind } of entries) {
    const index = kind === 'file' ? parseSegmentName(name) : null;
    if (index !== null) segments.push({ index, path: disk.join(dir, name) });
  }
  return segments.sort((a, b) => a.index - b.index);
}

function findGaps(dir: string, segments: readonly SegmentFile[], first = 0): Problem[] {
  const gaps: Problem[] = [];
  let expected = first;
  for (const { index } of segments) {
    if (index > expected) gaps.push(gap(dir, expected, index - 1));
    expected = index + 1;
  }
  return gaps;
}

function gap(dir: string, first: number, last: number): Problem {
  const names = first === last ? segmentName(first) : `${segmentName(first)}-${segmentName(last)}`;
  const reason = `missing from the log: ${names}; the segments behind are read`;
  const error = new CorruptionError(dir, 0, reason);
  return { path: dir, offset: null, code: error.code, message: reason };
}

function listOrEmpty(disk: Disk, dir: string): DirectoryEntry[] {
  try {
    return disk.list(dir);
  } catch (error) {
    if (error instanceof DiskError && error.errno === 'ENOENT') return [];
    throw error;
  }
}
