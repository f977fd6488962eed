/** Block metas for tests of rules that look at nothing else. */
import type { BlockCompaction, BlockMeta, BlockStats } from '../../compact/block-meta.js';

export interface MetaChanges {
  readonly stats?: Partial<BlockStats>;
  readonly compaction?: Partial<BlockCompaction>;
}

/** A block of the head over `[minTime, maxTime)`; `name` stands for its ULID. */
export function metaOf(
  name: string,
  minTime: number,
  maxTime: number,
  { stats, compaction }: MetaChanges = {},
): BlockMeta {
  return {
    ulid: name,
    minTime,
    maxTime,
    stats: {
      numSamples: 0,
      numFloatSamples: 0,
      numHistogramSamples: 0,
      numSeries: 0,
      numChunks: 0,
      numTombstones: 0,
      ...stats,
    },
    compaction: {
      level: 1,
      sources: [name],
      deletable: false,
      parents: [],
      failed: false,
      hints: [],
      ...compaction,
    },
    version: 1,
  };
}
