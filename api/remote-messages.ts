/**
 * The messages of api/remote.proto with types: the generated code has none. Integers of 64 bits
 * come as `Long` and are made numbers here, exactly, or refused.
 */
import protobuf from 'protobufjs/minimal.js';
import { DecodeError, messageOf } from '../model/errors.js';
import type { Labels } from '../model/labels.js';
import { encodeUtf8 } from '../model/utf8.js';
import * as generated from './remote-pb.js';

/** What protobufjs makes of a 64-bit integer. */
interface Long {
  toNumber(): number;
  toString(): string;
}

export type Integer64 = number | Long;

interface Codec<T> {
  decode(reader: protobuf.Reader): T;
  encode(message: T): { finish(): Uint8Array };
}

export interface LabelMessage {
  name: Uint8Array;
  value: Uint8Array;
}

export interface SampleMessage {
  value: number;
  time: Integer64;
}

export interface BucketSpanMessage {
  offset: number;
  length: number;
}

/** Integer counts and deltas, or floats; see `countFloat`. */
export interface HistogramMessage {
  countInt?: Integer64;
  countFloat?: number;
  sum: number;
  schema: number;
  zeroThreshold: number;
  zeroCountInt?: Integer64;
  zeroCountFloat?: number;
  negativeSpans: BucketSpanMessage[];
  negativeDeltas: Integer64[];
  negativeCounts: number[];
  positiveSpans: BucketSpanMessage[];
  positiveDeltas: Integer64[];
  positiveCounts: number[];
  resetHint: number;
  time: Integer64;
  customValues: number[];
}

export interface TimeSeriesMessage {
  labels: LabelMessage[];
  samples: SampleMessage[];
  exemplars: unknown[];
  histograms: HistogramMessage[];
}

export interface WriteRequestMessage {
  timeseries: TimeSeriesMessage[];
  metadata: unknown[];
}

export interface LabelMatcherMessage {
  type: number;
  name: Uint8Array;
  value: Uint8Array;
}

export interface QueryMessage {
  start: Integer64;
  end: Integer64;
  matchers: LabelMatcherMessage[];
}

export interface ReadRequestMessage {
  queries: QueryMessage[];
  acceptedResponseTypes: number[];
}

export interface ReadResponseMessage {
  results: { timeseries: TimeSeriesMessage[] }[];
}

export interface ChunkMessage {
  minTime: number;
  maxTime: number;
  type: number;
  data: Uint8Array;
}

export interface ChunkedReadResponseMessage {
  chunkedSeries: { labels: LabelMessage[]; chunks: ChunkMessage[] }[];
  queryIndex: number;
}

export const WriteRequest = generated.WriteRequest as unknown as Codec<WriteRequestMessage>;
export const ReadRequest = generated.ReadRequest as unknown as Codec<ReadRequestMessage>;
export const ReadResponse = generated.ReadResponse as unknown as Codec<ReadResponseMessage>;
export const TimeSeries = generated.TimeSeries as unknown as Codec<TimeSeriesMessage>;
export const ChunkedReadResponse =
  generated.ChunkedReadResponse as unknown as Codec<ChunkedReadResponseMessage>;

/** The message that `bytes` spell; whatever is wrong with them is a `DecodeError`. */
export function decodeMessage<T>(codec: Codec<T>, bytes: Uint8Array): T {
  try {
    const reader = protobuf.Reader.create(bytes);
    // What later versions add is passed over, not carried along.
    reader.discardUnknown = true;
    return codec.decode(reader);
  } catch (error) {
    throw new DecodeError(`protobuf: ${messageOf(error)}`, 0);
  }
}

/** A number; integers beyond ±2^53 are rounded: for bounds of time, which are int64's ends. */
export function numberOf(value: Integer64): number {
  return typeof value === 'number' ? value : value.toNumber();
}

/** A label set as messages. */
export function labelMessages(labels: Labels): LabelMessage[] {
  return [...labels].map(([name, value]) => ({ name: encodeUtf8(name), value: encodeUtf8(value) }));
}
