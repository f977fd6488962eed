import { ChunkLists, type FullChunk } from '../../tsdb/chunk-lists.js';

function chunk(minTime: number, maxTime: number, ref = 2 ** 32 + 8): FullChunk {
  return { ref, minTime, maxTime, sampleCount: 3, dataLength: 40 };
}

/** Min times from the first chunk on. */
function minTimes(lists: ChunkLists, slot: number): number[] {
  const found: number[] = [];
  for (let at = lists.first(slot); at !== 0; at = lists.next(at)) found.push(lists.minTimeAt(at));
  return found;
}

describe('chunk lists', () => {
  it('keep the chunks of each series in order', () => {
    const lists = new ChunkLists();
    lists.start(0);
    lists.start(1);
    lists.push(1, chunk(1, 4, 7 * 2 ** 32 + 99));
    lists.push(0, chunk(1, 2));
    lists.push(1, chunk(5, 9));
    expect([minTimes(lists, 0), minTimes(lists, 1)]).toEqual([[1], [1, 5]]);
    const place = lists.first(1);
    expect(lists.refAt(place)).toBe(7 * 2 ** 32 + 99);
    expect(lists.maxTimeAt(lists.last(1))).toBe(9);
    expect([lists.sampleCountAt(place), lists.dataLengthAt(place)]).toEqual([3, 40]);
    expect(lists.count).toBe(3);
    expect(lists.sizeBytes()).toBeGreaterThan(0);
    expect(() => lists.push(1, chunk(9, 10))).toThrow('follow one another');
  });

  it('lose what ends before a time, and use its places again', () => {
    const lists = new ChunkLists();
    lists.start(3);
    for (const time of [0, 10, 20, 30]) lists.push(3, chunk(time, time + 5));
    expect(lists.dropBefore(3, 25)).toBe(2);
    expect(minTimes(lists, 3)).toEqual([20, 30]);
    expect(lists.dropBefore(3, 100)).toBe(2);
    expect([lists.first(3), lists.last(3), lists.count]).toEqual([0, 0, 0]);
    for (const time of [40, 50, 60, 70]) lists.push(3, chunk(time, time));
    expect(minTimes(lists, 3)).toEqual([40, 50, 60, 70]);
    expect(Math.max(lists.first(3), lists.last(3))).toBeLessThanOrEqual(4);
  });
});
