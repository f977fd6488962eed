/** Which blocks are to be deleted, and why. */
import {
  type Deletion,
  planDeletions,
  type RetentionOptions,
  type SizedBlock,
} from '../../compact/retention.js';
import { metaOf, type MetaChanges } from '../support/block-metas.js';

const HOUR = 3_600_000;

function block(name: string, minTime: number, maxTime: number, sizeBytes = 1): SizedBlock {
  return { meta: metaOf(name, minTime, maxTime), sizeBytes };
}

function changed(name: string, changes: MetaChanges): SizedBlock {
  return { meta: metaOf(name, 0, 10, changes), sizeBytes: 1 };
}

const FOUR = [block('1', 0, 10), block('2', 10, 20), block('3', 20, 30), block('4', 30, 40)];

function deletions(blocks: readonly SizedBlock[], options: RetentionOptions = {}): string {
  const found = planDeletions(blocks, options).map(({ ulid, reason }) => `${ulid} ${reason}`);
  return found.sort().join(', ');
}

function wordsOf(blocks: readonly SizedBlock[], options: RetentionOptions = {}): string[] {
  return planDeletions(blocks, options).map(({ words }: Deletion) => words);
}

it('without a limit everything stays', () => {
  expect(deletions([])).toBe('');
  expect(deletions(FOUR)).toBe('');
  expect(deletions(FOUR, { retentionMs: 0, retentionBytes: 0, retentionPercentage: 0 })).toBe('');
});

describe('by time', () => {
  it('a block goes that ends as long before the newest one as is kept, or longer', () => {
    expect(deletions(FOUR, { retentionMs: 31 })).toBe('');
    expect(deletions(FOUR, { retentionMs: 30 })).toBe('1 time');
    expect(deletions(FOUR, { retentionMs: 21 })).toBe('1 time');
    expect(deletions(FOUR, { retentionMs: 20 })).toBe('1 time, 2 time');
  });

  it('the newest block stays however little is kept', () => {
    expect(deletions(FOUR, { retentionMs: 1 })).toBe('1 time, 2 time, 3 time');
    expect(deletions([FOUR[0]], { retentionMs: 1 })).toBe('');
  });

  it('a long block is as old as its end', () => {
    expect(deletions([block('long', 0, 39), FOUR[3]], { retentionMs: 5 })).toBe('');
  });

  it('says in words what decided', () => {
    const two = [block('1', 0, 2 * HOUR), block('2', 8 * HOUR, 10 * HOUR)];
    expect(wordsOf(two, { retentionMs: 6 * HOUR })).toEqual([
      "it ends at 1970-01-01T02:00:00Z, 6 h or more before the newest block's end, " +
        '1970-01-01T10:00:00Z',
    ]);
  });
});

describe('by size', () => {
  const sized = FOUR.map(({ meta }) => ({ meta, sizeBytes: 100 }));

  it('the newest blocks stay that fit together with the head', () => {
    expect(deletions(sized, { retentionBytes: 400 })).toBe('');
    expect(deletions(sized, { retentionBytes: 399 })).toBe('1 size');
    expect(deletions(sized, { retentionBytes: 400, headBytes: 1 })).toBe('1 size');
    expect(deletions(sized, { retentionBytes: 50 })).toBe('1 size, 2 size, 3 size, 4 size');
  });

  it('a block that would fit goes with a newer one that does not', () => {
    const uneven = [block('1', 0, 10, 1), block('2', 10, 20, 500), block('3', 20, 30, 10)];
    expect(deletions(uneven, { retentionBytes: 100 })).toBe('1 size, 2 size');
  });

  it('a percentage counts in the file system and goes before the bytes', () => {
    const percent = { retentionPercentage: 0.5, retentionBytes: 1000 };
    expect(deletions(sized, { ...percent, diskBytes: 40_000 })).toBe('1 size, 2 size');
    expect(deletions(sized, { ...percent, diskBytes: 0 })).toBe('');
    expect(deletions(sized, { ...percent, retentionBytes: 300 })).toBe('1 size');
  });

  it('says in words what decided', () => {
    expect(wordsOf(sized, { retentionBytes: 299, headBytes: 7 })).toEqual([
      'with it there would be 307 bytes, of 299 that may be kept',
      'newer blocks use up the 299 bytes that may be kept',
    ]);
  });
});

describe('by what became of them', () => {
  it('the sources of a block go, whether they can be read or not', () => {
    const parents = ['1', 'gone'].map((ulid) => ({ ulid, minTime: 0, maxTime: 10 }));
    const merged = changed('merged', { compaction: { parents } });
    expect(deletions([FOUR[0], merged])).toBe('1 replaced, gone replaced');
    expect(wordsOf([merged])[0]).toBe('block merged was made of it');
  });

  it('empty ones go', () => {
    const empty = changed('empty', { compaction: { deletable: true } });
    expect(deletions([empty, FOUR[1]])).toBe('empty deletable');
    expect(wordsOf([empty])).toEqual(['a merge found no samples in it']);
  });

  it('each is named once, though more speaks against it', () => {
    const empty = changed('1', { compaction: { deletable: true } });
    const limits = { retentionMs: 1, retentionBytes: 1 };
    expect(deletions([empty, FOUR[3]], limits)).toBe('1 deletable');
  });
});
