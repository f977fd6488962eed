import fc from 'fast-check';
import { HeadChunkEntries } from '../../chunks/head-chunk-entry.js';
import { MemorySource } from '../../disk/byte-source.js';
import { HeadKernel, OPEN_BYTES_MAX, ROWS_MAX } from '../../kernel/head-kernel.js';
import type { SampleRows } from '../../kernel/sample-rows.js';
import { type EndedChunk, HeadOracle } from '../support/head-oracle.js';
import { seriesArbitrary } from '../support/series.js';

const RANGE_MS = 7_200_000;

/** A head kernel and the oracle beside it; rows go to both. */
class Pair {
  readonly kernel: HeadKernel;
  readonly oracle: HeadOracle;
  readonly ended: EndedChunk[] = [];
  private readonly rows: SampleRows;
  private readonly marks: number[] = [];

  constructor(rangeMs = RANGE_MS) {
    this.kernel = new HeadKernel({ chunkRangeMs: rangeMs });
    this.oracle = new HeadOracle(rangeMs);
    this.rows = this.kernel.rows(ROWS_MAX);
  }

  add(slot: number, times: Float64Array, values: Float64Array, row: number): void {
    const { rows } = this;
    const at = rows.count++;
    rows.slots[at] = slot;
    rows.times[at] = times[row];
    rows.values[at] = values[row];
    this.marks.push(this.oracle.append(this.kernel.refs[slot], times, values, row));
    if (rows.count === rows.capacity) this.flush();
  }

  flush(): void {
    const { rows, kernel } = this;
    for (let row = 0; row < rows.count;) {
      row = kernel.append(rows, row);
      if (row < rows.count) this.drain();
    }
    expect([...rows.marks.subarray(0, rows.count)]).toEqual(this.marks);
    rows.count = 0;
    this.marks.length = 0;
  }

  /** Takes the finished chunks as a reader of a head chunk file sees them. */
  drain(): void {
    const { finished } = this.kernel;
    const entries = new HeadChunkEntries(new MemorySource(finished.bytes().slice()), 0, 32 * 1024);
    for (let i = 0; i < finished.count; i++) {
      expect(entries.next()).toBe(true);
      expect([entries.offset, entries.dataLength]).toEqual([
        finished.offsets[i],
        finished.lengths[i],
      ]);
      expect([entries.minTime, entries.maxTime]).toEqual([
        finished.minTimes[i],
        finished.maxTimes[i],
      ]);
      expect([entries.encoding, entries.isOutOfOrder]).toEqual([1, false]);
      this.ended.push({
        ref: entries.seriesRef,
        minTime: entries.minTime,
        maxTime: entries.maxTime,
        count: finished.counts[i],
        data: Buffer.from(entries.data()).toString('hex'),
      });
    }
    expect(entries.next()).toBe(false);
    finished.clear();
  }

  open(slot: number): string {
    const into = new Uint8Array(OPEN_BYTES_MAX);
    const length = this.kernel.readOpen(slot, into);
    return Buffer.from(into.subarray(0, length)).toString('hex');
  }

  check(slots: readonly number[]): void {
    this.flush();
    for (const slot of slots) {
      expect(this.open(slot)).toBe(this.oracle.open(this.kernel.refs[slot]));
    }
    this.drain();
    expect(this.ended).toEqual(this.oracle.ended);
  }
}

describe('the head kernel', () => {
  it('makes the chunks that the codec in TypeScript makes, series in turn', () => {
    fc.assert(
      fc.property(
        fc.array(seriesArbitrary(400), { minLength: 1, maxLength: 8 }),
        fc.constantFrom(RANGE_MS, 60_000, 2 ** 40),
        (series, rangeMs) => {
          const pair = new Pair(rangeMs);
          const slots = series.map((_, i) => pair.kernel.addSlot(i + 1));
          for (let row = 0; row < 400; row++) {
            series.forEach(({ times, values }, i) => {
              if (row < times.length) pair.add(slots[i], times, values, row);
            });
          }
          pair.check(slots);
        },
      ),
      { numRuns: 200 },
    );
  });
});
