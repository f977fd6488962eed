/** The head kernel's log records against wal/sample-record.ts. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { HeadKernel, ROWS_MAX } from '../../kernel/head-kernel.js';
import { RowEncoder } from '../../kernel/row-encoder.js';
import { TIME_MAX } from '../../model/interval.js';
import { FRAGMENT_HEADER_BYTES, PAGE_BYTES } from '../../wal/format.js';
import { FrameBuffer, type RecordFramer } from '../../wal/frame-buffer.js';
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

  it('are framed as wal/frame-buffer.ts does it, by both modules, whatever their length', () => {
    const rows = kernel.rows(ROWS_MAX);
    for (let i = 0; i < ROWS_MAX; i++) {
      rows.slots[i] = kernel.addSlot(1 + ((i * i) % 1000));
      rows.times[i] = i % 300;
      rows.values[i] = Math.sqrt(i);
    }
    // What is left of a page, down to a header without a byte behind it.
    const pageLeft = fc.oneof(
      fc.integer({ min: FRAGMENT_HEADER_BYTES, max: 40 }),
      fc.integer({ min: FRAGMENT_HEADER_BYTES, max: PAGE_BYTES }),
    );
    // A record of 15,000 rows takes several pages.
    const count = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: ROWS_MAX }));
    fc.assert(
      fc.property(count, pageLeft, fc.integer({ min: 1, max: 30 }), (count, pageLeft, pages) => {
        rows.count = count;
        const wanted = partsOf(kernel.encode(rows), pages, PAGE_BYTES - pageLeft, null);
        expect(partsOf(kernel.encode(rows), pages, PAGE_BYTES - pageLeft, kernel)).toEqual(wanted);
        const elsewhere = encoder.encodeAt(rows.timesAt, rows.capacity, count);
        expect(partsOf(elsewhere, pages, PAGE_BYTES - pageLeft, encoder)).toEqual(wanted);
      }),
      { numRuns: 200 },
    );
  });
});

/** What the record becomes in segments of `pages`, behind `position` bytes of the first one. */
function partsOf(
  record: Uint8Array,
  pages: number,
  position: number,
  framer: RecordFramer | null,
): string[] {
  const frames = new FrameBuffer(pages * PAGE_BYTES, null);
  frames.begin(position);
  frames.add(record, framer);
  // What comes behind it shows where it has ended.
  frames.add(Buffer.from('behind'));
  return frames.parts().map((part) => createHash('sha1').update(part).digest('hex'));
}
