import { framesOf } from '../../api/chunk-frames.js';
import { ChunkedReadResponse, decodeMessage } from '../../api/remote-messages.js';
import { decodeXor } from '../../chunks/xor.js';
import { ByteReader } from '../../encoding/byte-reader.js';
import { crc32c } from '../../encoding/crc32c.js';
import { Columns } from '../../model/columns.js';
import { Labels } from '../../model/labels.js';

const LABELS = Labels.from({ __name__: 'up', job: 'a' });

function samplesOf(count: number): Columns {
  const columns = new Columns(count);
  for (let row = 0; row < count; row++) {
    columns.times[row] = 1000 * row;
    columns.values[row] = Math.sin(row);
  }
  columns.commitFloats(count);
  return columns;
}

/** The frames of a series, and all their samples again. */
function read(count: number, frameBytes: number): { frames: number; samples: Columns } {
  const samples = new Columns();
  let frames = 0;
  for (const frame of framesOf(LABELS, samplesOf(count), { queryIndex: 0, frameBytes })) {
    frames++;
    const reader = new ByteReader(frame);
    const length = reader.uvarint();
    const sum = reader.u32();
    const message = reader.takeBytes(length);
    expect([reader.remaining, crc32c(message)]).toEqual([0, sum]);
    const [series] = decodeMessage(ChunkedReadResponse, message).chunkedSeries;
    expect(series.labels).toHaveLength(2);
    for (const { data, type } of series.chunks) {
      expect(type).toBe(1);
      decodeXor(data, samples);
    }
  }
  return { frames, samples };
}

describe('frames of a streamed remote read', () => {
  it('hold all samples, in chunks of 120', () => {
    for (const count of [1, 119, 120, 121, 1000]) {
      const { frames, samples } = read(count, 1 << 20);
      expect([frames, samples.count]).toEqual([1, count]);
      expect(samples.values.subarray(0, count)).toEqual(samplesOf(count).values.subarray(0, count));
    }
  });

  it('split a series that is too large for one', () => {
    expect(read(1000, 1).frames).toBe(9);
    expect(read(1000, 3000).frames).toBeGreaterThan(1);
    expect(read(1000, 3000).samples.count).toBe(1000);
  });

  it('are none for a series without samples', () => {
    expect(read(0, 1000).frames).toBe(0);
  });
});
