/**
 * The fields of histogram samples on their way to bits: what histogram-chunk.ts and
 * float-histogram-chunk.ts read, in their layout. A stale marker has no buckets, and its counts are
 * no change (integers) or zeros (floats).
 */
import { isStale, wordsOf } from '../encoding/float-bits.js';
import type { Histogram } from '../model/histogram.js';
import type { BitWriter } from './bit-writer.js';
import { DodIntegerWriter } from './dod-integer.js';
import { writeVarbitInt, writeVarbitUint } from './varbit.js';
import { XorWriter } from './xor-value.js';

/** Absolute counts, one for each bucket of the chunk's layout. */
export interface SampleBuckets {
  readonly positive: Float64Array;
  readonly negative: Float64Array;
}

export interface HistogramSampleWriter {
  writeFirst(writer: BitWriter, time: number, histogram: Histogram, buckets: SampleBuckets): void;
  write(writer: BitWriter, time: number, histogram: Histogram, buckets: SampleBuckets): void;
}

export function makeSampleWriter(isFloat: boolean): HistogramSampleWriter {
  return isFloat ? new FloatSampleWriter() : new IntegerSampleWriter();
}

class IntegerSampleWriter implements HistogramSampleWriter {
  private readonly time = new DodIntegerWriter();
  private readonly count = new DodIntegerWriter();
  private readonly zeroCount = new DodIntegerWriter();
  private readonly sum = new DoubleWriter();
  private buckets: readonly DodIntegerWriter[] = [];

  writeFirst(writer: BitWriter, time: number, histogram: Histogram, buckets: SampleBuckets): void {
    const stale = isStale(histogram.sum);
    const count = stale ? 0 : histogram.count;
    const zeroCount = stale ? 0 : histogram.zeroCount;
    writeVarbitInt(writer, time);
    this.time.setFirst(time);
    writeVarbitUint(writer, count);
    this.count.setFirst(count);
    writeVarbitUint(writer, zeroCount);
    this.zeroCount.setFirst(zeroCount);
    this.sum.writeFirst(writer, histogram.sum);
    if (stale) return;
    this.buckets = deltasOf(buckets).map((delta) => {
      writeVarbitInt(writer, delta);
      const field = new DodIntegerWriter();
      field.setFirst(delta);
      return field;
    });
  }

  write(writer: BitWriter, time: number, histogram: Histogram, buckets: SampleBuckets): void {
    const stale = isStale(histogram.sum);
    this.time.write(writer, time);
    if (stale) writer.bits(0, 2);
    else {
      this.count.write(writer, histogram.count);
      this.zeroCount.write(writer, histogram.zeroCount);
    }
    this.sum.write(writer, histogram.sum);
    if (stale) return;
    deltasOf(buckets).forEach((delta, i) => this.buckets[i].write(writer, delta));
  }
}

class FloatSampleWriter implements HistogramSampleWriter {
  private readonly time = new DodIntegerWriter();
  private readonly count = new DoubleWriter();
  private readonly zeroCount = new DoubleWriter();
  private readonly sum = new DoubleWriter();
  private buckets: readonly DoubleWriter[] = [];

  writeFirst(writer: BitWriter, time: number, histogram: Histogram, buckets: SampleBuckets): void {
    const stale = isStale(histogram.sum);
    writeVarbitInt(writer, time);
    this.time.setFirst(time);
    this.count.writeFirst(writer, stale ? 0 : histogram.count);
    this.zeroCount.writeFirst(writer, stale ? 0 : histogram.zeroCount);
    this.sum.writeFirst(writer, histogram.sum);
    if (stale) return;
    this.buckets = Array.from(allOf(buckets), (count) => {
      const field = new DoubleWriter();
      field.writeFirst(writer, count);
      return field;
    });
  }

  write(writer: BitWriter, time: number, histogram: Histogram, buckets: SampleBuckets): void {
    const stale = isStale(histogram.sum);
    this.time.write(writer, time);
    this.count.write(writer, stale ? 0 : histogram.count);
    this.zeroCount.write(writer, stale ? 0 : histogram.zeroCount);
    this.sum.write(writer, histogram.sum);
    if (stale) return;
    allOf(buckets).forEach((count, i) => this.buckets[i].write(writer, count));
  }
}

/** A double among others, coded by XOR (xor-value.ts). */
class DoubleWriter {
  private readonly value = new XorWriter();
  private readonly scratch = new Float64Array(1);
  private readonly words = wordsOf(this.scratch);

  writeFirst(writer: BitWriter, value: number): void {
    this.scratch[0] = value;
    this.value.writeFirst(writer, this.words[1] | 0, this.words[0] | 0);
  }

  write(writer: BitWriter, value: number): void {
    this.scratch[0] = value;
    this.value.write(writer, this.words[1] | 0, this.words[0] | 0);
  }
}

/** Each count less the one before it on its side, positive ones first. */
function deltasOf({ positive, negative }: SampleBuckets): number[] {
  const deltas: number[] = [];
  for (const counts of [positive, negative]) {
    for (let i = 0; i < counts.length; i++)
      deltas.push(i === 0 ? counts[0] : counts[i] - counts[i - 1]);
  }
  return deltas;
}

function allOf({ positive, negative }: SampleBuckets): Float64Array {
  const all = new Float64Array(positive.length + negative.length);
  all.set(positive);
  all.set(negative, positive.length);
  return all;
}
