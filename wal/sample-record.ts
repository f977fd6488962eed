/**
 * Records of float samples, types 2 and 11 (tsdb/record/record.go):
 *
 *      2 samples     ref0 <8b> | t0 <8b> |
 *                    ref - ref0 <varint> | t - t0 <varint> | value <8b>        repeated, first too
 *     11 samples v2  ref0 <varint> | t0 <varint> | st0 <varint> | value <8b> |
 *                    ref - previous ref <varint> | t - t0 <varint> | start | value <8b>   repeated
 *        start       0 <1b> for none, 1 <1b> as the previous sample, 2 <1b> | st - st0 <varint>
 */
import type { ByteReader } from '../encoding/byte-reader.js';
import type { ByteWriter } from '../encoding/byte-writer.js';
import {
  checkRef,
  checkTime,
  payloadOf,
  RECORD_SAMPLES,
  RECORD_SAMPLES_V2,
  recordType,
} from './record.js';
import type { SampleBatch } from './sample-batch.js';

/** Two varints and a value. */
const SAMPLE_BYTES_MIN = 10;

const START_NONE = 0;
const START_SAME = 1;
const START_EXPLICIT = 2;

/** Replaces the rows of `into` by the samples of a record of type 2 or 11. */
export function decodeSamples(record: Uint8Array, into: SampleBatch): void {
  const reader = payloadOf(record, RECORD_SAMPLES, RECORD_SAMPLES_V2);
  into.reset(Math.ceil(reader.remaining / SAMPLE_BYTES_MIN));
  if (reader.remaining === 0) return;
  if (recordType(record) === RECORD_SAMPLES) decodeVersion1(reader, into);
  else decodeVersion2(reader, into);
}

export function encodeSamples(samples: SampleBatch, out: ByteWriter): void {
  out.u8(RECORD_SAMPLES);
  if (samples.count === 0) return;
  const { refs, times, values } = samples;
  out.u64(refs[0]).u64(times[0]);
  for (let i = 0; i < samples.count; i++) {
    out
      .varint(refs[i] - refs[0])
      .varint(times[i] - times[0])
      .f64(values[i]);
  }
}

function decodeVersion1(reader: ByteReader, into: SampleBatch): void {
  const firstRef = reader.u64();
  const firstTime = reader.i64();
  while (reader.remaining > 0) {
    const at = reader.offset;
    const ref = checkRef(firstRef + reader.varint(), at);
    const time = checkTime(firstTime + reader.varint(), at);
    into.push(ref, time, 0, reader.f64());
  }
}

function decodeVersion2(reader: ByteReader, into: SampleBatch): void {
  const firstRef = checkRef(reader.varint(), reader.offset);
  const firstTime = reader.varint();
  const firstStart = reader.varint();
  into.push(firstRef, firstTime, firstStart, reader.f64());
  let ref = firstRef;
  let startTime = firstStart;
  while (reader.remaining > 0) {
    const at = reader.offset;
    ref = checkRef(ref + reader.varint(), at);
    const time = checkTime(firstTime + reader.varint(), at);
    startTime = readStart(reader, firstStart, startTime);
    into.push(ref, time, startTime, reader.f64());
  }
}

export function encodeSamplesV2(samples: SampleBatch, out: ByteWriter): void {
  out.u8(RECORD_SAMPLES_V2);
  if (samples.count === 0) return;
  const { refs, times, values, startTimes } = samples;
  out.varint(refs[0]).varint(times[0]).varint(startTimes[0]).f64(values[0]);
  for (let i = 1; i < samples.count; i++) {
    out.varint(refs[i] - refs[i - 1]).varint(times[i] - times[0]);
    writeStart({ first: startTimes[0], previous: startTimes[i - 1], next: startTimes[i] }, out);
    out.f64(values[i]);
  }
}

/** The start time behind a marker byte, in records of version 2. */
export function readStart(reader: ByteReader, first: number, previous: number): number {
  const at = reader.offset;
  const marker = reader.u8();
  if (marker === START_NONE) return 0;
  if (marker === START_SAME) return previous;
  // Prometheus reads every other marker as explicit.
  return checkTime(first + reader.varint(), at);
}

export function writeStart(
  start: { first: number; previous: number; next: number },
  out: ByteWriter,
): void {
  if (start.next === 0) out.u8(START_NONE);
  else if (start.next === start.previous) out.u8(START_SAME);
  else out.u8(START_EXPLICIT).varint(start.next - start.first);
}
