import fc from 'fast-check';
import type { RawChunk } from '../../chunks/segment-format.js';
import { SegmentWriter } from '../../chunks/segment-writer.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { ChunkMetas, encodeSeries } from '../../index/series-entry.js';
import { MergeKernel } from '../../kernel/merge-kernel.js';
import type { MergeSlot } from '../../kernel/merge-slot.js';
import { AssertionError } from '../../model/assert.js';
import { hexOfBytes } from '../support/bits.js';
import { segmentsOf } from '../support/segment.js';

/** An entry of `bytes + 7` bytes; it is planned with 10 more than its data. */
function chunk(bytes: number): RawChunk {
  return { encoding: 1, data: new Uint8Array(bytes) };
}

class Segments {
  readonly writer: SegmentWriter;
  private readonly files: number[][] = [];

  constructor(bytesMax: number) {
    this.writer = new SegmentWriter((index) => {
      this.files[index] = [];
      return { write: (bytes) => this.files[index].push(...bytes), end: () => {} };
    }, bytesMax);
  }

  end(): number[][] {
    this.writer.end();
    return this.files;
  }
}

/** Has the chunks of a series in a slot, as a run somewhere in its window. */
function load(slot: MergeSlot, chunks: readonly RawChunk[]): MergeSlot {
  const { files, refs } = segmentsOf([chunks]);
  slot.chunkWindow.set(files[0]);
  refs[0].forEach((ref, i) => (slot.refs[i] = ref));
  const body = new ByteWriter();
  const metas = new ChunkMetas();
  refs[0].forEach((ref, i) => metas.push(i, i, ref));
  encodeSeries(body, [], metas);
  const { length } = body;
  const entry = new ByteWriter().uvarint(length);
  const start = entry.length;
  entry.raw(body.bytes()).crc32cFrom(start);
  slot.indexWindow.set(entry.bytes());
  slot.setIndexWindow(0, entry.length);
  slot.setChunkWindow(0, files[0].length);
  expect(slot.decodeSeries(0)).toBe(true);
  expect(slot.checkChunks(0, chunks.length)).toBe(chunks.length);
  return slot;
}

function refsOf({ refs, chunkCount }: MergeSlot, shift: number): number[] {
  return Array.from({ length: chunkCount }, (_, i) => refs[i] + shift);
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

  it('writes runs as it writes chunks, but for where it may have to cut', () => {
    const chunkBytes = fc.integer({ min: 2, max: 300 });
    const part = fc.array(chunkBytes, { minLength: 1, maxLength: 4 });
    const series = fc.array(fc.array(part, { minLength: 1, maxLength: 3 }), { maxLength: 20 });
    const { slots } = new MergeKernel([0, 0, 0]);
    fc.assert(
      fc.property(series, fc.integer({ min: 500, max: 5000 }), (input, bytesMax) => {
        const [got, wanted] = [new Segments(bytesMax), new Segments(bytesMax)];
        for (const parts of input) {
          const chunks = parts.map((sizes) => sizes.map(chunk));
          const all = chunks.flat();
          // Up to seven bytes around a chunk, and five that a length might take.
          const planned = all.reduce((sum, { data }) => sum + 12 + data.length, 0);
          const refs = wanted.writer.write(all);
          const shifts = new Float64Array(3);
          const slotsOf = chunks.map((own, i) => load(slots[i], own));
          const isWritten = got.writer.writeRuns(slotsOf, shifts);
          // Never refused where there is plenty of room.
          if (refs[0] + planned <= bytesMax) expect(isWritten).toBe(true);
          if (!isWritten) expect(got.writer.write(all)).toEqual(refs);
          else expect(slotsOf.flatMap((slot, i) => refsOf(slot, shifts[i]))).toEqual(refs);
        }
        expect(got.end()).toEqual(wanted.end());
      }),
    );
  });

  it('writes nothing after its end', () => {
    const writer = new SegmentWriter(() => ({ write: () => {}, end: () => {} }));
    writer.write([chunk(1)]);
    writer.end();
    expect(() => writer.write([chunk(1)])).toThrow(AssertionError);
  });
});
