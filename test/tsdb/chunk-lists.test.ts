import { HeadChunkList } from '../../chunks/head-chunk-list.js';
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

/** All that is known of each chunk of a slot. */
function chunks(lists: ChunkLists, slot: number): FullChunk[] {
  const found: FullChunk[] = [];
  for (let at = lists.first(slot); at !== 0; at = lists.next(at)) {
    found.push({
      ref: lists.refAt(at),
      minTime: lists.minTimeAt(at),
      maxTime: lists.maxTimeAt(at),
      sampleCount: lists.sampleCountAt(at),
      dataLength: lists.dataLengthAt(at),
    });
  }
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

  it('take many at once as they take one after the other', () => {
    const one = new ChunkLists();
    const many = new ChunkLists();
    const slots = Uint32Array.of(2, 0, 2, 1, 2);
    const count = slots.length;
    for (let slot = 0; slot < 3; slot++) [one, many].forEach((lists) => lists.start(slot));
    // Later rounds reuse places that were freed in another order.
    for (let round = 0; round < 4; round++) {
      const minTimes = Float64Array.from(slots, (_, i) => 100 * round + 10 * i - 1000);
      const maxTimes = minTimes.map((time) => time + 9);
      const offsets = Uint32Array.from(slots, (_, i) => 50 * i);
      const counts = Uint32Array.from(slots, (_, i) => 120 + i);
      const lengths = Uint32Array.from(slots, (_, i) => 20 + i);
      const ref = (round + 1) * 2 ** 32 + 8;
      many.pushAll({ count, slots, offsets, minTimes, maxTimes, counts, lengths }, ref);
      slots.forEach((slot, i) => {
        one.push(slot, {
          ref: ref + offsets[i],
          minTime: minTimes[i],
          maxTime: maxTimes[i],
          sampleCount: counts[i],
          dataLength: lengths[i],
        });
      });
      for (let slot = 0; slot < 3; slot++) expect(chunks(many, slot)).toEqual(chunks(one, slot));
      expect(many.count).toBe(one.count);
      const late = { count: 1, slots: Uint32Array.of(2), offsets, maxTimes, counts, lengths };
      const early = { ...late, minTimes: Float64Array.of(maxTimes[4]) };
      if (round === 3) expect(() => many.pushAll(early, ref)).toThrow('follow one another');
      for (const slot of [1, 2]) {
        const dropped = [one, many].map((lists) => lists.dropBefore(slot, 100 * round - 970));
        expect(dropped[0]).toBe(dropped[1]);
      }
    }
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

  it('take chunks of files that were entered together, and leave what nobody takes', () => {
    const scanned = new HeadChunkList();
    const push = (seriesRef: number, minTime: number): void => {
      const found = { seriesRef, minTime, maxTime: minTime + 4, encoding: 1, dataLength: 40 };
      const ref = 7 * 2 ** 32 + 100 * scanned.count;
      scanned.push(ref, { ...found, isOutOfOrder: false, sampleCount: () => 3 });
    };
    for (const [series, time] of [
      [5, 0],
      [6, 0],
      [5, 10],
      [6, 10],
      [5, 20],
    ]) {
      push(series, time);
    }
    const lists = new ChunkLists();
    lists.enter(scanned);
    expect(lists.count).toBe(0);
    lists.start(0);
    lists.take(0, scanned.chainOf(scanned.numberOf(5)));
    expect([minTimes(lists, 0), lists.count]).toEqual([[0, 10, 20], 3]);
    expect(lists.refAt(lists.last(0))).toBe(7 * 2 ** 32 + 400);
    expect([lists.sampleCountAt(1), lists.dataLengthAt(1), lists.maxTimeAt(1)]).toEqual([3, 40, 4]);
    lists.push(0, chunk(30, 31));
    expect([minTimes(lists, 0), lists.count]).toEqual([[0, 10, 20, 30], 4]);
    const size = lists.sizeBytes();
    lists.leave(scanned.chainOf(scanned.numberOf(6)));
    expect(lists.count).toBe(4);
    lists.start(1);
    lists.push(1, chunk(1, 2));
    expect([lists.first(1), lists.sizeBytes()]).toEqual([4, size]);
    expect(() => lists.take(0, scanned.chainOf(0))).toThrow('before all others');
    expect(() => lists.enter(scanned)).toThrow('before all others');
  });
});
