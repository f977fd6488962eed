/** Records that the kernel stages, against the codec in TypeScript and a map of refs. */
import fc from 'fast-check';
import { HeadKernel } from '../../kernel/head-kernel.js';
import { STAGED_RECORD_BYTES_MAX } from '../../kernel/replay-rows.js';
import { DecodeError } from '../../model/errors.js';
import { TIME_MAX } from '../../model/interval.js';
import { SampleBatch } from '../../wal/sample-batch.js';
import { decodeSamples } from '../../wal/sample-record.js';
import { columnBits } from '../support/bits.js';
import { batchOf, encoded, type Sample } from '../support/sample-records.js';

const kernel = new HeadKernel({ chunkRangeMs: 7_200_000 });
const { replay } = kernel;

const NOW = 1_600_000_000_000;
const FAR = 2 ** 32 + 5;
/** Ref → the last time of its series. */
const KNOWN = new Map([
  [1, -Infinity],
  [2, NOW],
  [3, NOW + 50],
  [70, -Infinity],
  [20_000, NOW + 10],
  [2_000_000, -Infinity],
  [2 ** 32 - 1, NOW],
]);
/** Refs that stand for others. */
const ALIASES = new Map([
  [4, 1],
  [20_001, 2],
  [FAR, 3],
  [2 ** 48, 99],
]);
const slots = new Map([...KNOWN.keys()].map((ref) => [ref, kernel.addSlot(ref)]));

const ref = fc.oneof(
  fc.constantFrom(...KNOWN.keys(), ...ALIASES.keys()),
  fc.integer({ min: 0, max: 200 }),
  fc.integer({ min: 1, max: 2_100_000 }),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, 2 ** 32),
);
const time = fc.oneof(
  fc.integer({ min: NOW - 10, max: NOW + 100 }),
  fc.integer({ min: NOW, max: NOW + 100_000_000 }),
  fc.constantFrom(TIME_MAX, -TIME_MAX, 0, -1),
);
const word = fc.integer({ min: 0, max: 0xffff_ffff });
const samples = fc.array(fc.tuple(ref, time, word, word), { maxLength: 60 });
const minValid = fc.constantFrom(-Infinity, NOW, NOW + 40);

interface Staged {
  readonly rows: readonly string[];
  readonly unknown: number;
  readonly asked: readonly string[];
}

/** What the kernel makes of a record; null where it refuses. */
function byKernel(record: Uint8Array, minValidTime = -Infinity): Staged | null {
  const asked: string[] = [];
  replay.slotOfAsked = (ref, time) => {
    asked.push(`${ref} ${time}`);
    return slots.get(ALIASES.get(ref) ?? 0) ?? -1;
  };
  const before = replay.unknownSamples;
  replay.rows.count = 3;
  const isStaged = replay.stage(record, minValidTime);
  const { slots: column, times, values, count } = replay.rows;
  expect(isStaged || count === 3).toBe(true);
  if (!isStaged) {
    expect(replay.unknownSamples).toBe(before);
    return null;
  }
  const bits = columnBits(values, count);
  const rows = bits.map((value, i) => `${column[i]} ${times[i]} ${value}`).slice(3);
  return { rows, unknown: replay.unknownSamples - before, asked };
}

/** The same by the codec in TypeScript; null for damage. */
function byTypeScript(record: Uint8Array, minValidTime: number): Staged | null {
  const batch = new SampleBatch();
  try {
    decodeSamples(record, batch);
  } catch (error) {
    if (error instanceof DecodeError) return null;
    throw error;
  }
  const bits = columnBits(batch.values, batch.count);
  const asked: string[] = [];
  const rows: string[] = [];
  let unknown = 0;
  for (let i = 0; i < batch.count; i++) {
    const ref = batch.refs[i];
    const time = batch.times[i];
    if (time < minValidTime) continue;
    let slot = slots.get(ref);
    if (slot === undefined && (ref >= 2 ** 32 || ALIASES.has(ref))) {
      asked.push(`${ref} ${time}`);
      slot = slots.get(ALIASES.get(ref) ?? 0);
    } else if (slot === undefined) unknown++;
    if (slot === undefined || time <= kernel.lastTimes[slot]) continue;
    rows.push(`${slot} ${time} ${bits[i]}`);
  }
  return { rows, unknown, asked };
}

/** Whether the differences are such as a double holds: the codec in TypeScript takes no others. */
function isNarrow(list: readonly Sample[]): boolean {
  if (list.length === 0) return true;
  const [[ref0, time0]] = list;
  const isSafe = Number.isSafeInteger;
  return list.every(([ref, time]) => isSafe(ref - ref0) && isSafe(time - time0));
}

beforeAll(() => {
  for (const [ref, slot] of slots) {
    replay.enter(ref, slot);
    const last = KNOWN.get(ref) ?? 0;
    if (last > 0) kernel.setLastTime(slot, last);
  }
  for (const ref of ALIASES.keys()) replay.ask(ref);
});

describe('records that are staged', () => {
  it('give the rows that the codec in TypeScript gives, of series that are known', () => {
    fc.assert(
      fc.property(samples, minValid, (list, minValidTime) => {
        fc.pre(isNarrow(list));
        const record = encoded(batchOf(list));
        expect(byKernel(record, minValidTime)).toEqual(byTypeScript(record, minValidTime));
      }),
      { numRuns: 1000 },
    );
  });

  it('are refused where they are damaged or cut, or say the same as to the codec', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 3 });
    let refused = 0;
    fc.assert(
      fc.property(samples, damage, fc.nat(), (list, flips, cut) => {
        fc.pre(isNarrow(list));
        const record = encoded(batchOf(list));
        for (const [at, bits] of flips) record[at % record.length] ^= bits;
        const damaged = cut % 2 === 0 ? record : record.subarray(0, cut % record.length);
        const got = byKernel(damaged);
        const wanted = damaged[0] === 2 ? byTypeScript(damaged, -Infinity) : null;
        if (got === null) refused++;
        // What the codec alone refuses has differences that it cannot hold.
        else if (wanted !== null) expect(got).toEqual(wanted);
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('are refused where they are cut anywhere but behind a sample', () => {
    const record = encoded(
      batchOf([
        [1, NOW, 0x3ff80000, 0],
        [70, NOW, 0xbff00000, 0],
        [2_000_000, NOW - 1, 0x40000000, 0],
      ]),
    );
    const whole: number[] = [];
    for (let length = 0; length <= record.length; length++) {
      const got = byKernel(record.subarray(0, length));
      if (got !== null) whole.push(length, got.rows.length);
    }
    expect(whole).toEqual([1, 0, 27, 1, 38, 2, record.length, 3]);
  });

  it('are not copied where they lie in its memory', () => {
    const record = encoded(batchOf([[1, NOW, 0x3ff80000, 0]]));
    const [wanted] = byKernel(record)?.rows ?? [];
    replay.window.set(record, 100);
    replay.scratch.fill(0);
    expect(byKernel(replay.window.subarray(100, 100 + record.length))?.rows).toEqual([wanted]);
    expect(replay.scratch.every((byte) => byte === 0)).toBe(true);
  });

  it('may be put together there, and are copied in wherever they begin', () => {
    const record = encoded(batchOf([[1, NOW, 0x3ff80000, 0]]));
    const wanted = byKernel(record)?.rows;
    replay.window.set(record, 3);
    replay.copyToScratch(replay.window.subarray(3, 13), 21);
    replay.copyToScratch(replay.window.subarray(13, 3 + record.length), 31);
    expect(byKernel(replay.scratch.subarray(21, 21 + record.length))?.rows).toEqual(wanted);
    expect(() => replay.copyToScratch(replay.window, replay.scratch.length - 5)).toThrow('room');
    const elsewhere = new Uint8Array(100);
    for (let at = 0; at < 9; at++) {
      elsewhere.set(record, at);
      expect(byKernel(elsewhere.subarray(at, at + record.length))?.rows).toEqual(wanted);
    }
  });

  it('are refused where they are of another type, or longer than there is room for', () => {
    expect(byKernel(new Uint8Array(0))).toBeNull();
    expect(byKernel(Uint8Array.of(11))).toBeNull();
    expect(byKernel(new Uint8Array(STAGED_RECORD_BYTES_MAX + 1).fill(2))).toBeNull();
  });

  it('may be of the greatest length', () => {
    const count = Math.floor((STAGED_RECORD_BYTES_MAX - 17) / 10);
    const record = encoded(batchOf(Array.from({ length: count }, (): Sample => [1, 7, 1, 2])));
    replay.rows.count = 0;
    expect(replay.hasRoomFor(record)).toBe(true);
    expect(replay.stage(record, -Infinity)).toBe(true);
    expect(replay.rows.count).toBe(count);
    expect(replay.hasRoomFor(record)).toBe(false);
    expect(() => replay.stage(record, -Infinity)).toThrow('room');
  });
});

describe('the refs of a replay', () => {
  it('may be forgotten, and their memory serves open chunks afterwards', () => {
    const own = new HeadKernel({ chunkRangeMs: 1000 });
    const slot = own.addSlot(5);
    const record = encoded(batchOf([[5, 7, 1, 2]]));
    const stage = (): number => {
      own.replay.rows.count = 0;
      own.replay.stage(record, -Infinity);
      return own.replay.rows.count;
    };
    own.replay.enter(5, slot);
    own.replay.enter(9_000_000, slot);
    expect(stage()).toBe(1);
    own.replay.forget(5);
    expect([stage(), own.replay.unknownSamples]).toEqual([0, 1]);
    own.replay.enter(5, slot);
    own.replay.end();
    expect([stage(), own.replay.unknownSamples]).toEqual([0, 2]);
    const { heapBytes } = own;
    const rows = own.replay.rows;
    for (let i = 0; i < 50; i++) {
      rows.slots[i] = own.addSlot(10 + i);
      rows.times[i] = 1;
      rows.values[i] = i;
    }
    rows.count = 50;
    own.append(rows, 0);
    expect(own.chunksOpen).toBe(50);
    expect(own.heapBytes).toBe(heapBytes);
  });
});
