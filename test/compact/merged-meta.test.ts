/** What a merged block says of where it came from. */
import { mergedBlock, rewrittenBlock } from '../../compact/merged-meta.js';
import { metaOf } from '../support/block-metas.js';

const LATE = 'from-out-of-order';
const STALE = 'from-stale-series';
const SELECTED = 'from-selected-series';

function hintsOf(...hints: readonly string[][]): readonly string[] | undefined {
  const metas = hints.map((list, i) => metaOf(`${i}`, i, i + 1, { compaction: { hints: list } }));
  return mergedBlock('new', metas).compaction?.hints;
}

it('a merged block covers its sources and stands a level above the highest of them', () => {
  const merged = mergedBlock('new', [
    metaOf('b', 10, 40, { compaction: { level: 2, sources: ['s3', 's1'] } }),
    metaOf('a', 20, 30, { compaction: { level: 1, sources: ['s2', 's1'] } }),
  ]);
  expect(merged).toEqual({
    ulid: 'new',
    minTime: 10,
    maxTime: 40,
    compaction: {
      level: 3,
      sources: ['s1', 's2', 's3'],
      parents: [
        { ulid: 'b', minTime: 10, maxTime: 40 },
        { ulid: 'a', minTime: 20, maxTime: 30 },
      ],
      hints: [],
    },
  });
});

it('it is of late samples only where all its sources are', () => {
  expect(hintsOf([LATE], [LATE])).toEqual([LATE]);
  expect(hintsOf([LATE], [])).toEqual([]);
});

it('it is of some series where any source is', () => {
  expect(hintsOf([STALE], [])).toEqual([STALE]);
  expect(hintsOf([SELECTED], [STALE])).toEqual([SELECTED, STALE]);
});

it('a block that is rewritten becomes a new one with one parent and the same hints', () => {
  const old = metaOf('old', 5, 9, {
    compaction: { level: 3, sources: ['a', 'b'], hints: [STALE, 'unknown'], deletable: true },
  });
  expect(rewrittenBlock('new', old)).toEqual({
    ulid: 'new',
    minTime: 5,
    maxTime: 9,
    compaction: {
      level: 1,
      sources: ['new'],
      parents: [{ ulid: 'old', minTime: 5, maxTime: 9 }],
      hints: [STALE],
    },
  });
});
