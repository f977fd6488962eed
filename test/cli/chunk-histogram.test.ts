import { chunkHistogram, drawHistogram } from '../../cli/chunk-histogram.js';

describe('chunkHistogram', () => {
  it('counts in steps of ten, which grow tenfold with the span', () => {
    // promtool's TestGenerateBucket.
    expect(chunkHistogram([101, 141])?.buckets).toEqual([
      { from: 101, to: 110, count: 1 },
      { from: 111, to: 120, count: 0 },
      { from: 121, to: 130, count: 0 },
      { from: 131, to: 140, count: 0 },
      { from: 141, to: 150, count: 1 },
      { from: 151, to: 160, count: 0 },
    ]);
    expect(chunkHistogram([0, 1000])?.buckets[0]).toMatchObject({ from: 1, to: 100 });
    expect(chunkHistogram([0, 10_000_000])?.buckets[0]).toMatchObject({ from: 1, to: 100_000 });
  });

  it('gives the least, the mean rounded down, and the greatest', () => {
    expect(chunkHistogram([5, 1, 2])).toMatchObject({ min: 1, average: 2, max: 5 });
    expect(chunkHistogram([])).toBeNull();
  });
});

describe('drawHistogram', () => {
  it('draws as promtool does, a character for each percent of the total', () => {
    const numbers = [1, 2, 3, 12];
    expect(drawHistogram('bytes', chunkHistogram(numbers), 100)).toBe(
      'bytes (min/avg/max): 1/4/12\n[ 1, 10]: 3 ###\n[11, 20]: 1 #\n[21, 30]: 0 \n\n',
    );
    expect(drawHistogram('bytes', null, 100)).toBe('bytes: N/A\n\n');
  });
});
