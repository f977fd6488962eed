/** The merge kernel holds what the plain codecs of series entries and chunk entries hold. */
import fc from 'fast-check';
import { ByteReader } from '../../encoding/byte-reader.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import {
  ChunkMetas,
  decodeSeriesChunks,
  decodeSeriesLabels,
  encodeSeries,
} from '../../index/series-entry.js';
import { ENCODED_SLOTS_MAX, MergeKernel } from '../../kernel/merge-kernel.js';
import type { MergeSlot } from '../../kernel/merge-slot.js';
import { metasOf, type Row } from '../support/chunk-rows.js';
import { segmentsOf } from '../support/segment.js';

/** The entry with a body as it lies in an index. */
function entryOf(body: Uint8Array): Uint8Array {
  const entry = new ByteWriter().uvarint(body.length);
  const start = entry.length;
  return entry.raw(body).crc32cFrom(start).bytes().slice();
}

function bodyOf(symbols: readonly number[], rows: readonly Row[]): Uint8Array {
  const body = new ByteWriter();
  encodeSeries(body, symbols, metasOf(rows));
  return body.bytes().slice();
}

function decode(slot: MergeSlot, entry: Uint8Array, at = 0): boolean {
  slot.indexWindow.fill(0xff);
  slot.indexWindow.set(entry, at);
  slot.setIndexWindow(0, at + entry.length);
  return slot.decodeSeries(at);
}

function inHand(slot: MergeSlot): { symbols: number[]; rows: Row[] } {
  const symbols = [...slot.symbols.subarray(0, slot.symbolCount)];
  const { minTimes, maxTimes, refs } = slot;
  const rows = Array.from({ length: slot.chunkCount }, (_, i): Row => [
    minTimes[i],
    maxTimes[i],
    refs[i],
  ]);
  return { symbols, rows };
}

const symbol = fc.oneof(fc.nat(127), fc.nat(100_000), fc.nat(2 ** 32 - 1));
const labels = fc.array(fc.tuple(symbol, symbol), { maxLength: 12 }).map((pairs) => pairs.flat());
const distance = fc.oneof(fc.nat(100), fc.nat(10_000_000), fc.nat(2 ** 46));
const step = fc.tuple(fc.integer({ min: 1 }), distance, fc.integer({ min: 0, max: 2 ** 45 }));
const chunks = fc
  .record({
    start: fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 51), max: 2 ** 51 })),
    steps: fc.array(step, { maxLength: 30 }),
  })
  .map(({ start, steps }) => {
    let time = start;
    return steps.map(([gap, length, ref]): Row => {
      const minTime = time + gap;
      time = minTime + length;
      return [minTime, time, ref];
    });
  });

describe('a series entry', () => {
  it('is decoded as the codec does', () => {
    const [slot] = new MergeKernel().slots;
    fc.assert(
      fc.property(labels, chunks, fc.nat(50), (symbols, rows, at) => {
        expect(decode(slot, entryOf(bodyOf(symbols, rows)), at)).toBe(true);
        expect(inHand(slot)).toEqual({ symbols, rows });
        expect(slot.isInTurn).toBe(true);
      }),
    );
  });

  it('of any bytes is decoded as the codec does, or left to it', () => {
    const [slot] = new MergeKernel().slots;
    const numbers = fc.array(fc.oneof(fc.nat(3), fc.nat(255), fc.bigInt(0n, 2n ** 64n - 1n)));
    fc.assert(
      fc.property(fc.nat(3), fc.nat(4), numbers, (labelCount, chunkCount, rest) => {
        const body = Uint8Array.from([
          labelCount,
          ...Array.from({ length: 2 * labelCount }, (_, i) => i),
          chunkCount,
          ...rest.flatMap((number) => uvarintOf(BigInt(number))),
        ]);
        if (!decode(slot, entryOf(body))) return;
        const [symbols, metas] = [[] as number[], new ChunkMetas()];
        const reader = new ByteReader(body);
        decodeSeriesLabels(reader, symbols);
        decodeSeriesChunks(reader, metas);
        const rows = Array.from({ length: metas.count }, (_, i): Row => [
          metas.minTimes[i],
          metas.maxTimes[i],
          metas.refs[i],
        ]);
        expect(inHand(slot)).toEqual({ symbols, rows });
        const isInTurn = rows.every(([minTime], i) => i === 0 || minTime > rows[i - 1][1]);
        expect(slot.isInTurn).toBe(isInTurn);
      }),
      { numRuns: 2000 },
    );
  });

  it('of which a byte is another or missing is not taken', () => {
    const [slot] = new MergeKernel().slots;
    const entry = entryOf(
      bodyOf(
        [1, 300],
        [
          [-3, 10, 8],
          [20, 25, 2 ** 32 + 8],
        ],
      ),
    );
    for (let at = 0; at < entry.length; at++) {
      const damaged = entry.slice();
      damaged[at] ^= 1;
      expect(`${at} ${decode(slot, damaged)}`).toBe(`${at} false`);
      expect(`${at} ${decode(slot, entry.subarray(0, at))}`).toBe(`${at} false`);
    }
  });

  it('with more than a slot holds is left to the codec', () => {
    const [slot] = new MergeKernel().slots;
    const rows = (count: number): Row[] =>
      Array.from({ length: count }, (_, i) => [2 * i, 2 * i, i]);
    const symbols = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
    expect(decode(slot, entryOf(bodyOf(symbols(512), rows(1024))))).toBe(true);
    expect(decode(slot, entryOf(bodyOf(symbols(514), rows(1))))).toBe(false);
    expect(decode(slot, entryOf(bodyOf(symbols(2), rows(1025))))).toBe(false);
  });

  it('is made of several slots as the codec makes it', () => {
    const kernel = new MergeKernel([0, 0, 0]);
    const shift = fc.integer({ min: 0, max: 2 ** 45 });
    const parts = fc.array(fc.tuple(fc.nat(2), chunks, shift), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(labels, parts, (symbols, input) => {
        const slots = input.map(([number], i) => kernel.slots[(number + i) % 3]);
        fc.pre(new Set(slots).size === slots.length);
        let end = -(2 ** 52);
        const rows = input.map(([, own], i) => {
          const before = own.length > 0 ? Math.max(0, end + 1 - own[0][0]) : 0;
          const moved = own.map(([from, to, ref]): Row => [from + before, to + before, ref]);
          end = moved.at(-1)?.[1] ?? end;
          expect(decode(slots[i], entryOf(bodyOf(symbols, moved)))).toBe(true);
          return moved;
        });
        const shifts = input.map(([, , by]) => by);
        const all = rows.flatMap((own, i) =>
          own.map(([from, to, ref]): Row => [from, to, ref + shifts[i]]),
        );
        expect(kernel.canEncode(slots)).toBe(true);
        const entry = kernel.encodeSeries(slots, shifts);
        expect(Buffer.from(entry)).toEqual(Buffer.from(entryOf(bodyOf(symbols, all))));
      }),
    );
  });

  it('that may be too long is not made', () => {
    const kernel = new MergeKernel(Array.from({ length: ENCODED_SLOTS_MAX + 1 }, () => 0));
    const { slots } = kernel;
    const rows = (count: number): Row[] =>
      Array.from({ length: count }, (_, i) => [2 * i, 2 * i, i]);
    for (const slot of slots) decode(slot, entryOf(bodyOf([1, 2], rows(1000))));
    expect(kernel.canEncode(slots.slice(0, 2))).toBe(true);
    expect(kernel.canEncode(slots.slice(0, 3))).toBe(false);
    for (const slot of slots) decode(slot, entryOf(bodyOf([1, 2], rows(1))));
    expect(kernel.canEncode(slots.slice(0, ENCODED_SLOTS_MAX))).toBe(true);
    expect(kernel.canEncode(slots)).toBe(false);
  });
});

describe('a run of chunks', () => {
  it('is told where it lies and what it holds', () => {
    const [slot] = new MergeKernel().slots;
    const chunk = fc.record({
      encoding: fc.constantFrom(1, 1, 1, 2, 3, 4),
      data: fc.uint8Array({ minLength: 2, maxLength: 700 }),
    });
    fc.assert(
      fc.property(fc.array(chunk, { minLength: 1, maxLength: 20 }), fc.nat(19), (all, first) => {
        const from = Math.min(first, all.length - 1);
        const { files, refs } = segmentsOf([all]);
        slot.chunkWindow.set(files[0]);
        refs[0].forEach((ref, i) => (slot.refs[i] = ref));
        slot.setChunkWindow(0, files[0].length);
        expect(slot.checkChunks(from, all.length)).toBe(all.length - from);
        expect([slot.isRun, slot.runStart, slot.runEnd]).toEqual([
          true,
          refs[0][from],
          files[0].length,
        ]);
        const samples = (encodings: readonly number[]): number =>
          all
            .slice(from)
            .filter(({ encoding }) => encodings.includes(encoding))
            .reduce((sum, { data }) => sum + 256 * data[0] + data[1], 0);
        expect([slot.floats, slot.histograms]).toEqual([samples([1, 4]), samples([2, 3])]);
      }),
    );
  });

  it('has no gaps, and no chunks whose samples are counted otherwise', () => {
    const [slot] = new MergeKernel().slots;
    const chunkOf = (encoding: number): { encoding: number; data: Uint8Array } => ({
      encoding,
      data: Uint8Array.of(0, 1, 2),
    });
    const isRun = (encodings: readonly number[], picked: readonly number[]): boolean => {
      const { files, refs } = segmentsOf([encodings.map(chunkOf)]);
      slot.chunkWindow.set(files[0]);
      picked.forEach((chunk, i) => (slot.refs[i] = refs[0][chunk]));
      slot.setChunkWindow(0, files[0].length);
      expect(slot.checkChunks(0, picked.length)).toBe(picked.length);
      return slot.isRun;
    };
    expect(isRun([1, 2, 3, 4], [0, 1, 2, 3])).toBe(true);
    expect(isRun([1, 1, 1], [1, 2])).toBe(true);
    expect(isRun([1, 1, 1], [0, 2])).toBe(false);
    expect(isRun([1, 1, 1], [1, 0])).toBe(false);
    expect(isRun([1, 5], [0, 1])).toBe(false);
    expect(isRun([6], [0])).toBe(false);
  });
});

function uvarintOf(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) + 0x80);
  return [...bytes, Number(rest)];
}
