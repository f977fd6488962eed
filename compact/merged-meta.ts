/** What the meta.json of a merged block says of where it came from (`CompactBlockMetas`). */
import { assert } from '../model/assert.js';
import type { NewBlock } from './block-writer.js';
import type { BlockCompaction, BlockDescription, BlockMeta } from './block-meta.js';

/** All its samples came late; what the blocks in order cover is counted without it. */
export const HINT_OUT_OF_ORDER = 'from-out-of-order';
/** It holds only series that had ended, or only some that were picked: the log has the others. */
export const HINT_STALE_SERIES = 'from-stale-series';
export const HINT_SELECTED_SERIES = 'from-selected-series';

/** The block that `metas`, at least one, become when they are merged. */
export function mergedBlock(ulid: string, metas: readonly BlockMeta[]): NewBlock {
  assert(metas.length > 0, 'a merge has sources');
  const level = 1 + metas.reduce((max, { compaction }) => Math.max(max, compaction.level), 0);
  const sources = new Set(metas.flatMap(({ compaction }) => compaction.sources));
  return {
    ulid,
    minTime: Math.min(...metas.map(({ minTime }) => minTime)),
    maxTime: Math.max(...metas.map(({ maxTime }) => maxTime)),
    compaction: {
      level,
      sources: [...sources].sort(),
      parents: metas.map(describe),
      hints: mergedHints(metas),
    },
  };
}

/** The block that `meta` becomes when what was deleted of it is left out: as if it were new. */
export function rewrittenBlock(ulid: string, meta: BlockMeta): NewBlock {
  const compaction: Partial<BlockCompaction> = {
    level: 1,
    sources: [ulid],
    parents: [describe(meta)],
    hints: inOrder((hint) => meta.compaction.hints.includes(hint)),
  };
  return { ulid, minTime: meta.minTime, maxTime: meta.maxTime, compaction };
}

/** A block is of late samples where all sources are, and of some series where any source is. */
function mergedHints(metas: readonly BlockMeta[]): string[] {
  const has = (hint: string) => (meta: BlockMeta) => meta.compaction.hints.includes(hint);
  return inOrder((hint) =>
    hint === HINT_OUT_OF_ORDER ? metas.every(has(hint)) : metas.some(has(hint)),
  );
}

function inOrder(accepts: (hint: string) => boolean): string[] {
  return [HINT_OUT_OF_ORDER, HINT_SELECTED_SERIES, HINT_STALE_SERIES].filter(accepts);
}

function describe({ ulid, minTime, maxTime }: BlockMeta): BlockDescription {
  return { ulid, minTime, maxTime };
}
