/** Series entries as the kernel decodes them, several at a time, against TypeScript. */
import fc from 'fast-check';
import { ByteReader } from '../../encoding/byte-reader.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { crc32c } from '../../encoding/crc32c.js';
import { ChunkMetas, decodeSeriesChunks, decodeSeriesLabels } from '../../index/series-entry.js';
import { SERIES_BYTES_MAX, SeriesEntries } from '../../kernel/series-entries.js';
import { DecodeError } from '../../model/errors.js';
import type { Interval } from '../../model/interval.js';

/** A series: what its labels refer to, and [min time, max time, ref] of its chunks. */
interface Decoded {
  readonly symbols: readonly number[];
  readonly chunks: readonly (readonly number[])[];
}

const varint = fc.oneof(
  { weight: 50, arbitrary: fc.nat(127) },
  { weight: 50, arbitrary: fc.nat(20_000) },
  { weight: 50, arbitrary: fc.nat(2_000_000) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }) },
);
function mostlyZero(...others: readonly number[]): fc.Arbitrary<number> {
  const rarely = { weight: 1, arbitrary: fc.constantFrom(...others) };
  return fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, rarely);
}

/** What follows the length, mostly as it should be. */
const body = fc.record({
  symbols: fc.array(fc.tuple(varint, varint), { maxLength: 4 }),
  first: fc.tuple(
    fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
    fc.nat(),
    fc.integer({ min: 400, max: 2 ** 40 }),
  ),
  further: fc.array(fc.tuple(varint, fc.nat(3_000_000), fc.integer({ min: -9, max: 70_000 })), {
    maxLength: 40,
  }),
  labelsMore: mostlyZero(1),
  chunksMore: mostlyZero(-1, 1, 2 ** 31),
  rest: mostlyZero(1, 3),
});
type Body = typeof body extends fc.Arbitrary<infer Of> ? Of : never;

function uvarint(writer: ByteWriter, value: number | bigint): void {
  let left = BigInt(value);
  for (; left > 127n; left >>= 7n) writer.u8(Number(left & 127n) | 128);
  writer.u8(Number(left));
}

function bodyOf({ symbols, first, further, labelsMore, chunksMore, rest }: Body): Uint8Array {
  const writer = new ByteWriter();
  uvarint(writer, symbols.length + labelsMore);
  for (const symbol of symbols.flat()) uvarint(writer, symbol);
  uvarint(writer, Math.max(0, further.length + 1 + chunksMore));
  writer.varint(first[0]).uvarint(first[1]).uvarint(first[2]);
  for (const [gap, length, ref] of further) {
    uvarint(writer, gap);
    writer.uvarint(length).varint(ref);
  }
  return writer.raw(new Uint8Array(rest)).bytes().slice();
}

/** Entries that begin at multiples of 16. */
function sectionOf(bodies: readonly Uint8Array[]): { bytes: Uint8Array; offsets: Uint32Array } {
  const writer = new ByteWriter();
  const offsets = bodies.map((bytes) => {
    writer.raw(new Uint8Array(-writer.length & 15));
    const offset = writer.length;
    writer.uvarint(bytes.length).raw(bytes).u32(crc32c(bytes));
    return offset;
  });
  return { bytes: writer.bytes().slice(), offsets: Uint32Array.from(offsets) };
}

function byTypeScript(bytes: Uint8Array, { minTime, maxTime }: Interval): Decoded {
  const symbols: number[] = [];
  const metas = new ChunkMetas();
  const reader = new ByteReader(bytes);
  decodeSeriesLabels(reader, symbols);
  decodeSeriesChunks(reader, metas);
  const rows = Array.from({ length: metas.count }, (_, i) => i);
  const kept = rows.filter((i) => metas.minTimes[i] <= maxTime && metas.maxTimes[i] >= minTime);
  return { symbols, chunks: kept.map((i) => chunkAt(metas, i)) };
}

function chunkAt({ minTimes, maxTimes, refs }: ChunkMetas | SeriesEntries, i: number): number[] {
  return [minTimes[i], maxTimes[i], refs[i]];
}

function decodedOf(entries: SeriesEntries): Decoded[] {
  const { chunkEnds, symbolEnds, symbols } = entries;
  return Array.from({ length: entries.count }, (_, i) => {
    const from = i === 0 ? 0 : chunkEnds[i - 1];
    const chunks = Array.from({ length: chunkEnds[i] - from }, (__, n) => from + n);
    const first = i === 0 ? 0 : symbolEnds[i - 1];
    return {
      symbols: [...symbols.subarray(first, symbolEnds[i])],
      chunks: chunks.map((row) => chunkAt(entries, row)),
    };
  });
}

const time = fc.oneof(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), fc.constant(-Infinity));

describe('series entries that the kernel decodes', () => {
  it('are those of TypeScript, up to one that is unusual or damaged', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 1 });
    const given = fc.array(body, { minLength: 1, maxLength: 8 });
    const entries = new SeriesEntries();
    let all = 0;
    let decoded = 0;
    fc.assert(
      fc.property(given, fc.tuple(time, time), flips, (bodies, times, damage) => {
        const range = { minTime: Math.min(...times), maxTime: Math.max(...times) };
        const wanted = bodies.map(bodyOf);
        const { bytes, offsets } = sectionOf(wanted);
        const isWhole = damage.every(([at]) => at % 3 > 0);
        if (!isWhole) for (const [at, bits] of damage) bytes[at % bytes.length] ^= bits;
        const count = entries.decode(bytes, offsets, range);
        const got = decodedOf(entries);
        expect(got).toHaveLength(count);
        got.forEach((series, i) => expect(series).toEqual(byTypeScript(wanted[i], range)));
        if (!isWhole) return;
        all += bodies.length;
        decoded += count;
        // What it stops at, TypeScript refuses too, or it is a number of more than 2^53.
        if (count === bodies.length || hasLarge(bodies[count])) return;
        expect(() => byTypeScript(wanted[count], range)).toThrow(DecodeError);
      }),
      { numRuns: 1000 },
    );
    expect(decoded).toBeGreaterThan(all / 4);
  });

  it('are cut off anywhere without a word too much', () => {
    const bodies = Array.from({ length: 5 }, (_, i) =>
      bodyOf({
        symbols: [[1, 200 + i]],
        first: [-5, 10, 8],
        further: [[20_000, 1_185_000, 130 + i]],
        labelsMore: 0,
        chunksMore: 0,
        rest: 0,
      }),
    );
    const { bytes, offsets } = sectionOf(bodies);
    const range = { minTime: -Infinity, maxTime: Infinity };
    const entries = new SeriesEntries();
    for (let length = 0; length <= bytes.length; length++) {
      const ends = bodies.map((one, i) => offsets[i] + 1 + one.length + 4);
      const whole = ends.filter((end) => end <= length).length;
      expect(entries.decode(bytes.subarray(0, length), offsets, range)).toBe(whole);
    }
    expect(decodedOf(entries)).toEqual(bodies.map((one) => byTypeScript(one, range)));
  });

  it('are one that TypeScript has decoded', () => {
    const chunks = new ChunkMetas();
    for (let i = 0; i < 100; i++) chunks.push(10 * i, 10 * i + 9, 1000 + i);
    const symbols = Array.from({ length: 40 }, (_, i) => i);
    const entries = new SeriesEntries();
    entries.setOne(symbols, chunks);
    const wanted = Array.from({ length: 100 }, (_, i) => chunkAt(chunks, i));
    expect(decodedOf(entries)).toEqual([{ symbols, chunks: wanted }]);
  });

  it('have to fit', () => {
    const bytes = new Uint8Array(SERIES_BYTES_MAX + 1);
    const range = { minTime: 0, maxTime: 0 };
    expect(() => new SeriesEntries().decode(bytes, new Uint32Array(1), range)).toThrow('fit');
    const none = new Uint8Array(1);
    expect(() => new SeriesEntries().decode(none, new Uint32Array(257), range)).toThrow('at most');
  });
});

/** Whether a body has numbers that the kernel leaves to TypeScript, whatever becomes of them. */
function hasLarge({ symbols, further }: Body): boolean {
  return [...symbols.flat(), ...further.map(([gap]) => gap)].some((n) => n > 2 ** 52);
}
