import type { RawChunk } from '../../chunks/segment-format.js';
import { SegmentWriter } from '../../chunks/segment-writer.js';
import { AssertionError } from '../../model/assert.js';
import { hexOfBytes } from '../support/bits.js';
import { segmentsOf } from '../support/segment.js';

/** An entry of `bytes + 7` bytes; it is planned with 10 more than its data. */
function chunk(bytes: number): RawChunk {
  return { encoding: 1, data: new Uint8Array(bytes) };
}

function sizes(series: readonly (readonly RawChunk[])[], bytesMax: number): number[] {
  return segmentsOf(series, bytesMax).files.map((file) => file.length);
}

describe('a segment writer', () => {
  it('begins each segment with its header', () => {
    const { files, refs } = segmentsOf([[chunk(1)]]);
    expect(hexOfBytes(files[0].subarray(0, 10))).toBe('85bd40dd010000000101');
    expect(refs).toEqual([[8]]);
  });

  it('counts the largest length field when it cuts', () => {
    // 8 + 2 * (10 + 10) = 48 is what two chunks of 10 bytes are planned with.
    expect(sizes([[chunk(10), chunk(10)]], 48)).toEqual([8 + 16 + 16]);
    expect(sizes([[chunk(10), chunk(10)]], 47)).toEqual([8 + 16, 8 + 16]);
  });

  it('counts the series that are there by their real size', () => {
    // 8 + 16 is there; 20 more are planned.
    expect(sizes([[chunk(10)], [chunk(10)]], 44)).toEqual([40]);
    expect(sizes([[chunk(10)], [chunk(10)]], 43)).toEqual([24, 24]);
  });

  it('cuts within a series and goes on in the next segment', () => {
    const { files, refs } = segmentsOf([[chunk(1)], [chunk(10), chunk(10), chunk(10)]], 50);
    expect(files.map((file) => file.length)).toEqual([8 + 7 + 16, 8 + 16 + 16]);
    expect(refs).toEqual([[8], [15, 2 ** 32 + 8, 2 ** 32 + 24]]);
  });

  it('never leaves a segment empty, however large a chunk is', () => {
    expect(sizes([[chunk(100), chunk(100)]], 20)).toEqual([8 + 106, 8 + 106]);
    expect(sizes([[chunk(100)], [chunk(1)]], 20)).toEqual([8 + 106, 8 + 7]);
  });

  it('opens no segment while there is nothing to write', () => {
    expect(segmentsOf([]).files).toEqual([]);
    expect(segmentsOf([[]]).files).toEqual([]);
  });

  it('writes nothing after its end', () => {
    const writer = new SegmentWriter(() => ({ write: () => {}, end: () => {} }));
    writer.write([chunk(1)]);
    writer.end();
    expect(() => writer.write([chunk(1)])).toThrow(AssertionError);
  });
});
