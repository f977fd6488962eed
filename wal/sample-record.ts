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
import { SHORT_VARINT_BYTES, VarintCursor } from './varint-cursor.js';

/** Two varints and a value. */
const SAMPLE_BYTES_MIN = 10;

const VALUE_BYTES = 8;

const START_NONE = 0;
const START_SAME = 1;
const START_EXPLICIT = 2;

/** What the differences of a record count from. */
interface FirstSample {
  readonly ref: number;
  readonly time: number;
  readonly startTime: number;
}

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
  const first: FirstSample = { ref: reader.u64(), time: reader.i64(), startTime: 0 };
  while (reader.remaining > 0) {
    decodeShort1(reader, first, into);
    if (reader.remaining === 0) break;
    // Slow path: a long varint, or the end of the record is near.
    const at = reader.offset;
    const ref = checkRef(first.ref + reader.varint(), at);
    const time = checkTime(first.time + reader.varint(), at);
    into.push(ref, time, 0, reader.f64());
  }
}

/** Fast path: decodes while the differences take up to four bytes, as nearly all do. */
function decodeShort1(reader: ByteReader, first: FirstSample, into: SampleBatch): void {
  const { refs, times, startTimes, values } = into;
  const { ref: firstRef, time: firstTime } = first;
  const cursor = new VarintCursor(reader.bytes, reader.offset);
  const last = reader.end - (2 * SHORT_VARINT_BYTES + VALUE_BYTES);
  const rowBefore = into.count;
  let row = rowBefore;
  let end = cursor.offset;
  while (end <= last) {
    const ref = firstRef + cursor.varint();
    const time = firstTime + cursor.varint();
    if (cursor.isLong || !isSafe(ref, time)) break;
    refs[row] = ref;
    times[row] = time;
    values[row++] = cursor.f64();
    end = cursor.offset;
  }
  startTimes.fill(0, rowBefore, row);
  into.count = row;
  reader.offset = end;
}

function decodeVersion2(reader: ByteReader, into: SampleBatch): void {
  const at = reader.offset;
  const first = {
    ref: checkRef(reader.varint(), at),
    time: reader.varint(),
    startTime: reader.varint(),
  };
  into.push(first.ref, first.time, first.startTime, reader.f64());
  while (reader.remaining > 0) {
    decodeShort2(reader, first, into);
    if (reader.remaining === 0) break;
    // Slow path, as above.
    const at = reader.offset;
    const previous = into.count - 1;
    const ref = checkRef(into.refs[previous] + reader.varint(), at);
    const time = checkTime(first.time + reader.varint(), at);
    const startTime = readStart(reader, first.startTime, into.startTimes[previous]);
    into.push(ref, time, startTime, reader.f64());
  }
}

/** Fast path, as above. */
function decodeShort2(reader: ByteReader, first: FirstSample, into: SampleBatch): void {
  const { refs, times, startTimes, values } = into;
  const { time: firstTime, startTime: firstStart } = first;
  const cursor = new VarintCursor(reader.bytes, reader.offset);
  const last = reader.end - (3 * SHORT_VARINT_BYTES + 1 + VALUE_BYTES);
  let row = into.count;
  let ref = refs[row - 1];
  let startTime = startTimes[row - 1];
  let end = cursor.offset;
  while (end <= last) {
    ref += cursor.varint();
    const time = firstTime + cursor.varint();
    const marker = cursor.u8();
    if (marker === START_NONE) startTime = 0;
    else if (marker !== START_SAME) startTime = firstStart + cursor.varint();
    if (cursor.isLong || !isSafe(ref, time) || !Number.isSafeInteger(startTime)) break;
    refs[row] = ref;
    times[row] = time;
    startTimes[row] = startTime;
    values[row++] = cursor.f64();
    end = cursor.offset;
  }
  into.count = row;
  reader.offset = end;
}

/** Whether a ref and a time are such as `checkRef` and `checkTime` let pass. */
function isSafe(ref: number, time: number): boolean {
  return ref >= 0 && ref <= Number.MAX_SAFE_INTEGER && Number.isSafeInteger(time);
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
