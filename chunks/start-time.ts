/**
 * Start timestamps inside chunks, the same in XOR2 and in the histogram encodings 5 and 6
 * (tsdb/chunkenc/st.go). With d_k = time_(k-1) - start_k, behind the bits of each sample:
 *
 *     header <1b>: bit 7 = the first start time is known, bits 6-0 = index k of the first change
 *
 *     sample 0     time_0 - start_0 <varint>       only if it is known
 *     sample k     d_k <varbit>                    from here on one field a sample
 *     later        d_i - d_(i-1) <varbit>
 *
 * Samples before k have the start time of sample 0; k = 0 means that it never changes. As the
 * header has no room for a later k, sample 127 counts as a change at any rate.
 */
import { DecodeError } from '../model/errors.js';
import type { BitReader } from './bit-reader.js';
import type { BitWriter } from './bit-writer.js';
import { readVarbitInt, writeVarbitInt } from './varbit.js';

const FIRST_KNOWN = 0x80;
const FIRST_CHANGE_MASK = 0x7f;

export class StartTimeReader {
  /** The start time of the sample that was read last, 0 where unknown. */
  startTime = 0;
  /** Whether any sample of the chunk may have one. */
  readonly present: boolean;
  private readonly firstKnown: boolean;
  private readonly firstChange: number;
  private difference = 0;

  constructor(header: number) {
    this.present = header !== 0;
    this.firstKnown = (header & FIRST_KNOWN) !== 0;
    this.firstChange = header & FIRST_CHANGE_MASK;
  }

  /** Reads what follows sample `index` at `time`; `previous` is the time of the sample before. */
  read(reader: BitReader, index: number, time: number, previous: number): void {
    const at = reader.offset;
    if (index === 0) {
      if (!this.firstKnown) return;
      this.difference = reader.varint();
      this.startTime = time - this.difference;
    } else {
      if (this.firstChange === 0 || index < this.firstChange) return;
      if (index === this.firstChange) this.difference = readVarbitInt(reader);
      else this.difference += readVarbitInt(reader);
      this.startTime = previous - this.difference;
    }
    if (!Number.isSafeInteger(this.difference) || !Number.isSafeInteger(this.startTime)) {
      throw new DecodeError('start time exceeds ±2^53', at);
    }
  }
}

export class StartTimeWriter {
  /** The header so far. */
  header = 0;
  private startTime = 0;
  private difference = 0;

  /** Writes what follows sample `index` at `time`; `previous` is the time of the sample before. */
  write(writer: BitWriter, index: number, sample: StartedSample): void {
    const { time, previous, startTime } = sample;
    const difference = previous - startTime;
    if (index === 0) {
      if (startTime !== 0) {
        this.header = FIRST_KNOWN;
        writer.varint(time - startTime);
      }
    } else if ((this.header & FIRST_CHANGE_MASK) !== 0) {
      writeVarbitInt(writer, difference - this.difference);
      this.difference = difference;
    } else if (startTime !== this.startTime || index === FIRST_CHANGE_MASK) {
      this.header |= index;
      writeVarbitInt(writer, difference);
      this.difference = difference;
    }
    this.startTime = startTime;
  }
}

/** A sample's time and start time, 0 where unknown, and the time of the sample before. */
export interface StartedSample {
  readonly time: number;
  readonly previous: number;
  readonly startTime: number;
}
