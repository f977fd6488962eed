/**
 * An integer as a sequence, each value coded as the change of its delta, `varbit(delta - previous
 * delta)`: times, counts and buckets of histogram chunks. The first delta follows a delta of 0.
 *
 * The sums are two's complement in 64 bits, as in Prometheus: the change between two deltas may
 * exceed 2^53 where no value does.
 */
import type { BitReader } from './bit-reader.js';
import type { BitWriter } from './bit-writer.js';
import { readVarbitHalves, writeVarbitInt, writeVarbitWide } from './varbit.js';

export class DodInteger {
  private high = 0;
  private low = 0;
  private deltaHigh = 0;
  private deltaLow = 0;

  /** Takes over the first value from `reader.high` and `reader.low`. */
  setFirst(reader: BitReader): void {
    this.high = reader.high;
    this.low = reader.low;
  }

  /** Reads one field and moves on to the next value. */
  read(reader: BitReader): void {
    readVarbitHalves(reader);
    const deltaLow = (this.deltaLow >>> 0) + (reader.low >>> 0);
    this.deltaHigh = (this.deltaHigh + reader.high + carry(deltaLow)) | 0;
    this.deltaLow = deltaLow | 0;
    const low = (this.low >>> 0) + (this.deltaLow >>> 0);
    this.high = (this.high + this.deltaHigh + carry(low)) | 0;
    this.low = low | 0;
  }

  /** The value within ±(2^53 - 1), else a `DecodeError`. */
  value(reader: BitReader): number {
    reader.high = this.high;
    reader.low = this.low;
    return reader.safeInteger(reader.offset);
  }
}

function carry(sum: number): number {
  return sum > 0xffff_ffff ? 1 : 0;
}

/** Where sums of a few of them stay exact. */
const PLAIN_MAX = 2 ** 50;

/** The other way: a sequence of integers within ±2^53. */
export class DodIntegerWriter {
  private last = 0;
  /** The one before the last; as long as there is none, the last. */
  private previous = 0;

  /** Takes note of the first value, which others write. */
  setFirst(value: number): void {
    this.last = value;
    this.previous = value;
  }

  write(writer: BitWriter, value: number): void {
    const { last, previous } = this;
    if (Math.max(Math.abs(value), Math.abs(last), Math.abs(previous)) <= PLAIN_MAX) {
      writeVarbitInt(writer, value - last - (last - previous));
    } else {
      writeVarbitWide(writer, BigInt(value) - 2n * BigInt(last) + BigInt(previous));
    }
    this.previous = last;
    this.last = value;
  }
}
