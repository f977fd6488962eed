/**
 * Chunks of floats in encoding 1 (tsdb/chunkenc/xor.go):
 *
 *     count <2b> | time_0 <varint> | value_0 <8b> | delta_1 <uvarint> | XOR_1 | dod_2 | XOR_2 | …
 *
 *     dod, the change of the time's delta, in bits:        XOR: see xor-value.ts
 *     0              0
 *     10   <14>      -8191 .. 8192          The bits are padded with zeros to the byte; up to
 *     110  <17>      -65535 .. 65536        2.55 a whole zero byte may follow.
 *     1110 <20>      -524287 .. 524288
 *     1111 <64>      any other
 *
 * This is the definition of the format and the oracle of the kernel's decoder (kernel/assembly),
 * which agrees with it on every value and on every error. See docs/format/chunks.md.
 */
import { assert } from '../model/assert.js';
import type { Columns } from '../model/columns.js';
import { DecodeError } from '../model/errors.js';
import { TIME_MAX } from '../model/interval.js';
import { wordsOf } from '../encoding/float-bits.js';
import { BitReader } from './bit-reader.js';
import { BitWriter } from './bit-writer.js';
import { XorReader, XorWriter } from './xor-value.js';

/** The sample count in front of every chunk. */
export const COUNT_BYTES = 2;
export const COUNT_MAX = 0xffff;

/** Bits behind a prefix of so many ones; four of them are followed by 64. */
const DOD_WIDTHS: readonly number[] = [0, 14, 17, 20];

/** How many samples a chunk says to hold. */
export function readCount(data: Uint8Array): number {
  if (data.length < COUNT_BYTES) throw new DecodeError('chunk has no whole sample count', 0);
  return (data[0] << 8) | data[1];
}

/** Appends the chunk's samples to `into`, all of them or, when a `DecodeError` is thrown, none. */
export function decodeXor(data: Uint8Array, into: Columns): void {
  const count = readCount(data);
  const reader = new BitReader(data, COUNT_BYTES);
  // Every sample takes two bits at least.
  if (2 * count > reader.remainingBits) {
    throw new DecodeError(`${count} samples do not fit in ${data.length} bytes`, 0);
  }
  into.reserve(count);
  decodeSamples(reader, count, into);
  into.commitFloats(count);
}

function decodeSamples(reader: BitReader, count: number, into: Columns): void {
  if (count === 0) return;
  const end = into.count + count;
  const times = into.times;
  const words = wordsOf(into.values);
  const value = new XorReader();
  let row = into.count;
  let time = reader.varint();
  value.readFirst(reader);
  times[row] = time;
  value.storeAt(words, row);
  if (++row === end) return;
  let at = reader.offset;
  let delta = reader.uvarint();
  for (;;) {
    time = addDelta(time, delta, at);
    value.read(reader);
    times[row] = time;
    value.storeAt(words, row);
    if (++row === end) return;
    at = reader.offset;
    delta += readDod(reader, at);
  }
}

function readDod(reader: BitReader, at: number): number {
  const word = reader.peek();
  if (word >= 0) {
    reader.skip(1);
    return 0;
  }
  const ones = Math.clz32(~word);
  if (ones >= 4) {
    reader.skip(4);
    reader.wideBits(64);
    return reader.safeInteger(at);
  }
  const width = DOD_WIDTHS[ones];
  reader.skip(ones + 1 + width);
  const bits = (word << (ones + 1)) >>> (32 - width);
  return bits > 1 << (width - 1) ? bits - (1 << width) : bits;
}

/** `time + delta`, with both checked: past 2^53 a double is no integer any more. */
export function addDelta(time: number, delta: number, at: number): number {
  if (!Number.isSafeInteger(delta)) throw new DecodeError('time delta exceeds ±2^53', at);
  const sum = time + delta;
  if (!Number.isSafeInteger(sum)) throw new DecodeError('time exceeds ±2^53', at);
  return sum;
}

/** Builds one XOR chunk, sample by sample; its bytes are Prometheus 3.14's. */
export class XorAppender {
  private count = 0;
  private time = 0;
  private delta = 0;
  private readonly writer = new BitWriter();
  private readonly value = new XorWriter();
  /** The value on its way to bits: a column, so that NaNs keep theirs. */
  private readonly scratch = new Float64Array(1);
  private readonly words = wordsOf(this.scratch);

  constructor() {
    this.writer.bits(0, 8 * COUNT_BYTES);
  }

  get sampleCount(): number {
    return this.count;
  }

  /** The chunk so far, as a view that holds until the next append. */
  bytes(): Uint8Array {
    return this.writer.bytes();
  }

  /** Appends `values[row]` at `times[row]`: not before the last sample, within ±2^53. */
  append(times: Float64Array, values: Float64Array, row: number): void {
    const time = times[row];
    assert(Math.abs(time) <= TIME_MAX, 'a sample time lies within ±2^53');
    assert(this.count < COUNT_MAX, 'a chunk holds at most 65535 samples');
    this.scratch[0] = values[row];
    const low = this.words[0];
    const high = this.words[1];
    if (this.count === 0) {
      this.writer.varint(time);
      this.value.writeFirst(this.writer, high, low);
    } else {
      const delta = time - this.time;
      assert(delta >= 0 && delta <= TIME_MAX, 'a sample is not before the last one');
      if (this.count === 1) this.writer.uvarint(delta);
      else writeDod(this.writer, delta - this.delta);
      this.delta = delta;
      this.value.write(this.writer, high, low);
    }
    this.time = time;
    this.count++;
    this.writer.setU16(0, this.count);
  }
}

function writeDod(writer: BitWriter, dod: number): void {
  if (dod === 0) writer.bits(0b0, 1);
  else if (inRange(dod, 14)) {
    writer.bits(0b10, 2);
    writer.bits(dod, 14);
  } else if (inRange(dod, 17)) {
    writer.bits(0b110, 3);
    writer.bits(dod, 17);
  } else if (inRange(dod, 20)) {
    writer.bits(0b1110, 4);
    writer.bits(dod, 20);
  } else {
    writer.bits(0b1111, 4);
    writer.wideBits(Math.floor(dod / 2 ** 32), dod % 2 ** 32, 64);
  }
}

/** Whether a signed field of so many bits, which leans to the positive, holds `value`. */
function inRange(value: number, width: number): boolean {
  const half = 2 ** (width - 1);
  return -half < value && value <= half;
}
