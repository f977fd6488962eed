import { dataOfEntry, FULL_ENTRY_BYTES_MAX } from '../../tsdb/full-chunks.js';
import { headChunkFile } from '../support/data-directory.js';

describe('an entry of a full chunk', () => {
  it('has its data behind a length of one byte or of two', () => {
    for (const count of [1, 120]) {
      const times = Array.from({ length: count }, (_, i) => i * i);
      const { bytes } = headChunkFile({ seriesRef: 7, times, value: 1.5 });
      const entry = bytes.subarray(8);
      const dataLength = entry.length - 25 - 4 - (count === 1 ? 1 : 2);
      const data = dataOfEntry(entry, dataLength);
      expect([data[0], data[1], data.length]).toEqual([0, count, dataLength]);
      expect(entry.length).toBeLessThan(FULL_ENTRY_BYTES_MAX);
    }
  });
});
