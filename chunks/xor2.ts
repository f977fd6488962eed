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
import type { Columns } from '../model/columns.js';
import { DecodeError } from '../model/errors.js';
import { STALE_NAN_HIGH, STALE_NAN_LOW, wordsOf } from '../encoding/float-bits.js';
import { BitReader } from './bit-reader.js';
import { StartTimeReader } from './start-time.js';
import { XorReader } from './xor-value.js';
import { addDelta, COUNT_BYTES, readCount } from './xor.js';

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
