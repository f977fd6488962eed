/**
 * Chunks of floats in encoding 4, with optional start timestamps (tsdb/chunkenc/xor2.go):
 *
 *     count <2b> | start header <1b> | time_0 <varint> | value_0 <8b> | start
 *                                    | delta_1 <uvarint> | VALUE | start | SAMPLE | start | …
 *
 *     SAMPLE from the third on                  VALUE
 *     0        same delta, same value           0      same value
 *     10       same delta, NEW                  10     XOR bits in the last window
 *     110      dod <13b>, VALUE                 110    a new window (xor-value.ts)
 *     1110     dod <20b>, VALUE                 111    the stale marker
 *     11110    dod <64b>, VALUE
 *     11111    same delta, the stale marker     NEW: 0 in the last window, 1 a new window
 *
 * A dod here is two's complement. "Same" and XOR refer to the last value that was no stale marker,
 * +0 where there is none. `start`: start-time.ts. See docs/format/chunks.md.
 */
import { assert } from '../model/assert.js';
import type { Columns } from '../model/columns.js';
import { DecodeError } from '../model/errors.js';
import { STALE_NAN_HIGH, STALE_NAN_LOW, wordsOf } from '../encoding/float-bits.js';
import { BitReader } from './bit-reader.js';
import { BitWriter } from './bit-writer.js';
import { StartTimeReader, StartTimeWriter } from './start-time.js';
import { type WindowPrefixes, XorReader, XorWriter } from './xor-value.js';
import { addDelta, COUNT_BYTES, COUNT_MAX, readCount } from './xor.js';

const HEADER_BYTES = COUNT_BYTES + 1;
/** Bits behind a prefix of so many ones. */
const DOD_WIDTHS: readonly number[] = [0, 0, 13, 20, 64, 0];

/** Appends the chunk's samples to `into`, all of them or, when a `DecodeError` is thrown, none. */
export function decodeXor2(data: Uint8Array, into: Columns): void {
  const count = readCount(data);
  const reader = new BitReader(data, HEADER_BYTES);
  // Every sample takes a bit at least.
  if (count > reader.remainingBits) {
    throw new DecodeError(`${count} samples do not fit in ${data.length} bytes`, 0);
  }
  into.reserve(count);
  const decoder = new Decoder(reader, new StartTimeReader(data[COUNT_BYTES]));
  const startTimes = decoder.start.present ? into.withStartTimes() : null;
  const words = wordsOf(into.values);
  for (let i = 0, row = into.count; i < count; i++, row++) {
    decoder.next(i);
    into.times[row] = decoder.time;
    decoder.storeAt(words, row);
    if (startTimes !== null) startTimes[row] = decoder.start.startTime;
  }
  into.commitFloats(count, startTimes !== null);
}

class Decoder {
  time = 0;
  readonly start: StartTimeReader;
  private readonly reader: BitReader;
  private delta = 0;
  /** The last value that was no stale marker. */
  private readonly value = new XorReader();
  private stale = false;

  constructor(reader: BitReader, start: StartTimeReader) {
    this.reader = reader;
    this.start = start;
  }

  /** Reads sample `index`; they come in order. */
  next(index: number): void {
    const reader = this.reader;
    const previous = this.time;
    this.stale = false;
    if (index === 0) this.readFirst();
    else if (index === 1) {
      const at = reader.offset;
      this.delta = reader.uvarint();
      this.time = addDelta(this.time, this.delta, at);
      this.readValue();
    } else this.readJoint();
    this.start.read(reader, index, this.time, previous);
  }

  storeAt(words: Uint32Array, row: number): void {
    if (this.stale) {
      words[2 * row] = STALE_NAN_LOW;
      words[2 * row + 1] = STALE_NAN_HIGH;
    } else this.value.storeAt(words, row);
  }

  private readFirst(): void {
    this.time = this.reader.varint();
    this.value.readFirst(this.reader);
    if (this.value.high === STALE_NAN_HIGH && this.value.low === STALE_NAN_LOW) {
      this.stale = true;
      this.value.high = 0;
      this.value.low = 0;
    }
  }

  private readJoint(): void {
    const reader = this.reader;
    const at = reader.offset;
    const ones = reader.ones(5);
    const width = DOD_WIDTHS[ones];
    if (width > 0) this.delta += readDod(reader, width, at);
    this.time = addDelta(this.time, this.delta, at);
    if (width > 0) this.readValue();
    else if (ones === 5) this.stale = true;
    else if (ones === 1) {
      if (reader.bits(1) === 0) this.value.readInWindow(reader);
      else this.value.readNewWindow(reader);
    }
  }

  private readValue(): void {
    switch (this.reader.ones(3)) {
      case 0:
        break;
      case 1:
        this.value.readInWindow(this.reader);
        break;
      case 2:
        this.value.readNewWindow(this.reader);
        break;
      default:
        this.stale = true;
    }
  }
}

function readDod(reader: BitReader, width: number, at: number): number {
  if (width === 64) {
    reader.wideBits(64);
    return reader.safeInteger(at);
  }
  const bits = reader.bits(width);
  return bits >= 1 << (width - 1) ? bits - (1 << width) : bits;
}

const VALUE_PREFIXES: WindowPrefixes = { same: 0b10, sameBits: 2, fresh: 0b110, freshBits: 3 };
const NEW_PREFIXES: WindowPrefixes = { same: 0b0, sameBits: 1, fresh: 0b1, freshBits: 1 };

/** Builds one XOR2 chunk, sample by sample; its bytes are Prometheus 3.14's. */
export class Xor2Appender {
  private count = 0;
  private time = 0;
  private delta = 0;
  private readonly writer = new BitWriter();
  /** Of the last value that was no stale marker, +0 before there is one. */
  private readonly value = new XorWriter();
  private readonly start = new StartTimeWriter();
  private readonly scratch = new Float64Array(1);
  private readonly words = wordsOf(this.scratch);

  constructor() {
    this.writer.bits(0, 8 * HEADER_BYTES);
  }

  get sampleCount(): number {
    return this.count;
  }

  /** The chunk so far, as a view that holds until the next append. */
  bytes(): Uint8Array {
    this.writer.setU16(0, this.count);
    this.writer.setU8(COUNT_BYTES, this.start.header);
    return this.writer.bytes();
  }

  /** Appends row `row`: not before the last sample; `startTime` is 0 where it is unknown. */
  append(times: Float64Array, values: Float64Array, row: number, startTime: number): void {
    const { writer, time: previous, count } = this;
    const time = times[row];
    assert(count < COUNT_MAX, 'a chunk holds at most 65535 samples');
    this.scratch[0] = values[row];
    const low = this.words[0];
    const high = this.words[1];
    const delta = count === 0 ? 0 : time - previous;
    assert(delta >= 0, 'a sample is not before the last one');
    if (count === 0) {
      writer.varint(time);
      writer.wideBits(high, low, 64);
      if (!isStaleBits(high, low)) this.value.setFirst(high, low);
    } else if (count === 1) {
      writer.uvarint(delta);
      this.writeValue(high, low);
    } else this.writeJoint(delta - this.delta, high, low);
    this.start.write(writer, count, { time, previous, startTime });
    this.time = time;
    this.delta = delta;
    this.count++;
  }

  private writeJoint(dod: number, high: number, low: number): void {
    const { writer, value } = this;
    if (dod !== 0) {
      writeDod(writer, dod);
      this.writeValue(high, low);
    } else if (isStaleBits(high, low)) writer.bits(0b11111, 5);
    else if (value.equals(high, low)) writer.bits(0b0, 1);
    else {
      writer.bits(0b10, 2);
      value.writeChanged(writer, high, low, NEW_PREFIXES);
    }
  }

  private writeValue(high: number, low: number): void {
    if (isStaleBits(high, low)) this.writer.bits(0b111, 3);
    else if (this.value.equals(high, low)) this.writer.bits(0b0, 1);
    else this.value.writeChanged(this.writer, high, low, VALUE_PREFIXES);
  }
}

function isStaleBits(high: number, low: number): boolean {
  return high === STALE_NAN_HIGH && low === STALE_NAN_LOW;
}

function writeDod(writer: BitWriter, dod: number): void {
  if (dod >= -(2 ** 12) && dod < 2 ** 12) {
    writer.bits(0b110, 3);
    writer.bits(dod, 13);
  } else if (dod >= -(2 ** 19) && dod < 2 ** 19) {
    writer.bits(0b1110, 4);
    writer.bits(dod, 20);
  } else {
    writer.bits(0b11110, 5);
    writer.wideBits(Math.floor(dod / 2 ** 32), dod % 2 ** 32, 64);
  }
}
