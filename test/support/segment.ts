/** Segments in memory, for tests of what reads them. */
import type { RawChunk } from '../../chunks/segment-format.js';
import { SegmentWriter } from '../../chunks/segment-writer.js';
import { ENCODING_XOR } from '../../chunks/chunk.js';
import { XorAppender } from '../../chunks/xor.js';
import type { Series } from './series.js';

/** One XOR chunk with the whole series. */
export function xorChunk({ times, values }: Series): RawChunk {
  const appender = new XorAppender();
  for (let row = 0; row < times.length; row++) appender.append(times, values, row);
  return { encoding: ENCODING_XOR, data: appender.bytes().slice() };
}

/** The segments that the chunks of each series come to, and their references. */
export function segmentsOf(
  series: readonly (readonly RawChunk[])[],
  segmentBytesMax?: number,
): { files: Uint8Array[]; refs: number[][] } {
  const files: Uint8Array[] = [];
  const writer = new SegmentWriter((index) => {
    const parts: Uint8Array[] = [];
    return {
      write: (bytes) => parts.push(bytes.slice()),
      end: () => (files[index] = Uint8Array.from(Buffer.concat(parts))),
    };
  }, segmentBytesMax);
  const refs = series.map((chunks) => writer.write(chunks));
  writer.end();
  return { files, refs };
}
