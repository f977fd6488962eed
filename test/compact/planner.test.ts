/** What is merged next, and why: time ranges with sentences. */
import fc from 'fast-check';
import type { BlockMeta } from '../../compact/block-meta.js';
import {
  type CompactionPlan,
  compactionRanges,
  planCompaction,
  type PlanOptions,
  type PlanReason,
} from '../../compact/planner.js';
import { metaOf, type MetaChanges } from '../support/block-metas.js';

const HOUR = 3_600_000;
const RANGES = [20, 60, 180, 540, 1620];

type Range = readonly [name: string, minTime: number, maxTime: number, changes?: MetaChanges];

const FAILED: MetaChanges = { compaction: { failed: true } };
const STALE: MetaChanges = { compaction: { hints: ['from-stale-series'] } };
const SELECTED: MetaChanges = { compaction: { hints: ['from-selected-series'] } };
const LATE: MetaChanges = { compaction: { hints: ['from-out-of-order'] } };

function deleted(numTombstones: number, numSeries: number): MetaChanges {
  return { stats: { numTombstones, numSeries } };
}

function plan(ranges: readonly Range[], options: Partial<PlanOptions> = {}): CompactionPlan | null {
  return planCompaction(
    ranges.map((range) => metaOf(...range)),
    { rangesMs: RANGES, ...options },
  );
}

function expectPlan(ranges: readonly Range[], reason: PlanReason, names: string): void {
  const made = plan(ranges);
  expect([made?.reason, made?.blocks.map(({ ulid }) => ulid).join(' ')]).toEqual([reason, names]);
}

describe('blocks by level', () => {
  it('one block is left alone, and so are two, of which one is the newest', () => {
    expect(plan([])).toBeNull();
    expect(plan([['1', 0, 20]])).toBeNull();
    expect(
      plan([
        ['1', 0, 20],
        ['2', 20, 40],
      ]),
    ).toBeNull();
  });

  it('three that fill a slice wait for a fourth: the newest does not count', () => {
    const three: Range[] = [
      ['1', 0, 20],
      ['2', 20, 40],
      ['3', 40, 60],
    ];
    expect(plan(three)).toBeNull();
    expectPlan([...three, ['4', 60, 80]], 'level', '1 2 3');
  });

  it('two with a gap are merged once nothing can come into their slice any more', () => {
    const gap: Range[] = [
      ['1', 0, 20],
      ['2', 20, 40],
      ['3', 60, 80],
    ];
    expect(plan(gap)).toBeNull();
    expectPlan([...gap, ['4', 80, 100]], 'level', '1 2');
  });

  it('a gap in the middle does not keep a full slice from being merged', () => {
    expectPlan(
      [
        ['1', 0, 20],
        ['3', 40, 60],
        ['4', 60, 80],
      ],
      'level',
      '1 3',
    );
  });

  it('the shortest length goes first, the oldest slice first', () => {
    expectPlan(
      [
        ['1', 0, 20],
        ['2', 20, 40],
        ['3', 40, 60],
        ['4', 60, 120],
        ['5', 120, 180],
      ],
      'level',
      '1 2 3',
    );
    expectPlan(
      [
        ['1', 0, 20],
        ['2', 20, 40],
        ['3', 60, 80],
        ['4', 80, 100],
        ['5', 120, 140],
        ['6', 140, 160],
      ],
      'level',
      '1 2',
    );
  });

  it('blocks of different lengths make up a longer slice', () => {
    expectPlan(
      [
        ['2', 20, 40],
        ['4', 60, 120],
        ['5', 960, 980],
        ['6', 120, 180],
        ['7', 720, 960],
      ],
      'level',
      '2 4 6',
    );
  });

  it('which block is the newest is a matter of its time, not of its name', () => {
    expectPlan(
      [
        ['5', 0, 360],
        ['6', 540, 560],
        ['7', 360, 420],
        ['8', 420, 540],
      ],
      'level',
      '7 8',
    );
  });

  it('blocks that end off the grid are merged when two newer ones are there', () => {
    const off: Range[] = [
      ['1', 1, 18],
      ['2', 21, 35],
      ['3', 61, 70],
    ];
    expect(plan(off)).toBeNull();
    expectPlan([...off, ['4', 81, 90]], 'level', '1 2');
  });

  it('a block that crosses its slice is passed over at that length', () => {
    expectPlan(
      [
        ['1', 0, 20],
        ['2', 50, 70],
        ['3', 70, 90],
        ['4', 90, 110],
        ['5', 130, 140],
        ['6', 190, 200],
      ],
      'level',
      '3 4',
    );
  });

  it('the grid goes on below the epoch', () => {
    expectPlan(
      [
        ['1', -60, -40],
        ['2', -40, -20],
        ['3', -20, 0],
        ['4', 0, 20],
      ],
      'level',
      '1 2 3',
    );
  });

  it('with one length only, nothing is merged', () => {
    const blocks: Range[] = [
      ['1', 0, 20],
      ['2', 20, 40],
      ['3', 40, 60],
      ['4', 60, 80],
    ];
    expect(plan(blocks, { rangesMs: [20] })).toBeNull();
  });

  it('a slice with a block whose merge has failed is left alone, the next one is not', () => {
    const blocks: Range[] = [
      ['1', 0, 20],
      ['2', 20, 40, FAILED],
      ['3', 40, 60],
      ['4', 60, 80],
    ];
    expect(plan(blocks)).toBeNull();
    expectPlan([...blocks, ['5', 80, 100], ['6', 120, 140], ['7', 140, 160]], 'level', '4 5');
  });

  it('says in words what decided', () => {
    const two = (name: string, hour: number): Range => [name, hour * HOUR, (hour + 2) * HOUR];
    const options = { rangesMs: compactionRanges(2 * HOUR, 54 * HOUR) };
    expect(plan([two('1', 0), two('2', 2), two('3', 4), two('4', 6)], options)?.words).toBe(
      '3 blocks from 1970-01-01T00:00:00Z to 1970-01-01T06:00:00Z fill a slice of 6 h',
    );
    expect(plan([two('1', 0), two('2', 2), two('3', 6), two('4', 8)], options)?.words).toBe(
      '2 blocks from 1970-01-01T00:00:00Z to 1970-01-01T04:00:00Z ' +
        'are all that will come into a slice of 6 h',
    );
  });
});

describe('blocks that overlap', () => {
  it('are merged at once, the newest too', () => {
    expectPlan(
      [
        ['1', 0, 20],
        ['2', 19, 40],
        ['3', 40, 60],
      ],
      'overlap',
      '1 2',
    );
    expectPlan(
      [
        ['1', 0, 20],
        ['2', 20, 40],
        ['3', 30, 50],
      ],
      'overlap',
      '2 3',
    );
  });

  it('are one run where each begins before the end of any of them', () => {
    expectPlan(
      [
        ['1', 0, 20],
        ['2', 10, 40],
        ['3', 30, 50],
      ],
      'overlap',
      '1 2 3',
    );
    expectPlan(
      [
        ['5', 0, 360],
        ['6', 340, 560],
        ['7', 360, 420],
        ['8', 420, 540],
      ],
      'overlap',
      '5 6 7 8',
    );
  });

  it('wait for the run before them', () => {
    expectPlan(
      [
        ['1', 0, 10],
        ['2', 9, 20],
        ['3', 30, 40],
        ['4', 39, 50],
      ],
      'overlap',
      '1 2',
    );
  });

  it('are one run with the block right before the first overlap, whichever it overlaps', () => {
    expectPlan(
      [
        ['1', 0, 100],
        ['2', 100, 110],
        ['3', 105, 120],
      ],
      'overlap',
      '2 3',
    );
  });

  it('do not where they only touch', () => {
    expect(
      plan([
        ['1', 0, 20],
        ['2', 20, 40],
      ]),
    ).toBeNull();
  });

  it('are merged though a merge of them has failed', () => {
    expectPlan(
      [
        ['1', 0, 20, FAILED],
        ['2', 10, 30],
      ],
      'overlap',
      '1 2',
    );
  });

  it('stay where merging them is switched off', () => {
    const blocks: Range[] = [
      ['1', 0, 20],
      ['2', 10, 30],
    ];
    expect(plan(blocks, { mergesOverlaps: false })).toBeNull();
  });

  it('late samples are merged with those in order', () => {
    expectPlan(
      [
        ['1', 0, 20],
        ['2', 0, 20, LATE],
      ],
      'overlap',
      '1 2',
    );
  });
});

describe('blocks with deletions', () => {
  it('a large one of which more than 5 % is deleted is rewritten once a newer one is there', () => {
    expect(plan([['1', 0, 540, deleted(3, 10)]])).toBeNull();
    expectPlan(
      [
        ['1', 0, 540, deleted(3, 10)],
        ['2', 540, 560],
      ],
      'tombstones',
      '1',
    );
  });

  it('a large one of which little is deleted is left alone', () => {
    expect(
      plan([
        ['1', 0, 540, deleted(1, 19)],
        ['2', 540, 560],
      ]),
    ).toBeNull();
  });

  it('a small one is rewritten only when every series has a tombstone', () => {
    const next: Range = ['2', 60, 80];
    expect(plan([['1', 0, 60, deleted(9, 10)], next])).toBeNull();
    expectPlan([['1', 0, 60, deleted(10, 10)], next], 'tombstones', '1');
  });

  it('older ones behind a small one are not looked at', () => {
    const large: Range = ['1', 0, 540, deleted(5, 10)];
    expect(plan([large, ['2', 540, 560], ['3', 560, 580]])).toBeNull();
  });

  it('an empty one without any is not rewritten for ever', () => {
    expect(
      plan([
        ['1', 0, 540, deleted(0, 0)],
        ['2', 540, 560],
      ]),
    ).toBeNull();
  });

  it('says in words what decided', () => {
    const made = plan([
      ['1', 0, 540, deleted(3, 10)],
      ['2', 540, 560],
    ]);
    expect(made?.words).toBe('block 1 has 3 tombstones for 10 series');
  });
});

describe('blocks of some series only', () => {
  const stale = (name: string, from: number): Range => [name, from, from + 20, STALE];

  it('are not merged with those of all', () => {
    expectPlan(
      [['1', 0, 20], stale('stale', 0), ['2', 20, 40], ['3', 40, 60], ['4', 60, 80]],
      'level',
      '1 2 3',
    );
    expect(
      plan([
        ['1', 0, 20],
        ['2', 0, 20, STALE],
        ['3', 0, 20, SELECTED],
      ]),
    ).toBeNull();
  });

  it('are merged among themselves, when there is nothing to do for the others', () => {
    const four = [stale('s1', 0), stale('s2', 20), stale('s3', 40), stale('s4', 60)];
    expectPlan(four, 'level', 's1 s2 s3');
    expectPlan([['1', 0, 20], ...four], 'level', 's1 s2 s3');
  });

  it('wait: regular ones go first, then stale, then selected', () => {
    const overlapping = (prefix: string, changes?: MetaChanges): Range[] => [
      [`${prefix}1`, 0, 20, changes],
      [`${prefix}2`, 10, 30, changes],
    ];
    const selected = overlapping('selected', SELECTED);
    const ended = overlapping('stale', STALE);
    expectPlan([...selected, ...ended, ...overlapping('all')], 'overlap', 'all1 all2');
    expectPlan([...selected, ...ended], 'overlap', 'stale1 stale2');
    expectPlan(selected, 'overlap', 'selected1 selected2');
  });
});

describe('a plan', () => {
  it('leaves out what must stay, and every block made after it', () => {
    const blocks: Range[] = [
      ['1', 0, 20],
      ['2', 10, 30],
      ['3', 40, 60],
      ['4', 50, 70],
    ];
    const excluding = (name: string): Partial<PlanOptions> => ({
      excludes: (meta) => meta.ulid === name,
    });
    expect(plan(blocks, excluding('2'))).toBeNull();
    expect(plan(blocks, excluding('4'))?.blocks).toHaveLength(2);
  });

  it('is followed by others until nothing is left, and every merge makes fewer blocks', () => {
    const times = fc.record({ at: fc.integer({ min: -40, max: 40 }), count: fc.integer() });
    fc.assert(
      fc.property(fc.array(times, { maxLength: 40 }), (cells) => {
        let blocks: BlockMeta[] = cells.map(({ at }, i) =>
          metaOf(String(i).padStart(4, '0'), 20 * at, 20 * at + 20),
        );
        for (let round = 0; ; round++) {
          const next = planCompaction(blocks, { rangesMs: RANGES });
          if (next === null) return;
          expect(next.blocks.length).toBeGreaterThan(1);
          expect(round).toBeLessThan(cells.length);
          const merged = metaOf(
            `m${String(round).padStart(4, '0')}`,
            Math.min(...next.blocks.map(({ minTime }) => minTime)),
            Math.max(...next.blocks.map(({ maxTime }) => maxTime)),
          );
          blocks = [...blocks.filter((block) => !next.blocks.includes(block)), merged];
        }
      }),
    );
  });
});

describe('the lengths of blocks', () => {
  it('grow threefold up to the longest allowed, ten at most', () => {
    expect(compactionRanges(2 * HOUR, 54 * HOUR)).toEqual([2, 6, 18, 54].map((h) => h * HOUR));
    expect(compactionRanges(2 * HOUR, 53 * HOUR)).toEqual([2, 6, 18].map((h) => h * HOUR));
    expect(compactionRanges(10, Infinity)).toHaveLength(10);
    expect(compactionRanges(2 * HOUR, HOUR)).toEqual([2 * HOUR]);
  });
});
