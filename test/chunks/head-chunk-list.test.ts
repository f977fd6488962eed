import { HeadChunkList, type ScannedChunk } from '../../chunks/head-chunk-list.js';

function chunk(seriesRef: number, minTime: number, isOutOfOrder = false): ScannedChunk {
  const maxTime = minTime + 9;
  return {
    seriesRef,
    minTime,
    maxTime,
    encoding: 1,
    isOutOfOrder,
    dataLength: 100,
    sampleCount: () => 7,
  };
}

describe('a list of head chunks', () => {
  it('leads from chunk to chunk of a series, in order of time', () => {
    const list = new HeadChunkList();
    for (const [ref, series, time] of [
      [8, 1, 0],
      [16, 2, 0],
      [24, 1, 10],
      [32, 1, 20],
    ]) {
      expect(list.push(ref, chunk(series, time))).toBe(true);
    }
    expect([list.firstOf(1), list.nextOf(0), list.nextOf(2), list.nextOf(3)]).toEqual([
      0, 2, 3, -1,
    ]);
    expect([list.firstOf(2), list.nextOf(1), list.firstOf(3)]).toEqual([1, -1, -1]);
  });

  it('refuses a chunk that does not begin after its series’ last one, unless out of order', () => {
    const list = new HeadChunkList();
    list.push(8, chunk(1, 0));
    expect(list.push(16, chunk(1, 9))).toBe(false);
    expect(list.push(16, chunk(1, 9, true))).toBe(true);
    expect(list.count).toBe(2);
    expect(list.nextOf(0)).toBe(-1);
  });

  it('keeps what it is told of any number, and forgets it', () => {
    const list = new HeadChunkList();
    for (let i = 0; i < 3000; i++) list.push(8 * i, chunk(i, i));
    expect(list.at(2999)).toEqual({
      ref: 8 * 2999,
      seriesRef: 2999,
      minTime: 2999,
      maxTime: 3008,
      encoding: 1,
      isOutOfOrder: false,
      sampleCount: 7,
      dataLength: 100,
    });
    list.clear();
    expect([list.count, list.firstOf(5)]).toEqual([0, -1]);
  });
});
