/**
 * The tombstones of a block: which closed time ranges of which series were deleted.
 *
 *     magic 01 30 BA 30 <4b> | version 1 <1b>
 *     triples × (series id <uvarint> | min time <varint> | max time <varint>)
 *     crc32c(triples) <4b>
 *
 * The checksum covers the triples only. Times are in ms, bounds may be int64's extremes. See
 * docs/format/tombstones.md.
 */
import type { Disk } from '../disk/disk.js';
import { ByteReader } from '../encoding/byte-reader.js';
import { ByteWriter } from '../encoding/byte-writer.js';
import { crc32c } from '../encoding/crc32c.js';
import { CorruptionError, DecodeError } from '../model/errors.js';
import type { Interval } from '../model/interval.js';

const MAGIC = 0x0130ba30;
const VERSION = 1;
const HEADER_BYTES = 5;
const CRC_BYTES = 4;
/** Far more than the tombstones of the largest block; a larger file is not read into memory. */
const FILE_BYTES_MAX = 1024 * 1024 * 1024;

/** The deleted ranges by series id: sorted, disjoint, not touching. */
export type Tombstones = ReadonlyMap<number, readonly Interval[]>;

export const NO_TOMBSTONES: Tombstones = new Map();

/** Reads a block's tombstones file; a missing one says that nothing was deleted. */
export function readTombstones(disk: Disk, path: string): Tombstones {
  if (!disk.exists(path)) return NO_TOMBSTONES;
  try {
    return decodeTombstones(disk.readFile(path, FILE_BYTES_MAX));
  } catch (error) {
    throw CorruptionError.from(path, 0, error);
  }
}

/** Throws a `DecodeError` for anything but a whole, intact file. */
export function decodeTombstones(bytes: Uint8Array): Tombstones {
  const end = bytes.length - CRC_BYTES;
  if (end < HEADER_BYTES) {
    throw new DecodeError(`tombstones of ${bytes.length} bytes are cut off`, bytes.length);
  }
  const reader = new ByteReader(bytes, 0, end);
  if (reader.u32() !== MAGIC) throw new DecodeError('tombstones have the wrong magic', 0);
  const version = reader.u8();
  if (version !== VERSION) throw new DecodeError(`unknown tombstones version ${version}`, 4);
  const checksum = new ByteReader(bytes, end).u32();
  if (checksum !== crc32c(bytes.subarray(HEADER_BYTES, end))) {
    throw new DecodeError('checksum of tombstones does not match', end);
  }
  const unsorted = new Map<number, Interval[]>();
  while (reader.remaining > 0) {
    const id = reader.uvarint();
    const interval = { minTime: reader.varint(false), maxTime: reader.varint(false) };
    // A range that ends before it begins deletes nothing.
    if (interval.minTime > interval.maxTime) continue;
    const intervals = unsorted.get(id);
    if (intervals === undefined) unsorted.set(id, [interval]);
    else intervals.push(interval);
  }
  const tombstones = new Map<number, readonly Interval[]>();
  for (const [id, intervals] of unsorted) tombstones.set(id, mergeIntervals(intervals));
  return tombstones;
}

/** The file for `tombstones`, by ascending id; bounds as `MIN_TIME` and `MAX_TIME` say. */
export function encodeTombstones(tombstones: Tombstones): Uint8Array {
  const writer = new ByteWriter();
  writer.u32(MAGIC).u8(VERSION);
  for (const [id, intervals] of [...tombstones].sort(([a], [b]) => a - b)) {
    for (const { minTime, maxTime } of intervals) {
      writer.uvarint(id).varint(minTime).varint(maxTime);
    }
  }
  return writer.u32(crc32c(writer.bytes().subarray(HEADER_BYTES))).bytes();
}

/** Sorts ranges and joins those that overlap or touch: what adding them one by one comes to. */
function mergeIntervals(intervals: Interval[]): Interval[] {
  intervals.sort((a, b) => a.minTime - b.minTime);
  const merged: Interval[] = [];
  for (const interval of intervals) {
    const last = merged.at(-1);
    if (last === undefined || interval.minTime > last.maxTime + 1) merged.push(interval);
    else if (interval.maxTime > last.maxTime) {
      merged[merged.length - 1] = { minTime: last.minTime, maxTime: interval.maxTime };
    }
  }
  return merged;
}
