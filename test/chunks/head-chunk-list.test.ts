import fc from 'fast-check';
import { OUT_OF_ORDER_FLAG } from '../../chunks/head-chunk-entry.js';
import { HeadEntries } from '../../kernel/head-entries.js';
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

/** Entries that were found together. */
function runOf(all: readonly ScannedChunk[]): HeadEntries {
  const found = new HeadEntries();
  found.count = all.length;
  all.forEach((chunk, row) => {
    found.refs[row] = chunk.seriesRef;
    found.minTimes[row] = chunk.minTime;
    found.maxTimes[row] = chunk.maxTime;
    found.starts[row] = 50 * row;
    found.lengths[row] = chunk.dataLength;
    found.counts[row] = chunk.sampleCount();
    found.flags[row] = chunk.encoding | (chunk.isOutOfOrder ? OUT_OF_ORDER_FLAG : 0);
  });
  return found;
}

describe('chunks that were found together', () => {
  it('are added as one by one, up to one that is unusual', () => {
    const scanned = fc
      .tuple(fc.nat(4), fc.nat(60), fc.constantFrom(1, 1, 1, 1, 4), fc.nat(9))
      .map(([series, time, encoding, dice]) => ({ ...chunk(series, time, dice === 0), encoding }));
    fc.assert(
      fc.property(fc.array(scanned, { maxLength: 40 }), fc.constantFrom(0, 30), (all, minTime) => {
        const list = new HeadChunkList();
        const wanted = new HeadChunkList();
        const found = runOf(all);
        while (found.row < found.count) {
          list.pushRun(found, 8, minTime);
          const { row } = found;
          if (row === found.count) break;
          const isSkipped = !all[row].isOutOfOrder && all[row].maxTime < minTime;
          if (!isSkipped) list.push(8 + 50 * row, all[row]);
          found.row++;
        }
        all.forEach((one, row) => {
          if (one.isOutOfOrder || one.maxTime >= minTime) wanted.push(8 + 50 * row, one);
        });
        const rowsOf = (of: HeadChunkList): unknown[] =>
          Array.from({ length: of.count }, (_, i) => [of.at(i), of.nextOf(i)]);
        expect(rowsOf(list)).toEqual(rowsOf(wanted));
        const firsts = [0, 1, 2, 3, 4].map((series) => list.firstOf(series));
        expect(firsts).toEqual([0, 1, 2, 3, 4].map((series) => wanted.firstOf(series)));
      }),
      { numRuns: 500 },
    );
  });
});

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
