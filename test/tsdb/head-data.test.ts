import { HeadKernel } from '../../kernel/head-kernel.js';
import { Labels } from '../../model/labels.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { HeadData } from '../../tsdb/head-data.js';
import { MemoryChunks } from '../../tsdb/memory-chunks.js';

function make(chunkRangeMs = 1001): HeadData {
  const kernel = new HeadKernel({ chunkRangeMs });
  return new HeadData(kernel, new MemoryChunks(), { chunkRangeMs, seriesMax: 10 });
}

describe('the state of a head', () => {
  it('begins with the first sample and takes what is at most half a range older', () => {
    const data = make();
    expect([data.isInitialized, data.minTime, data.maxTime]).toEqual([false, MAX_TIME, MIN_TIME]);
    data.initTime(10_000);
    data.initTime(1);
    expect([data.minTime, data.maxTime]).toEqual([10_000, 10_000]);
    // Go's integer division: half of 1001 is 500.
    expect(data.appendableMinTime()).toBe(9500);
    data.minValidTime = 9800;
    expect(data.appendableMinTime()).toBe(9800);
    data.widen(9900, 9950);
    expect([data.minTime, data.maxTime]).toEqual([9900, 10_000]);
  });

  it('never takes times that are no exact numbers', () => {
    const data = make(2 ** 49);
    data.initTime(-Number.MAX_SAFE_INTEGER);
    expect(data.appendableMinTime()).toBe(-Number.MAX_SAFE_INTEGER);
  });

  it('stores finished chunks under their series', () => {
    const data = make(100);
    const slot = data.store.create(Labels.from({ a: 'x' }));
    data.lists.start(slot);
    expect(data.minTimeOf(slot)).toBe(MAX_TIME);
    const rows = data.kernel.rows(64);
    for (const time of [50, 60, 120, 230]) {
      rows.slots[rows.count] = slot;
      rows.times[rows.count] = time;
      rows.values[rows.count++] = time;
    }
    data.kernel.append(rows, 0);
    data.drainFinished();
    data.drainFinished();
    const first = data.lists.first(slot);
    expect([data.lists.minTimeAt(first), data.lists.maxTimeAt(first)]).toEqual([50, 60]);
    expect(data.lists.minTimeAt(data.lists.next(first))).toBe(120);
    expect([data.lists.count, data.minTimeOf(slot)]).toEqual([2, 50]);
    const bytes = data.chunks.data(data.lists.refAt(first), data.lists.dataLengthAt(first));
    expect([bytes[0], bytes[1]]).toEqual([0, 2]);
    data.lists.dropBefore(slot, 1000);
    expect(data.minTimeOf(slot)).toBe(230);
  });
});
