/**
 * The table of chunk encodings (tsdb/chunkenc/chunk.go): one byte in front of a chunk's data says
 * which codec the data needs. See docs/format/chunks.md.
 */
import type { Columns } from '../model/columns.js';
import { DecodeError } from '../model/errors.js';
import { decodeFloatHistogramChunk } from './float-histogram-chunk.js';
import { decodeHistogramChunk } from './histogram-chunk.js';
import { histogramSampleCount } from './histogram-sample.js';
import { decodeXor, readCount } from './xor.js';
import { decodeXor2 } from './xor2.js';

export const ENCODING_XOR = 1;
export const ENCODING_HISTOGRAM = 2;
export const ENCODING_FLOAT_HISTOGRAM = 3;
export const ENCODING_XOR2 = 4;
export const ENCODING_HISTOGRAM_ST = 5;
export const ENCODING_FLOAT_HISTOGRAM_ST = 6;

/** Prometheus' names, by number. */
const NAMES: readonly string[] = [
  'none',
  'XOR',
  'histogram',
  'floathistogram',
  'XOR2',
  'histogramST',
  'floathistogramST',
];

/**
 * Appends all samples of one chunk to `into`: floats with their start times where the encoding has
 * them, or histograms. Throws a `DecodeError` with the offset in `data`, and then `into` has the
 * rows that it had before.
 */
export function decodeChunk(encoding: number, data: Uint8Array, into: Columns): void {
  switch (encoding) {
    case ENCODING_XOR:
      return decodeXor(data, into);
    case ENCODING_HISTOGRAM:
      return decodeHistogramChunk(data, false, into);
    case ENCODING_FLOAT_HISTOGRAM:
      return decodeFloatHistogramChunk(data, false, into);
    case ENCODING_XOR2:
      return decodeXor2(data, into);
    case ENCODING_HISTOGRAM_ST:
      return decodeHistogramChunk(data, true, into);
    case ENCODING_FLOAT_HISTOGRAM_ST:
      return decodeFloatHistogramChunk(data, true, into);
    default:
      throw unknownEncoding(encoding);
  }
}

/** How many samples a chunk says to hold; a `DecodeError` where it is too short to say. */
export function sampleCount(encoding: number, data: Uint8Array): number {
  if (!isKnownEncoding(encoding)) throw unknownEncoding(encoding);
  const isHistogramST =
    encoding === ENCODING_HISTOGRAM_ST || encoding === ENCODING_FLOAT_HISTOGRAM_ST;
  return isHistogramST ? histogramSampleCount(data, true) : readCount(data);
}

/** Whether `decodeChunk` has a codec for it. */
export function isKnownEncoding(encoding: number): boolean {
  return encoding >= ENCODING_XOR && encoding <= ENCODING_FLOAT_HISTOGRAM_ST;
}

/** Prometheus' name of an encoding, `<unknown>` where it has none. */
export function encodingName(encoding: number): string {
  return NAMES[encoding] ?? '<unknown>';
}

function unknownEncoding(encoding: number): DecodeError {
  return new DecodeError(`unknown chunk encoding ${encoding}`, 0);
}
