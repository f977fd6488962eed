import fc from 'fast-check';
import { HeadChunkEntries } from '../../chunks/head-chunk-entry.js';
import { MemorySource } from '../../disk/byte-source.js';
import { wordsOf } from '../../encoding/float-bits.js';
import { FINISHED_BYTES_MAX, FINISHED_MAX } from '../../kernel/finished-chunks.js';
import { HeadKernel, OPEN_BYTES_MAX, ROWS_MAX } from '../../kernel/head-kernel.js';
import {
  MARK_APPENDED,
  MARK_DUPLICATE,
  MARK_EQUAL,
  MARK_OUT_OF_ORDER,
  type SampleRows,
} from '../../kernel/sample-rows.js';
import { AssertionError } from '../../model/assert.js';
import { LimitError } from '../../model/errors.js';
import { TIME_MAX } from '../../model/interval.js';
import { type EndedChunk, HeadOracle } from '../support/head-oracle.js';
import { seriesArbitrary } from '../support/series.js';

const RANGE_MS = 7_200_000;
const STALE: readonly [number, number] = [0x7ff00000, 0x00000002];

/** A head kernel and the oracle beside it: what is done to one is done to both. */
class Pair {
  readonly kernel: HeadKernel;
  readonly rows: SampleRows;
  readonly ended: EndedChunk[] = [];
  /** How often the buffer was full in the middle of rows. */
  full = 0;
  private readonly oracle: HeadOracle;
  private readonly marks: number[] = [];
  private nextRef = 1;

  constructor(rangeMs = RANGE_MS) {
    this.kernel = new HeadKernel({ chunkRangeMs: rangeMs });
    this.oracle = new HeadOracle(rangeMs);
    this.rows = this.kernel.rows(ROWS_MAX);
  }

  newSlot(): number {
    return this.kernel.addSlot(this.nextRef++);
  }

  freeSlot(slot: number): void {
    this.flush();
    this.oracle.drop(this.kernel.refs[slot]);
    this.kernel.freeSlot(slot);
  }

  finishSlot(slot: number): void {
    this.flush();
    this.oracle.finish(this.kernel.refs[slot]);
    if (this.kernel.finishSlot(slot)) return;
    this.drain();
    expect(this.kernel.finishSlot(slot)).toBe(true);
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

  /** Appends what was added; the marks are the oracle's. */
  flush(): void {
    const { rows, kernel } = this;
    for (let row = 0; row < rows.count;) {
      row = kernel.append(rows, row);
      if (row === rows.count) break;
      this.full++;
      this.drain();
    }
    expect(Buffer.compare(rows.marks.subarray(0, rows.count), Buffer.from(this.marks))).toBe(0);
    rows.count = 0;
    this.marks.length = 0;
  }

  /** Takes the finished chunks as who reads a head chunk file sees them. */
  drain(): void {
    const { finished } = this.kernel;
    const bytes = finished.bytes().slice();
    const entries = new HeadChunkEntries(new MemorySource(bytes), 0, 32 * 1024);
    for (let i = 0; i < finished.count; i++) {
      if (!entries.next()) throw new Error('an entry is missing');
      const { offset, dataLength, minTime, maxTime, encoding, isOutOfOrder } = entries;
      const isAsSaid =
        offset === finished.offsets[i] &&
        dataLength === finished.lengths[i] &&
        minTime === finished.minTimes[i] &&
        maxTime === finished.maxTimes[i];
      if (!isAsSaid || encoding !== 1 || isOutOfOrder) throw new Error(`entry ${i} is wrong`);
      const data = Buffer.from(entries.data()).toString('hex');
      const ref = entries.seriesRef;
      this.ended.push({ ref, minTime, maxTime, count: finished.counts[i], data });
    }
    expect(entries.next()).toBe(false);
    finished.clear();
  }

  /** Holds all chunks against the oracle's, the ended ones and the open ones of `slots`. */
  check(slots: readonly number[]): void {
    this.flush();
    for (const slot of slots) {
      const ref = this.kernel.refs[slot];
      expect(openData(this.kernel, slot)).toBe(this.oracle.open(ref));
      expect(this.kernel.hasOpenChunk(slot)).toBe(this.oracle.open(ref) !== '');
    }
    this.drain();
    expect(this.ended).toEqual(this.oracle.ended);
  }
}

/** The open chunk in hex. */
function openData(kernel: HeadKernel, slot: number): string {
  const into = new Uint8Array(OPEN_BYTES_MAX);
  const length = kernel.readOpen(slot, into);
  return Buffer.from(into.subarray(0, length)).toString('hex');
}

/** One sample of `slot`. */
function rowOf(kernel: HeadKernel, slot: number, time: number, value: number): SampleRows {
  const rows = kernel.rows(1);
  rows.slots[0] = slot;
  rows.times[0] = time;
  rows.values[0] = value;
  rows.count = 1;
  return rows;
}

function appendOne(kernel: HeadKernel, slot: number, time: number, value: number): number {
  const rows = rowOf(kernel, slot, time, value);
  expect(kernel.append(rows, 0)).toBe(1);
  kernel.giveBack(rows);
  return rows.marks[0];
}

const float = fc.tuple(
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.integer({ min: 0, max: 0xffff_ffff }),
);

describe('the head kernel', () => {
  it('makes the chunks that the codec in TypeScript makes, of series in turn', () => {
    const many = fc.array(seriesArbitrary(400), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(many, fc.constantFrom(RANGE_MS, 60_000, 2 ** 40), (series, rangeMs) => {
        const pair = new Pair(rangeMs);
        const slots = series.map(() => pair.newSlot());
        for (let row = 0; row < 400; row++) {
          series.forEach(({ times, values }, i) => {
            if (row < times.length) pair.add(slots[i], times, values, row);
          });
        }
        pair.check(slots);
      }),
      { numRuns: 150 },
    );
  });

  it('agrees with it through old, equal and far samples, finishing, freeing and reuse', () => {
    const time = fc.oneof(
      { weight: 8, arbitrary: fc.constant(['step', 15_000] as const) },
      { weight: 4, arbitrary: fc.tuple(fc.constant('step' as const), fc.integer({ max: 2e6 })) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('step' as const), fc.maxSafeInteger()) },
      {
        weight: 1,
        arbitrary: fc.tuple(
          fc.constant('set' as const),
          fc.constantFrom(-TIME_MAX, TIME_MAX, 0, -1, 1 - TIME_MAX, TIME_MAX - 15_000),
        ),
      },
    );
    const value = fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 2, arbitrary: fc.tuple(fc.constant(0x40590000), fc.nat(3)) },
      { weight: 1, arbitrary: fc.constant(STALE) },
      { weight: 1, arbitrary: float },
    );
    const sample = fc.tuple(fc.nat(5), time, value, fc.integer({ min: 1, max: 60 }));
    const act = fc.oneof(
      { weight: 30, arbitrary: sample },
      { weight: 1, arbitrary: fc.tuple(fc.nat(5), fc.constantFrom('finish', 'free')) },
    );
    const acts = fc.array(act, { maxLength: 60 });
    const range = fc.constantFrom(RANGE_MS, 1000, 2 ** 50);
    fc.assert(
      fc.property(acts, range, (list, rangeMs) => {
        const pair = new Pair(rangeMs);
        const slots = Array.from({ length: 6 }, () => pair.newSlot());
        const times = new Float64Array(6);
        const values = new Float64Array(6);
        for (const [which, what, bits, repeats] of list) {
          if (what === 'finish') {
            pair.finishSlot(slots[which]);
          } else if (what === 'free') {
            pair.freeSlot(slots[which]);
            slots[which] = pair.newSlot();
          } else {
            if (bits !== null && bits !== undefined) {
              wordsOf(values).set([bits[1], bits[0]], 2 * which);
            }
            for (let i = 0; i < (repeats ?? 1); i++) {
              const [how, by] = what;
              const next = how === 'set' ? by : times[which] + by;
              times[which] = Math.max(-TIME_MAX, Math.min(TIME_MAX, next));
              pair.add(slots[which], times, values, which);
            }
          }
        }
        pair.check(slots);
      }),
      { numRuns: 400 },
    );
  });

  it('agrees with it where the width of a dod changes', () => {
    for (const edge of [8191, 8192, 65535, 65536, 524287, 524288]) {
      for (const dod of [edge - 1, edge, edge + 1, -edge - 1, -edge, 1 - edge]) {
        const pair = new Pair(2 ** 40);
        const slot = pair.newSlot();
        const times = Float64Array.of(0, 1e6, 2e6 + dod, 3e6 + dod, 4e6 + dod, 5e6 + 2 * dod);
        const values = Float64Array.of(0, 1, 1, 2, 0.1, 0.1);
        times.forEach((_, row) => pair.add(slot, times, values, row));
        pair.check([slot]);
      }
    }
  });

  it('ends a chunk before the sample that might take it over 1024 bytes', () => {
    fc.assert(
      fc.property(fc.array(float, { minLength: 200, maxLength: 240 }), fc.nat(40), (bits, slow) => {
        const pair = new Pair(2 ** 40);
        const slot = pair.newSlot();
        const times = new Float64Array(bits.length);
        const values = new Float64Array(bits.length);
        // What is slow at first is predicted to last.
        times.forEach((_, i) => (times[i] = i < 30 + slow ? 1e9 * i : 1e9 * (30 + slow) + i));
        bits.forEach(([high, low], i) => wordsOf(values).set([low, high], 2 * i));
        times.forEach((_, i) => pair.add(slot, times, values, i));
        pair.check([slot]);
        expect(pair.ended.length).toBeGreaterThan(0);
        for (const { data } of pair.ended) expect(data.length / 2).toBeGreaterThan(1005);
      }),
      { numRuns: 100 },
    );
  });

  it('goes on where the buffer of finished chunks was full, by its bytes or their count', () => {
    const cases = [
      { series: 5000, samples: 1 },
      { series: 1100, samples: 45 },
    ];
    for (const { series, samples } of cases) {
      const pair = new Pair();
      const slots = Array.from({ length: series }, () => pair.newSlot());
      const times = new Float64Array(1);
      const values = new Float64Array(1);
      for (let chunk = 0; chunk < 3; chunk++) {
        for (let i = 0; i < samples; i++) {
          times[0] = chunk * RANGE_MS + 15_000 * i;
          values[0] = Math.sqrt(i + chunk);
          for (const slot of slots) pair.add(slot, times, values, 0);
        }
      }
      pair.check(slots);
      const bytes = pair.ended.reduce((sum, { data }) => sum + data.length / 2, 0);
      expect(pair.ended.length).toBe(2 * series);
      expect(pair.full).toBeGreaterThanOrEqual(2);
      if (samples === 1) expect(bytes / (pair.full + 1)).toBeLessThan(FINISHED_BYTES_MAX / 2);
      else expect(pair.ended.length / (pair.full + 1)).toBeLessThan(FINISHED_MAX / 2);
    }
  });

  it('works at addresses above 2 GiB', () => {
    const pair = new Pair();
    // Next to nothing of it is memory, because nothing is written there.
    while (pair.kernel.heapBytes < 2.4 * 2 ** 30) pair.kernel.rows(ROWS_MAX);
    const slots = Array.from({ length: 200 }, () => pair.newSlot());
    const times = new Float64Array(1);
    const values = new Float64Array(1);
    for (let i = 0; i < 200; i++, times[0] += 15_000 + (i % 7)) {
      values[0] = Math.sqrt(i);
      for (const slot of slots) pair.add(slot, times, values, 0);
    }
    pair.check(slots);
    const rows = pair.kernel.rows(64);
    expect(rows.timesAt).toBeGreaterThan(2 ** 31);
    rows.slots[0] = slots[0];
    rows.times[0] = 7;
    rows.count = 1;
    expect(pair.kernel.append(rows, 0)).toBe(1);
    expect(rows.marks[0]).toBe(MARK_OUT_OF_ORDER);
  });

  it('uses the memory of chunks that have ended again', () => {
    const pair = new Pair();
    const slots = Array.from({ length: 1000 }, () => pair.newSlot());
    const times = new Float64Array(1);
    const values = new Float64Array(1);
    const chunk = (): void => {
      for (let i = 0; i < 60; i++, times[0] += 15_000) {
        values[0] = Math.sqrt(times[0] % 1e6);
        for (const slot of slots) pair.add(slot, times, values, 0);
      }
      for (const slot of slots) pair.finishSlot(slot);
    };
    chunk();
    expect(pair.kernel.chunksOpen).toBe(0);
    const taken = pair.kernel.heapBytes;
    expect(taken).toBeGreaterThan(1000 * 300);
    chunk();
    expect(pair.kernel.heapBytes).toBe(taken);
    pair.check(slots);
  });
});

describe('a slot', () => {
  it('is used again after it was freed, the last first', () => {
    const kernel = new HeadKernel({ chunkRangeMs: RANGE_MS });
    const slots = [7, 8, 9].map((ref) => kernel.addSlot(ref));
    expect(slots).toEqual([0, 1, 2]);
    expect(appendOne(kernel, 1, 5, 1)).toBe(MARK_APPENDED);
    kernel.freeSlot(1);
    kernel.freeSlot(0);
    expect([kernel.slotsUsed, kernel.slotLimit, kernel.chunksOpen]).toEqual([1, 3, 0]);
    expect([kernel.refs[1], kernel.lastTimes[1]]).toEqual([0, NaN]);
    expect([kernel.addSlot(10), kernel.addSlot(11), kernel.addSlot(12)]).toEqual([0, 1, 3]);
    expect([kernel.refs[1], kernel.lastTimes[1]]).toEqual([11, -Infinity]);
    expect(kernel.hasOpenChunk(1)).toBe(false);
    expect(openData(kernel, 1)).toBe('');
  });

  it('that is free takes neither samples nor freeing', () => {
    const kernel = new HeadKernel({ chunkRangeMs: RANGE_MS });
    const slot = kernel.addSlot(1);
    kernel.freeSlot(slot);
    expect(() => kernel.freeSlot(slot)).toThrow(AssertionError);
    expect(() => kernel.append(rowOf(kernel, slot, 1, 1), 0)).toThrow('unreachable');
  });

  it('knows its last sample and the times of its open chunk', () => {
    const kernel = new HeadKernel({ chunkRangeMs: RANGE_MS });
    const slot = kernel.addSlot(1);
    const values = new Float64Array(3);
    wordsOf(values).set([STALE[1], STALE[0]], 2);
    expect(kernel.equalsLast(slot, values, 0)).toBe(false);
    appendOne(kernel, slot, 1000, 0);
    const rows = rowOf(kernel, slot, 3000, 0);
    rows.values[0] = values[1];
    kernel.append(rows, 0);
    expect(kernel.equalsLast(slot, values, 1)).toBe(true);
    expect(kernel.equalsLast(slot, values, 0)).toBe(false);
    expect([kernel.openCount(slot), kernel.openMinTime(slot)]).toEqual([2, 1000]);
    expect(kernel.lastTimes[slot]).toBe(3000);
    // What has ended is still known.
    kernel.finishSlot(slot);
    expect(kernel.openCount(slot)).toBe(0);
    expect(kernel.equalsLast(slot, values, 1)).toBe(true);
    expect(appendOne(kernel, slot, 3000, 5)).toBe(MARK_DUPLICATE);
  });

  it('with samples elsewhere takes only later ones', () => {
    const kernel = new HeadKernel({ chunkRangeMs: RANGE_MS });
    const slot = kernel.addSlot(1);
    kernel.setLastTime(slot, 5000);
    expect(appendOne(kernel, slot, 4000, 1)).toBe(MARK_OUT_OF_ORDER);
    expect(appendOne(kernel, slot, 5000, 0)).toBe(MARK_OUT_OF_ORDER);
    expect(appendOne(kernel, slot, 5001, 1)).toBe(MARK_APPENDED);
    expect(appendOne(kernel, slot, 5001, 1)).toBe(MARK_EQUAL);
    expect(() => kernel.setLastTime(slot, 6000)).toThrow(AssertionError);
  });

  it('tells of its rows what became of them', () => {
    const kernel = new HeadKernel({ chunkRangeMs: RANGE_MS });
    const slot = kernel.addSlot(1);
    for (const [time, value] of [
      [10, 1],
      [20, 2],
      [20, 2],
      [20, -2],
      [15, 1],
      [40, 0],
    ]) {
      appendOne(kernel, slot, time, value);
    }
    expect([kernel.appended, kernel.equal, kernel.duplicate, kernel.outOfOrder]).toEqual([
      3, 1, 1, 1,
    ]);
    expect([kernel.minTime, kernel.maxTime]).toEqual([10, 40]);
    kernel.clearTotals();
    expect([kernel.appended, kernel.equal, kernel.minTime]).toEqual([0, 0, Infinity]);
  });
});

describe('finishing', () => {
  it('ends the chunks whose last sample is before a time, and goes on where it was full', () => {
    const pair = new Pair();
    const { kernel } = pair;
    const slots = Array.from({ length: 6000 }, () => pair.newSlot());
    const times = new Float64Array(1);
    const values = new Float64Array(1);
    slots.forEach((slot, i) => {
      times[0] = i % 3;
      pair.add(slot, times, values, 0);
    });
    pair.flush();
    let stops = 0;
    for (let slot = 0; slot < kernel.slotLimit; stops++) {
      slot = kernel.finishBefore(2, slot);
      pair.drain();
    }
    expect(stops).toBe(1);
    expect(pair.ended.map(({ ref }) => ref)).toEqual(
      slots.map((slot) => kernel.refs[slot]).filter((_, i) => i % 3 < 2),
    );
    expect(kernel.chunksOpen).toBe(2000);
    expect(kernel.finishBefore(2, 0)).toBe(6000);
    expect(kernel.finished.count).toBe(0);
  });
});

describe("the head kernel's limits", () => {
  it('are options that are checked', () => {
    const refuses = (options: object): void => {
      expect(() => new HeadKernel({ chunkRangeMs: 1000, ...options })).toThrow(AssertionError);
    };
    refuses({ chunkRangeMs: 0 });
    refuses({ chunkRangeMs: 1.5 });
    refuses({ chunkRangeMs: 2 ** 51 });
    refuses({ samplesPerChunk: 7 });
    refuses({ samplesPerChunk: 20_000 });
    refuses({ memoryBytesMax: 2 ** 33 });
  });

  it('let a chunk have other numbers of samples than 120', () => {
    const kernel = new HeadKernel({ chunkRangeMs: 2 ** 40, samplesPerChunk: 12 });
    const slot = kernel.addSlot(1);
    for (let i = 0; i < 100; i++) appendOne(kernel, slot, 1000 * i, 1);
    expect([...kernel.finished.counts.subarray(0, 8)]).toEqual(new Array(8).fill(9));
  });

  it('are named when the memory is full, and nothing is appended', () => {
    const kernel = new HeadKernel({ chunkRangeMs: RANGE_MS, memoryBytesMax: 2 ** 31 });
    const rows = rowOf(kernel, kernel.addSlot(1), 1, 1);
    // Each may take a block: more than what is left where the smallest columns have no room.
    rows.count = rows.capacity;
    expect(() => {
      for (;;) kernel.rows(ROWS_MAX);
    }).toThrow(LimitError);
    expect(() => {
      for (;;) kernel.rows(64);
    }).toThrow('memory of the head');
    expect(() => kernel.append(rows, 0)).toThrow(LimitError);
    expect(kernel.lastTimes[0]).toBe(-Infinity);
  });

  it('do not end the use of rows that were given back', () => {
    const kernel = new HeadKernel({ chunkRangeMs: RANGE_MS });
    const rows = kernel.rows(100);
    expect(rows.capacity).toBe(128);
    rows.count = 5;
    kernel.giveBack(rows);
    expect(kernel.rows(65)).toBe(rows);
    expect(rows.count).toBe(0);
    expect(kernel.rows(128)).not.toBe(rows);
    expect(kernel.rows(1).capacity).toBe(64);
    expect(() => kernel.rows(ROWS_MAX + 1)).toThrow(AssertionError);
  });
});
