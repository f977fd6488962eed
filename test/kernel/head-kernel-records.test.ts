/** The head kernel's log records against wal/sample-record.ts. */
import fc from 'fast-check';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { HeadKernel, RECORD_BYTES_MAX } from '../../kernel/head-kernel.js';
import { DecodeError } from '../../model/errors.js';
import { TIME_MAX } from '../../model/interval.js';
import { SampleBatch } from '../../wal/sample-batch.js';
import { decodeSamples, encodeSamples } from '../../wal/sample-record.js';
import { columnBits } from '../support/bits.js';

const kernel = new HeadKernel({ chunkRangeMs: 7_200_000 });

const ref = fc.oneof(
  fc.integer({ min: 1, max: 200 }),
  fc.integer({ min: 1, max: 2_000_000 }),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, 2 ** 32, 2 ** 48),
);
const time = fc.oneof(
  fc.integer({ min: 1_600_000_000_000, max: 1_600_000_000_100 }),
  fc.integer({ min: 1_600_000_000_000, max: 1_600_100_000_000 }),
  fc.constantFrom(TIME_MAX, -TIME_MAX, 0, -1),
);
const word = fc.integer({ min: 0, max: 0xffff_ffff });
const samples = fc.array(fc.tuple(ref, time, word, word), { maxLength: 60 });

type Sample = readonly [number, number, number, number];

function batchOf(list: readonly Sample[]): SampleBatch {
  const batch = new SampleBatch();
  batch.reset(list.length);
  const words = new Uint32Array(batch.values.buffer);
  list.forEach(([ref, time, high, low], i) => {
    batch.push(ref, time, 0, 0);
    words.set([low, high], 2 * i);
  });
  return batch;
}

function encoded(batch: SampleBatch): Uint8Array {
  const writer = new ByteWriter();
  encodeSamples(batch, writer);
  return writer.bytes().slice();
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The ref and the time of what `byKernel` says. */
function sampleOf(text: string): Sample {
  const [ref, time] = text.split(' ').map(Number);
  return [ref, time, 0, 0];
}

/** What the kernel decodes, or null where it refuses. */
function byKernel(record: Uint8Array): string[] | null {
  const count = kernel.decode(record);
  if (count < 0) return null;
  const { decodedRefs, decodedTimes, decodedValues } = kernel;
  const bits = columnBits(decodedValues, count);
  return bits.map((value, i) => `${decodedRefs[i]} ${decodedTimes[i]} ${value}`);
}

/** The same by the codec in TypeScript. */
function byTypeScript(record: Uint8Array): string[] | null {
  const batch = new SampleBatch();
  try {
    decodeSamples(record, batch);
  } catch (error) {
    if (error instanceof DecodeError) return null;
    throw error;
  }
  const bits = columnBits(batch.values, batch.count);
  return bits.map((value, i) => `${batch.refs[i]} ${batch.times[i]} ${value}`);
}

/** Encodes the samples `[from, to)` of a list, each of a slot of its own. */
function encodedByKernel(list: readonly Sample[], from: number, to: number): Uint8Array {
  const rows = kernel.rows(64);
  const words = new Uint32Array(rows.values.buffer, rows.valuesAt, 2 * rows.capacity);
  list.forEach(([ref, time, high, low], i) => {
    rows.slots[i] = kernel.addSlot(ref);
    rows.times[i] = time;
    words.set([low, high], 2 * i);
  });
  rows.count = list.length;
  const record = kernel.encode(rows, from, to).slice();
  list.forEach((_, i) => kernel.freeSlot(rows.slots[i]));
  kernel.giveBack(rows);
  return record;
}

/** Whether the differences are such as a double holds: the codec in TypeScript takes no others. */
function isNarrow(list: readonly Sample[]): boolean {
  if (list.length === 0) return true;
  const [[ref0, time0]] = list;
  const isSafe = Number.isSafeInteger;
  return list.every(([ref, time]) => isSafe(ref - ref0) && isSafe(time - time0));
}

describe('records of samples in the head kernel', () => {
  it('are encoded as the codec in TypeScript does it, from any row to any', () => {
    fc.assert(
      fc.property(samples, fc.nat(), fc.nat(), (list, one, other) => {
        const ends = [one % (list.length + 1), other % (list.length + 1)];
        const [from, to] = ends.sort((a, b) => a - b);
        const wanted = list.slice(from, to);
        fc.pre(isNarrow(wanted));
        const record = encodedByKernel(list, from, to);
        expect(hexOf(record)).toBe(hexOf(encoded(batchOf(wanted))));
      }),
      { numRuns: 300 },
    );
  });

  it('are decoded as they were encoded, whatever their times', () => {
    fc.assert(
      fc.property(samples, (list) => {
        const got = byKernel(encodedByKernel(list, 0, list.length));
        const batch = batchOf(list);
        const bits = columnBits(batch.values, batch.count);
        expect(got).toEqual(list.map(([ref, time], i) => `${ref} ${time} ${bits[i]}`));
      }),
      { numRuns: 300 },
    );
  });

  it('that are damaged or cut are refused, or decoded as the codec in TypeScript does it', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 3 });
    let refused = 0;
    fc.assert(
      fc.property(samples, damage, fc.nat(), (list, flips, cut) => {
        fc.pre(isNarrow(list));
        const record = encoded(batchOf(list));
        for (const [at, bits] of flips) record[at % record.length] ^= bits;
        const damaged = cut % 2 === 0 ? record : record.subarray(0, cut % record.length);
        const got = byKernel(damaged);
        const wanted = damaged[0] === 2 ? byTypeScript(damaged) : null;
        if (got === null) refused++;
        else if (wanted !== null) expect(got).toEqual(wanted);
        // What the other one alone refuses has differences that it cannot hold.
        else expect(isNarrow(got.map((text) => sampleOf(text)))).toBe(false);
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('that are cut anywhere but behind a sample are refused', () => {
    const batch = batchOf([
      [300, 1_600_000_000_000, 0x3ff80000, 0],
      [1, 1_600_000_000_000, 0xbff00000, 0],
      [301, 1_599_999_999_999, 0x40000000, 0],
    ]);
    const record = encoded(batch);
    const whole: number[] = [];
    for (let length = 0; length <= record.length; length++) {
      const got = byKernel(record.subarray(0, length));
      if (got !== null) whole.push(length, got.length);
    }
    // A header without samples says nothing; the codec in TypeScript takes it.
    expect(whole).toEqual([1, 0, 27, 1, 38, 2, 48, 3]);
  });

  it('of other types, and longer ones than there is room for, are refused', () => {
    expect(byKernel(new Uint8Array(0))).toBeNull();
    expect(byKernel(Uint8Array.of(11))).toBeNull();
    expect(kernel.decode(new Uint8Array(RECORD_BYTES_MAX + 1).fill(2))).toBe(-1);
  });

  it('of the greatest length are decoded', () => {
    const count = Math.floor((RECORD_BYTES_MAX - 17) / 10);
    const batch = batchOf(Array.from({ length: count }, (): Sample => [5, 7, 1, 2]));
    const record = encoded(batch);
    expect(kernel.decode(record)).toBe(count);
    expect(kernel.decodedTimes[count - 1]).toBe(7);
  });
});
