/** Open chunks that are copied many at a time are those that are read one by one. */
import fc from 'fast-check';
import { HeadKernel, OPEN_BYTES_MAX } from '../../kernel/head-kernel.js';
import { GATHERED_MAX } from '../../kernel/open-chunks.js';
import { AssertionError } from '../../model/assert.js';

const EVERYTHING = { minTime: -Infinity, maxTime: Infinity };

/** The `count`th sample of a series at 1000 · i, of values that take few bits or many. */
function appendAll(kernel: HeadKernel, slots: readonly number[], counts: readonly number[]): void {
  const rows = kernel.rows(1024);
  const most = Math.max(0, ...counts);
  for (let i = 0; i < most; i++) {
    for (let at = 0; at < slots.length; at++) {
      if (i >= counts[at]) continue;
      rows.slots[rows.count] = slots[at];
      rows.times[rows.count] = 1000 * i;
      rows.values[rows.count++] = at % 3 === 0 ? 1 : Math.sin(i * (at + 1));
      if (rows.count < 1024) continue;
      append();
    }
  }
  append();
  kernel.giveBack(rows);

  function append(): void {
    for (let from = 0; from < rows.count;) {
      from = kernel.append(rows, from);
      kernel.finished.clear();
    }
    rows.count = 0;
  }
}

function filled(counts: readonly number[]): { kernel: HeadKernel; slots: number[] } {
  const kernel = new HeadKernel({ chunkRangeMs: 7_200_000 });
  const slots = counts.map((_, i) => kernel.addSlot(1 + i));
  appendAll(kernel, slots, counts);
  return { kernel, slots };
}

function single(kernel: HeadKernel, slot: number): string {
  const into = new Uint8Array(OPEN_BYTES_MAX);
  return Buffer.from(into.subarray(0, kernel.readOpen(slot, into))).toString('hex');
}

/** What was gathered of each of the slots `[from, to)`, as hex. */
function gathered(kernel: HeadKernel, from: number, to: number, copies: Uint8Array): string[] {
  let at = 0;
  const texts = Array.from({ length: to - from }, (_, i) => {
    const start = at;
    at += kernel.open.lengths[i];
    return Buffer.from(copies.subarray(start, at)).toString('hex');
  });
  expect(at).toBe(copies.length);
  return texts;
}

it('copies are the chunks that are open, whatever they hold', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(150), { maxLength: 40 }), (counts) => {
      const { kernel, slots } = filled(counts);
      const copies = kernel.open.gather(0, slots.length, EVERYTHING, Infinity);
      const wanted = slots.map((slot) => single(kernel, slot));
      expect(gathered(kernel, 0, slots.length, copies)).toEqual(wanted);
      slots.forEach((slot, i) => {
        if (kernel.open.lengths[i] === 0) return;
        expect(kernel.open.minTimes[i]).toBe(kernel.openMinTime(slot));
      });
    }),
    { numRuns: 40 },
  );
});

it('as many as are taken at once fit, however large', () => {
  const { kernel } = filled(Array<number>(GATHERED_MAX + 5).fill(110));
  const copies = kernel.open.gather(3, 3 + GATHERED_MAX, EVERYTHING, Infinity);
  const wanted = Array.from({ length: GATHERED_MAX }, (_, i) => single(kernel, 3 + i));
  expect(gathered(kernel, 3, 3 + GATHERED_MAX, copies)).toEqual(wanted);
  expect(() => kernel.open.gather(0, GATHERED_MAX + 1, EVERYTHING, 1)).toThrow(AssertionError);
});

it('those out of the range, of later series and of none are left out', () => {
  const { kernel, slots } = filled([10, 20, 0, 10, 30, 10]);
  kernel.freeSlot(slots[3]);
  const lengths = (minTime: number, maxTime: number, refMax: number): boolean[] => {
    kernel.open.gather(0, slots.length, { minTime, maxTime }, refMax);
    return slots.map((_, i) => kernel.open.lengths[i] > 0);
  };
  expect(lengths(0, 1e6, 6)).toEqual([true, true, false, false, true, true]);
  expect(lengths(0, 0, 5)).toEqual([true, true, false, false, true, false]);
  expect(lengths(9001, 1e6, 6)).toEqual([false, true, false, false, true, false]);
  expect(lengths(29_000, 29_000, 6)).toEqual([false, false, false, false, true, false]);
  expect(lengths(-5, -1, 6)).toEqual([false, false, false, false, false, false]);
});
