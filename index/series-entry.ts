/**
 * A series entry: which labels a series has and where its chunks are.
 *
 *     len <uvarint> | body | crc32c(body) <4b>
 *     body    labels <uvarint> | labels × (name <uvarint> | value <uvarint>)
 *             chunks <uvarint> | first chunk | further chunks
 *     first   min time <varint> | max - min time <uvarint> | ref <uvarint>
 *     further min time - previous max time <uvarint> | max - min time <uvarint>
 *             ref - previous ref <varint>
 *
 * Names and values are symbols; times are in ms, ranges closed; a chunk's ref is its segment's
 * index times 2^32 plus its offset there.
 */
import type { ByteReader } from '../encoding/byte-reader.js';
import type { ByteWriter } from '../encoding/byte-writer.js';
import { assert } from '../model/assert.js';
import { DecodeError } from '../model/errors.js';

const TWO_32 = 2 ** 32;
/** A label, and a chunk but the first, take at least so many bytes. */
const LABEL_BYTES_MIN = 2;
const CHUNK_BYTES_MIN = 3;
const INITIAL_CHUNKS = 16;

/** The chunks of one series, in columns. Owned by the caller, filled again for each series. */
export class ChunkMetas {
  /** Rows from here on are garbage. */
  count = 0;
  /** Closed ranges, in ms. */
  minTimes: Float64Array = new Float64Array(INITIAL_CHUNKS);
  maxTimes: Float64Array = new Float64Array(INITIAL_CHUNKS);
  /** Segment index times 2^32 plus the offset in it. */
  refs: Float64Array = new Float64Array(INITIAL_CHUNKS);

  /** Columns that lie elsewhere, and do not grow there. */
  static over(columns: Pick<ChunkMetas, 'minTimes' | 'maxTimes' | 'refs'>): ChunkMetas {
    const metas = new ChunkMetas();
    metas.minTimes = columns.minTimes;
    metas.maxTimes = columns.maxTimes;
    metas.refs = columns.refs;
    return metas;
  }

  push(minTime: number, maxTime: number, ref: number): void {
    if (this.count === this.refs.length) this.grow();
    this.minTimes[this.count] = minTime;
    this.maxTimes[this.count] = maxTime;
    this.refs[this.count++] = ref;
  }

  private grow(): void {
    this.minTimes = doubled(this.minTimes);
    this.maxTimes = doubled(this.maxTimes);
    this.refs = doubled(this.refs);
  }
}

/** Appends the symbols of a body's labels, name and value in turn; `reader` then stands behind. */
export function decodeSeriesLabels(reader: ByteReader, symbols: number[]): void {
  symbols.length = 0;
  const count = reader.count(LABEL_BYTES_MIN, 'labels');
  for (let i = 0; i < 2 * count; i++) symbols.push(reader.uvarint());
}

/** Moves behind a body's labels. */
export function skipSeriesLabels(reader: ByteReader): void {
  const count = reader.count(LABEL_BYTES_MIN, 'labels');
  const { bytes, end } = reader;
  let { offset } = reader;
  for (let left = 2 * count; left > 0 && offset < end; offset++) {
    if (bytes[offset] < 0x80) left--;
  }
  reader.offset = offset;
}

/** Fills `chunks` from a body; `reader` stands behind its labels. */
export function decodeSeriesChunks(reader: ByteReader, chunks: ChunkMetas): void {
  chunks.count = 0;
  const count = reader.count(CHUNK_BYTES_MIN, 'chunks');
  let maxTime = 0;
  let ref = 0;
  for (let i = 0; i < count; i++) {
    const at = reader.offset;
    // Prometheus once wrote overlapping chunks, whose distance is negative and wraps.
    const minTime = i === 0 ? reader.varint() : maxTime + wrappedUvarint(reader);
    maxTime = minTime + reader.uvarint();
    ref = i === 0 ? reader.uvarint() : ref + reader.varint();
    if (!Number.isSafeInteger(minTime) || !Number.isSafeInteger(maxTime)) {
      throw new DecodeError('time of a chunk exceeds ±2^53', at);
    }
    if (!Number.isSafeInteger(ref) || ref < 0) throw new DecodeError(`no chunk has ref ${ref}`, at);
    chunks.push(minTime, maxTime, ref);
  }
  if (reader.remaining > 0) {
    throw new DecodeError(`${reader.remaining} bytes follow the chunks`, reader.offset);
  }
}

/** Writes a body; `chunks` are in time order and do not overlap. */
export function encodeSeries(
  writer: ByteWriter,
  symbols: readonly number[],
  chunks: ChunkMetas,
): void {
  writer.uvarint(symbols.length / 2);
  for (const symbol of symbols) writer.uvarint(symbol);
  writer.uvarint(chunks.count);
  let previousMaxTime = 0;
  let previousRef = 0;
  for (let i = 0; i < chunks.count; i++) {
    const minTime = chunks.minTimes[i];
    const maxTime = chunks.maxTimes[i];
    const ref = chunks.refs[i];
    assert(minTime <= maxTime, 'a chunk does not end before it begins');
    assert(i === 0 || minTime > previousMaxTime, 'chunks of a series follow one another');
    if (i === 0) writer.varint(minTime);
    else writer.uvarint(minTime - previousMaxTime);
    writer.uvarint(maxTime - minTime);
    if (i === 0) writer.uvarint(ref);
    else writer.varint(ref - previousRef);
    previousMaxTime = maxTime;
    previousRef = ref;
  }
}

/** A uvarint of 64 bits, read as the int64 with the same bits. */
function wrappedUvarint(reader: ByteReader): number {
  const short = reader.shortUvarint();
  if (short >= 0) return short;
  const { bytes, end } = reader;
  let { offset } = reader;
  let low = 0;
  let high = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    if (offset >= end) throw new DecodeError('varint is cut off', reader.offset);
    const byte = bytes[offset++];
    const bits = byte & 0x7f;
    if (shift < 28) low |= bits << shift;
    else if (shift > 28) high |= bits << (shift - 32);
    else {
      low |= bits << 28;
      high |= bits >>> 4;
    }
    if (byte < 0x80) {
      reader.offset = offset;
      return high * TWO_32 + (low >>> 0);
    }
  }
  throw new DecodeError('varint is longer than 10 bytes', reader.offset);
}

function doubled(column: Float64Array): Float64Array {
  const larger = new Float64Array(2 * column.length);
  larger.set(column);
  return larger;
}
