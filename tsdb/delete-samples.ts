/**
 * Deletes samples of a block by noting which: tombstones, that queries hide at once and the next
 * compaction leaves out (tsdb/block.go, `Delete`).
 *
 * The tombstones are replaced first, then meta.json, which counts them: a crash in between leaves a
 * count that is too low.
 */
import { type BlockMeta, encodeBlockMeta } from '../compact/block-meta.js';
import { replaceFile } from '../disk/replace-file.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import { selectPostings } from '../index/select.js';
import { ChunkMetas } from '../index/series-entry.js';
import { encodeTombstones, type Tombstones } from '../index/tombstones.js';
import { addInterval, type Interval } from '../model/interval.js';
import type { Matcher } from '../model/matcher.js';
import type { Steps } from '../model/steps.js';
import { encodeUtf8 } from '../model/utf8.js';
import type { Block } from './block.js';

/** Looking at the chunks of one series, in the pacer's units. */
const SERIES_UNITS = 200;

/**
 * The deleted ranges of an acquired block once the closed `range` of the series that match is
 * deleted too; null where nothing of them is there.
 */
export function* tombstonesOf(
  { index, tombstones }: Block,
  matchers: readonly Matcher[],
  range: Interval,
): Steps<Tombstones | null> {
  yield* index.loadOffsets();
  const selection = yield* selectPostings(index, matchers);
  if (selection.countMax > 0) yield* index.loadSymbols();
  const metas = new ChunkMetas();
  const added = new Map<number, Interval>();
  for (let moved = selection.move(); moved !== 'ended'; moved = selection.move()) {
    yield SERIES_UNITS;
    if (moved === 'paused') continue;
    index.series(selection.at, metas);
    const deleted = clamp(metas, range);
    if (deleted !== null) added.set(selection.at, deleted);
  }
  if (added.size === 0) return null;
  const merged = new Map(tombstones);
  for (const [id, interval] of added) {
    merged.set(id, addInterval(tombstones.get(id) ?? [], interval));
  }
  return merged;
}

/** Puts the tombstones of the block in `path` in place of those it has. */
export function storeTombstones(
  disk: WritableDisk,
  { path, meta }: Pick<Block, 'path' | 'meta'>,
  tombstones: Tombstones,
): void {
  replaceFile(disk, disk.join(path, 'tombstones'), encodeTombstones(tombstones));
  const numTombstones = [...tombstones.values()].reduce((sum, { length }) => sum + length, 0);
  storeMeta(disk, path, { ...meta, stats: { ...meta.stats, numTombstones } });
}

/** Replaces the meta.json of the block in `path`. */
export function storeMeta(disk: WritableDisk, path: string, meta: BlockMeta): void {
  replaceFile(disk, disk.join(path, 'meta.json'), encodeUtf8(encodeBlockMeta(meta)));
}

/** What of `range` a series with these chunks has, if one of them meets it. */
function clamp(metas: ChunkMetas, { minTime, maxTime }: Interval): Interval | null {
  const { count, minTimes, maxTimes } = metas;
  for (let i = 0; i < count; i++) {
    if (minTimes[i] > maxTime || maxTimes[i] < minTime) continue;
    return {
      minTime: Math.max(minTime, minTimes[0]),
      maxTime: Math.min(maxTime, maxTimes[count - 1]),
    };
  }
  return null;
}
