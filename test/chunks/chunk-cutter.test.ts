/** Where chunks end: the counts that Prometheus' head was seen to make. */
import fc from 'fast-check';
import { ChunkCutter, chunkRangeEnd, predictChunkEnd } from '../../chunks/chunk-cutter.js';

const HOUR_MS = 3_600_000;

interface Shape {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly rangeMs?: number;
  /** Of a chunk with so many samples. */
  readonly bytes?: (samples: number) => number;
}

/** How many samples each chunk gets. */
function cut({ from, to, stepMs, rangeMs = 2 * HOUR_MS, bytes = () => 100 }: Shape): number[] {
  const cutter = new ChunkCutter(rangeMs);
  const counts: number[] = [];
  let count = 0;
  for (let time = from; time < to; time += stepMs) {
    if (cutter.cutsBefore(time, count, count === 0 ? 0 : bytes(count))) {
      if (count > 0) counts.push(count);
      count = 0;
    }
    count++;
  }
  return [...counts, count];
}

const repeat = (count: number, times: number): number[] => new Array<number>(times).fill(count);

describe('chunks of regular samples', () => {
  it('from one boundary to the next share the time evenly', () => {
    const day = { from: 0, to: 2 * HOUR_MS };
    expect(cut({ ...day, stepMs: 15_000 })).toEqual(repeat(120, 4));
    expect(cut({ ...day, stepMs: 30_000 })).toEqual(repeat(120, 2));
    expect(cut({ ...day, stepMs: 60_000 })).toEqual([120]);
    expect(cut({ ...day, stepMs: 7_000 }).slice(0, 3)).toEqual(repeat(129, 3));
    expect(cut({ ...day, stepMs: 1_000 }).slice(0, 3)).toEqual(repeat(117, 3));
  });

  it('never cross a boundary, whose sample is in the later one', () => {
    expect(cut({ from: 2 * HOUR_MS - 45_000, to: 2 * HOUR_MS + 30_000, stepMs: 15_000 })).toEqual([
      3, 2,
    ]);
    // Rare samples: no prediction is ever made.
    expect(cut({ from: 0, to: 8 * HOUR_MS, stepMs: HOUR_MS })).toEqual([2, 2, 2, 2]);
  });

  it('before the epoch reach over the boundary ahead, unless they begin on one', () => {
    const until = { to: 4 * HOUR_MS, stepMs: HOUR_MS };
    expect(cut({ from: -4 * HOUR_MS, ...until })).toEqual([2, 2, 2, 2]);
    expect(cut({ from: -3 * HOUR_MS, ...until })).toEqual([3, 2, 2]);
    expect(cut({ from: -1 * HOUR_MS, ...until })).toEqual([3, 2]);
  });
});

describe('a wrong prediction', () => {
  it('ends with 240 samples', () => {
    // 30 samples a minute apart, then one each ms.
    const cutter = new ChunkCutter(2 * HOUR_MS);
    let count = 0;
    for (let i = 0; i < 30; i++) cutter.cutsBefore(i * 60_000, count++, 100);
    while (!cutter.cutsBefore(30 * 60_000 + count, count, 100)) count++;
    expect(count).toBe(240);
  });
});

describe('the size of a chunk', () => {
  it('ends it when the next sample might not fit', () => {
    const doubles = (samples: number): number => 10 * samples;
    // 1005 bytes still take a sample: 101 of 10 bytes are the first to exceed them.
    expect(cut({ from: 0, to: HOUR_MS, stepMs: 15_000, bytes: doubles })).toEqual([101, 101, 38]);
    const limit = (samples: number): number => (samples === 50 ? 1005 : 100);
    expect(cut({ from: 0, to: HOUR_MS, stepMs: 15_000, bytes: limit })).toEqual([120, 120]);
  });
});

describe('the end of a range', () => {
  it('is exact for every time', () => {
    expect(chunkRangeEnd(0, 10)).toBe(10);
    expect(chunkRangeEnd(9, 10)).toBe(10);
    expect(chunkRangeEnd(10, 10)).toBe(20);
    expect(chunkRangeEnd(-1, 10)).toBe(10);
    expect(chunkRangeEnd(-10, 10)).toBe(0);
    expect(chunkRangeEnd(-11, 10)).toBe(0);
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 1e9 }), (time, range) => {
        // An end beyond 2^53 is rounded, and no sample gets there.
        fc.pre(time + range <= Number.MAX_SAFE_INTEGER);
        const end = (BigInt(time) / BigInt(range)) * BigInt(range) + BigInt(range);
        expect(BigInt(chunkRangeEnd(time, range))).toBe(end);
      }),
    );
  });
});

describe('the predicted end', () => {
  it('is the range where one chunk fills it, else an even part', () => {
    expect(predictChunkEnd(0, 24, 100)).toBe(100);
    expect(predictChunkEnd(0, 11, 100)).toBe(50);
    expect(predictChunkEnd(100, 104, 201)).toBe(120);
  });
});
