/**
 * The frames of a streamed remote read: the samples of one series in chunks: XOR ones
 * for floats, and for histograms their own.
 *
 *     length <uvarint> | crc32c <u32> | ChunkedReadResponse of `length` bytes
 *
 * A series whose chunks take more than a frame should hold comes in several frames, with its labels
 * in each (storage/remote/chunked.go, codec.go).
 */
import { encodeSamples } from '../chunks/series-encoder.js';
import { ByteWriter } from '../encoding/byte-writer.js';
import { crc32c } from '../encoding/crc32c.js';
import type { Columns } from '../model/columns.js';
import type { Labels } from '../model/labels.js';
import {
  type ChunkMessage,
  ChunkedReadResponse,
  type LabelMessage,
  labelMessages,
} from './remote-messages.js';

/** The tags and lengths around a label's texts, and around a chunk's bytes with its times. */
const LABEL_OVERHEAD = 6;
const CHUNK_OVERHEAD = 32;

export interface FrameOptions {
  /** Which query of the request the series answers. */
  readonly queryIndex: number;
  /** About how large a frame may be, in bytes; one chunk is always sent. */
  readonly frameBytes: number;
}

/** The frames of one series; none where it has no samples. */
export function* framesOf(
  labels: Labels,
  samples: Columns,
  { queryIndex, frameBytes }: FrameOptions,
): Generator<Uint8Array, void, undefined> {
  const messages = labelMessages(labels);
  const labelBytes = messages.reduce((sum, label) => sum + sizeOf(label), 0);
  let chunks: ChunkMessage[] = [];
  let left = frameBytes - labelBytes;
  // Start times have encodings of their own, which no client of this protocol has to know.
  samples.startTimes = null;
  for (const { encoding, data, minTime, maxTime } of encodeSamples(samples)) {
    chunks.push({ minTime, maxTime, type: encoding, data });
    left -= data.length + CHUNK_OVERHEAD;
    if (left > 0) continue;
    yield frame(messages, chunks, queryIndex);
    chunks = [];
    left = frameBytes - labelBytes;
  }
  if (chunks.length > 0) yield frame(messages, chunks, queryIndex);
}

function sizeOf({ name, value }: LabelMessage): number {
  return LABEL_OVERHEAD + name.length + value.length;
}

function frame(labels: LabelMessage[], chunks: ChunkMessage[], queryIndex: number): Uint8Array {
  const message = ChunkedReadResponse.encode({
    chunkedSeries: [{ labels, chunks }],
    queryIndex,
  }).finish();
  const out = new ByteWriter(message.length + 16);
  return out.uvarint(message.length).u32(crc32c(message)).raw(message).bytes();
}
