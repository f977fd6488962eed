/**
 * Makes a log that is to be written fit for it, and for Prometheus, which refuses or cuts what is
 * not in order: every segment ends with a whole record, and their numbers have no gaps.
 *
 *     wal/corrupt-20260101T120000000Z-00000005/   what was set aside, as it was
 *       00000005                                  the damaged segment, before it was cut
 *       00000006, 00000007 …                      the segments behind it
 *     wal/corrupt-…-checkpoint.00000007/00000000  a damaged segment of a checkpoint
 *
 * Neither Prometheus nor we read such directories; people may, and may remove them. A torn tail is
 * no damage: the end of a write that nobody was promised is cut off, and that is all.
 */
import type { WritableDisk } from '../disk/writable-disk.js';
import { assert } from '../model/assert.js';
import { CorruptionError } from '../model/errors.js';
import type { Problem } from '../model/problem.js';
import type { Steps } from '../model/steps.js';
import { listLog, type LogFiles, type SegmentFile } from './checkpoint.js';
import { checkpointName, segmentName } from './format.js';
import { WalReader } from './reader.js';

/** A segment that is not to be read to its end. */
export interface LogFault {
  readonly segment: SegmentFile;
  /** Its whole records end here, in bytes. */
  readonly end: number;
  /** Null for the torn tail of the log. */
  readonly damage: CorruptionError | null;
}

const PIECE_BYTES = 1024 * 1024;
/** Of copying or checking so many bytes, in the pacer's units: about a millisecond. */
const PIECE_UNITS = 20_000;
const RECORDS_PER_STEP = 64;
/** A larger gap is not filled with empty segments: a file has been given a wrong name. */
const GAP_MAX = 1000;
const CORRUPT_PREFIX = 'corrupt-';

/** Reads the log in `dir` and repairs it; see `repairLog`. */
export function* checkAndRepairLog(
  disk: WritableDisk,
  dir: string,
  now: number,
): Steps<readonly Problem[]> {
  const files = listLog(disk, dir);
  const faults = yield* findFaults(disk, files);
  return yield* repairLog(disk, dir, faults, now);
}

/**
 * Repairs what a replay of the log in `dir` has met: segments are cut behind their last whole
 * record; behind a damaged one that is in no checkpoint all later segments are set aside, since
 * what they say may build on what is lost. Gaps are filled with empty segments. Tells what is lost.
 */
export function* repairLog(
  disk: WritableDisk,
  dir: string,
  faults: readonly LogFault[],
  now: number,
): Steps<readonly Problem[]> {
  const problems: Problem[] = [];
  const { checkpoint, segments } = listLog(disk, dir);
  for (const { segment, end, damage } of faults) {
    if (damage === null) {
      disk.truncate(segment.path, end);
      continue;
    }
    const covering = checkpoint?.segments.some(({ path }) => path === segment.path)
      ? checkpoint
      : null;
    const name = covering === null ? segmentName(segment.index) : checkpointName(covering.index);
    const aside = makeAside(disk, dir, name, now);
    const later = covering !== null ? [] : segments.filter(({ index }) => index > segment.index);
    moveInto(disk, dir, aside, later);
    yield* copyFile(disk, segment.path, disk.join(aside, segmentName(segment.index)));
    disk.syncDirectory(aside);
    disk.truncate(segment.path, end);
    problems.push(problemOf(damage, aside, later.length));
    if (covering === null) break;
  }
  return [...problems, ...fillGaps(disk, dir, now)];
}

/** Passes over the records of a log as a replay does: up to the first damage in its segments. */
export function* findFaults(disk: WritableDisk, files: LogFiles): Steps<LogFault[]> {
  const faults: LogFault[] = [];
  for (const segment of files.checkpoint?.segments ?? []) {
    const fault = yield* faultIn(disk, segment);
    // Nothing is written to a checkpoint that is in place: it does not end in a torn record.
    if (fault !== null) faults.push({ ...fault, damage: fault.damage ?? cutOff(fault) });
  }
  for (const [i, segment] of files.segments.entries()) {
    const fault = yield* faultIn(disk, segment);
    if (fault === null) continue;
    const isTorn = fault.damage === null && i === files.segments.length - 1;
    faults.push(isTorn ? fault : { ...fault, damage: fault.damage ?? cutOff(fault) });
    break;
  }
  return faults;
}

function* faultIn(disk: WritableDisk, segment: SegmentFile): Steps<LogFault | null> {
  const reader = new WalReader(disk, [segment]);
  try {
    for (let count = 1; reader.next(); count++) {
      if (count % RECORDS_PER_STEP === 0) yield PIECE_UNITS;
    }
    return reader.torn === null ? null : { segment, end: reader.torn.offset, damage: null };
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    return { segment, end: reader.offset, damage: error };
  } finally {
    reader.close();
  }
}

function cutOff({ segment, end }: LogFault): CorruptionError {
  return new CorruptionError(segment.path, end, 'the segment ends within a record');
}

function problemOf(damage: CorruptionError, aside: string, laterCount: number): Problem {
  const { path, offset, code, reason } = damage;
  const later = laterCount === 0 ? '' : `, and ${laterCount} later segments,`;
  return {
    path,
    offset,
    code,
    message: `${reason}; the segment was cut there, as it was${later} it lies in ${aside}`,
  };
}

/** A new directory for what is set aside because of `name`, and durable. */
function makeAside(disk: WritableDisk, dir: string, name: string, now: number): string {
  const stamp = new Date(now).toISOString().replace(/[-:.]/g, '');
  const first = disk.join(dir, `${CORRUPT_PREFIX}${stamp}-${name}`);
  let path = first;
  for (let i = 2; disk.exists(path); i++) path = `${first}-${i}`;
  disk.makeDirectory(path);
  disk.syncDirectory(dir);
  return path;
}

/** The last one first: a crash in between leaves no gap. */
function moveInto(
  disk: WritableDisk,
  dir: string,
  aside: string,
  segments: readonly SegmentFile[],
): void {
  for (const { index, path } of [...segments].reverse()) {
    disk.rename(path, disk.join(aside, segmentName(index)));
  }
  if (segments.length === 0) return;
  disk.syncDirectory(aside);
  disk.syncDirectory(dir);
}

function* copyFile(disk: WritableDisk, from: string, to: string): Steps<void> {
  const source = disk.openMutable(from);
  const file = disk.create(to);
  try {
    for (let at = 0; at < source.size; at += PIECE_BYTES) {
      file.write(source.peek(at, Math.min(PIECE_BYTES, source.size - at)));
      yield PIECE_UNITS;
    }
    file.sync();
  } finally {
    file.close();
    source.close();
  }
}

/** Prometheus opens no log whose segments are not numbered one after the other. */
function fillGaps(disk: WritableDisk, dir: string, now: number): Problem[] {
  const { checkpoint, segments, gaps } = listLog(disk, dir);
  const isInLog = ({ path }: Problem): boolean => path === dir;
  if (!gaps.some(isInLog)) return [...gaps];
  let expected = checkpoint === null ? segments[0].index : checkpoint.index + 1;
  for (const [i, { index }] of segments.entries()) {
    if (index - expected > GAP_MAX) {
      const later = segments.slice(i);
      const aside = makeAside(disk, dir, segmentName(expected), now);
      moveInto(disk, dir, aside, later);
      const reason = `segments are missing from ${segmentName(expected)} on`;
      return [...gaps, problemOf(new CorruptionError(dir, 0, reason), aside, later.length)];
    }
    for (; expected < index; expected++) {
      disk.create(disk.join(dir, segmentName(expected))).close();
    }
    expected = index + 1;
  }
  disk.syncDirectory(dir);
  assert(!listLog(disk, dir).gaps.some(isInLog), 'the log has no gaps when they are filled');
  return [...gaps];
}
