/** The head kernel's log records against wal/sample-record.ts. */
import fc from 'fast-check';
import { HeadKernel } from '../../kernel/head-kernel.js';
import { RowEncoder } from '../../kernel/row-encoder.js';
import { TIME_MAX } from '../../model/interval.js';
import { batchOf, encoded, type Sample } from '../support/sample-records.js';

const kernel = new HeadKernel({ chunkRangeMs: 7_200_000 });
const encoder = new RowEncoder(kernel.memory);

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

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Encodes the samples of a list, each of a slot of its own, in this thread's way and another's. */
function encodedByKernel(list: readonly Sample[]): [Uint8Array, Uint8Array] {
  const rows = kernel.rows(64);
  const words = new Uint32Array(rows.values.buffer, rows.valuesAt, 2 * rows.capacity);
  list.forEach(([ref, time, high, low], i) => {
    rows.slots[i] = kernel.addSlot(ref);
    rows.times[i] = time;
    words.set([low, high], 2 * i);
  });
  rows.count = list.length;
  const record = kernel.encode(rows).slice();
  const elsewhere = encoder.encodeAt(rows.timesAt, rows.capacity, rows.count).slice();
  list.forEach((_, i) => kernel.freeSlot(rows.slots[i]));
  kernel.giveBack(rows);
  return [record, elsewhere];
}

/** Whether the differences are such as a double holds: the codec in TypeScript takes no others. */
function isNarrow(list: readonly Sample[]): boolean {
  if (list.length === 0) return true;
  const [[ref0, time0]] = list;
  const isSafe = Number.isSafeInteger;
  return list.every(([ref, time]) => isSafe(ref - ref0) && isSafe(time - time0));
}

describe('records of samples in the head kernel', () => {
  it('are encoded as the codec in TypeScript does it, by both modules', () => {
    fc.assert(
      fc.property(samples, (list) => {
        fc.pre(isNarrow(list));
        const wanted = hexOf(encoded(batchOf(list)));
        expect(encodedByKernel(list).map(hexOf)).toEqual([wanted, wanted]);
      }),
      { numRuns: 300 },
    );
  });
});
