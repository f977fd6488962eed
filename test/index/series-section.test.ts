/** Series entries that lie near each other, read at once: the same as one by one. */
import fc from 'fast-check';
import { expand } from '../../index/postings.js';
import { ChunkMetas, type IndexReader } from '../../index/reader.js';
import { SeriesEntries } from '../../kernel/series-entries.js';
import { CorruptionError } from '../../model/errors.js';
import type { Interval } from '../../model/interval.js';
import { buildIndex, type BuiltSeries, openBytes } from '../support/index-builder.js';

/** Labels and chunks of each series, a line each. */
function together(reader: IndexReader, ids: readonly number[], range: Interval): string[] {
  const entries = new SeriesEntries();
  const lines: string[] = [];
  for (let from = 0; from < ids.length;) {
    const count = reader.readSome(ids, { from, to: ids.length }, range, entries);
    expect(count).toBeGreaterThan(0);
    for (let i = 0; i < count; i++) {
      const { symbols, symbolEnds, chunkEnds } = entries;
      const first = i === 0 ? 0 : symbolEnds[i - 1];
      const labels = reader.labelsOf(ids[from + i], symbols.subarray(first, symbolEnds[i]));
      const rows: string[] = [];
      for (let row = i === 0 ? 0 : chunkEnds[i - 1]; row < chunkEnds[i]; row++) {
        rows.push(`${entries.minTimes[row]} ${entries.maxTimes[row]} ${entries.refs[row]}`);
      }
      lines.push(`${labels.toString()} ${rows.join(', ')}`);
    }
    from += count;
  }
  return lines;
}

function oneByOne(reader: IndexReader, ids: readonly number[], range: Interval): string[] {
  const metas = new ChunkMetas();
  return ids.map((id) => {
    const labels = reader.series(id, metas).toString();
    const rows: string[] = [];
    for (let i = 0; i < metas.count; i++) {
      if (metas.minTimes[i] > range.maxTime || metas.maxTimes[i] < range.minTime) continue;
      rows.push(`${metas.minTimes[i]} ${metas.maxTimes[i]} ${metas.refs[i]}`);
    }
    return `${labels} ${rows.join(', ')}`;
  });
}

/** A series of chunks of ten ms each. */
function seriesOf(i: number, chunks: number): BuiltSeries {
  return {
    labels: { __name__: 'm', i: String(i).padStart(5, '0') },
    chunks: Array.from({ length: chunks }, (_, n) => [
      10 * n,
      10 * n + 8,
      8 + 400_000 * i + 50 * n,
    ]),
  };
}

describe('series entries that are read at once', () => {
  it('are those that are read one by one, whatever their sizes', () => {
    const sizes = fc.array(fc.oneof(fc.nat(3), fc.nat(100), fc.constantFrom(2_000, 6_000)), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        sizes,
        fc.nat(1200),
        fc.nat(1200),
        fc.integer({ min: 1, max: 5 }),
        (all, a, b, n) => {
          const reader = openBytes(buildIndex(all.map((chunks, i) => seriesOf(i, chunks))));
          const ids = expand(reader.allPostings()).filter((_, i) => i % n === 0);
          const range = { minTime: Math.min(a, b), maxTime: Math.max(a, b) };
          expect(together(reader, ids, range)).toEqual(oneByOne(reader, ids, range));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are as many as the kernel takes', () => {
    const reader = openBytes(buildIndex(Array.from({ length: 700 }, (_, i) => seriesOf(i, 1))));
    const ids = expand(reader.allPostings());
    const range = { minTime: 0, maxTime: 5 };
    const entries = new SeriesEntries();
    const count = reader.readSome(ids, { from: 0, to: ids.length }, range, entries);
    expect(count).toBe(256);
    expect(reader.readSome(ids, { from: 3, to: 4 }, range, entries)).toBe(1);
    expect(together(reader, ids, range)).toEqual(oneByOne(reader, ids, range));
    expect(ids.slice(1).every((id, i) => reader.areNear(ids[i], id))).toBe(true);
    expect(reader.areNear(ids[0], ids[600])).toBe(false);
  });

  it('fail at the first one that is damaged, once it is its turn', () => {
    const bytes = buildIndex([0, 1, 2].map((i) => seriesOf(i, 3)));
    const ids = expand(openBytes(bytes).allPostings());
    bytes[16 * ids[1] + 5] ^= 1;
    const reader = openBytes(bytes);
    const entries = new SeriesEntries();
    const range = { minTime: 0, maxTime: 100 };
    expect(reader.readSome(ids, { from: 0, to: 3 }, range, entries)).toBe(1);
    const damaged = expect.objectContaining({ code: 'TSDB_CORRUPT', offset: 16 * ids[1] });
    expect(() => reader.readSome(ids, { from: 1, to: 3 }, range, entries)).toThrow(damaged);
    expect(reader.readSome(ids, { from: 2, to: 3 }, range, entries)).toBe(1);
    for (const id of [0, 0.5, -1, NaN, 2 ** 32]) {
      const read = () => reader.readSome([id], { from: 0, to: 1 }, range, entries);
      expect(read).toThrow(CorruptionError);
    }
    // Behind one that is right, such an id is told of when it is the first.
    expect(reader.readSome([ids[0], 2 ** 32], { from: 0, to: 2 }, range, entries)).toBe(1);
  });
});
