import { headChunkFile } from '../support/data-directory.js';
import { MemoryChunks } from '../../tsdb/memory-chunks.js';
import { dataOfEntry } from '../../tsdb/full-chunks.js';

/** An entry of a head chunk file with so many samples, and where its data is. */
function entryOf(count: number): { bytes: Uint8Array; dataLength: number } {
  const times = Array.from({ length: count }, (_, i) => i * i);
  const { bytes } = headChunkFile({ seriesRef: 7, times, value: 1.5 });
  const entry = bytes.subarray(8);
  const dataLength = entry.length - 25 - 4 - (entry.length > 25 + 1 + 0x7f + 4 ? 2 : 1);
  return { bytes: entry, dataLength };
}

describe('full chunks in memory', () => {
  it('are read back, short ones and long ones', async () => {
    const chunks = new MemoryChunks();
    for (const count of [1, 2, 30, 120]) {
      const { bytes, dataLength } = entryOf(count);
      const ref = chunks.append(bytes, 10);
      const data = chunks.data(ref, dataLength);
      expect(data).toEqual(dataOfEntry(bytes, dataLength));
      expect([data[0], data[1], data.length]).toEqual([0, count, dataLength]);
    }
    await chunks.flush();
    await chunks.close();
    expect(chunks.memoryBytes).toBe(0);
  });

  it('go from the front, in portions that are too old as a whole', () => {
    const chunks = new MemoryChunks();
    const large = new Uint8Array(700_000);
    const refs = [10, 20, 5, 40].map((maxTime) => chunks.append(large, maxTime));
    expect(new Set(refs.map((ref) => Math.floor(ref / 2 ** 32))).size).toBe(4);
    const before = chunks.memoryBytes;
    chunks.truncate(20);
    expect(chunks.memoryBytes).toBeLessThan(before);
    expect(() => chunks.data(refs[0], 1)).toThrow('before it is dropped');
    expect(chunks.data(refs[2], 1)).toHaveLength(1);
    chunks.truncate(100);
    expect(chunks.memoryBytes).toBe(0);
  });
});
