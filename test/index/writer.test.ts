import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expand } from '../../index/postings.js';
import { decodeToc, TOC_BYTES } from '../../index/format.js';
import { ChunkMetas } from '../../index/reader.js';
import { IndexWriter } from '../../index/writer.js';
import { Labels } from '../../model/labels.js';
import {
  type BuiltSeries,
  buildIndex,
  openBytes,
  rewriteIndex,
  writeIndex,
} from '../support/index-builder.js';
import { fixtureIndexes } from '../support/index-fixtures.js';
import { describeShared } from '../support/shared.js';
import { atOnce } from '../../model/steps.js';

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

describe('an index that is written', () => {
  it('has the bytes that the format says', () => {
    const bytes = buildIndex([{ labels: { a: 'b' }, chunks: [[1, 3, 8]] }]);
    const annotated: readonly (readonly [from: number, bytes: string, what: string])[] = [
      [0, 'baaad70002', 'magic, version 2'],
      [5, '00000009 00000003 00 0161 0162 42239b90', 'symbols: len, count, "", "a", "b", crc'],
      [22, '00000000000000000000', 'padding to 16'],
      [32, '07 01 01 02 01 02 02 08 73996270', 'series: len, a="b", a chunk [1, 3] at 8, crc'],
      [44, '00000008 00000001 00000002 5502add1', 'all series: len, count, id 2, crc'],
      [60, '00000008 00000001 00000002 5502add1', 'a="b": len, count, id 2, crc'],
      [76, '0000000e 00000002', 'offsets: len, count'],
      [84, '02 00 00 2c', 'all series at 44'],
      [88, '02 0161 0162 3c', 'a="b" at 60'],
      [94, '25d1bb4a', 'crc'],
    ];
    for (const [from, wanted, what] of annotated) {
      const compact = wanted.replace(/ /g, '');
      const got = hex(bytes.subarray(from, from + compact.length / 2));
      expect(`${from} ${got} ${what}`).toBe(`${from} ${compact} ${what}`);
    }
    expect(bytes.length).toBe(98 + 52);
    const toc = [5, 22, 44, 76, 44, 76].map((offset) => offset.toString(16).padStart(16, '0'));
    expect(hex(bytes.subarray(98, 98 + 48))).toBe(toc.join(''));
    expect(hex(bytes.subarray(146))).toBe('bd9519a3');
  });

  it('gives back what was put in', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 });
    const chunk = fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(2 ** 31));
    const series = fc.record({
      labels: fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true }),
      chunks: fc.array(chunk, { maxLength: 40 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(series, { maxLength: 40, selector: keyOf }), (input) => {
        const placed = place(input);
        const reader = openBytes(buildIndex(placed));
        const metas = new ChunkMetas();
        const got = expand(reader.allPostings()).map((id) => {
          const labels = reader.series(id, metas);
          const chunks = Array.from({ length: metas.count }, (_, i) => [
            metas.minTimes[i],
            metas.maxTimes[i],
            metas.refs[i],
          ]);
          return { labels: labels.toJSON(), chunks };
        });
        expect(got).toEqual(placed);
      }),
      { numRuns: 60 },
    );
  });

  it('without series holds the list of none', () => {
    const reader = openBytes(writeIndex([], () => {}));
    expect(expand(reader.allPostings())).toEqual([]);
    expect(expand(atOnce(reader.everySeries()))).toEqual([]);
    expect(reader.labelNames()).toEqual([]);
    expect(reader.symbolCount).toBe(0);
  });

  it('gives its bytes away as they come', () => {
    let given = 0;
    let largest = 0;
    const values = Array.from({ length: 20_000 }, (_, i) => `value-${String(i).padStart(8, '0')}`);
    const sink = {
      write: (bytes: Uint8Array) => {
        given += bytes.length;
        largest = Math.max(largest, bytes.length);
      },
      end: () => {},
    };
    const writer = new IndexWriter(sink, ['a', ...values]);
    const metas = new ChunkMetas();
    metas.push(1, 2, 8);
    for (const a of values) writer.addSeries(Labels.from({ a }), metas);
    const before = given;
    writer.finish();
    expect(before).toBeGreaterThan(500_000);
    expect(largest).toBeLessThan(600_000);
  });

  it('refuses what would not be an index', () => {
    const metas = new ChunkMetas();
    const add = (symbols: string[], ...series: Record<string, string>[]) =>
      writeIndex(symbols, (writer) => {
        for (const labels of series) writer.addSeries(Labels.from(labels), metas);
      });
    expect(() => add(['b', 'a'])).toThrow('symbols are sorted');
    expect(() => add(['a'], { a: 'b' })).toThrow('is among the symbols');
    expect(() => add(['a', 'b', 'c'], { a: 'c' }, { a: 'b' })).toThrow('series come in order');
    expect(() => add(['a', 'b'], { a: 'b' }, { a: 'b' })).toThrow('series come in order');
    metas.push(5, 6, 8);
    metas.push(6, 7, 9);
    expect(() => add(['a', 'b'], { a: 'b' })).toThrow('chunks of a series follow one another');
  });
});

describeShared('indexes that Prometheus wrote', () => {
  const indexes = fixtureIndexes();

  it.each(indexes)('$name comes out the same, but for label indices', ({ path }) => {
    const bytes = new Uint8Array(readFileSync(path));
    const old = openBytes(bytes);
    const rewritten = rewriteIndex(old);
    const { labelIndices, postings } = decodeToc(bytes.slice(-TOC_BYTES), bytes.length);
    if (labelIndices === postings) {
      expect(Buffer.compare(rewritten, bytes)).toBe(0);
      return;
    }
    const written = openBytes(rewritten);
    expect([...written.symbols()]).toEqual([...old.symbols()]);
    expect(listsOf(written)).toEqual(listsOf(old));
    expect(written.sizeBytes).toBeLessThan(old.sizeBytes);
  });

  it('are of both layouts', () => {
    const sections = indexes.map(({ path }) => {
      const bytes = new Uint8Array(readFileSync(path));
      const toc = decodeToc(bytes.slice(-TOC_BYTES), bytes.length);
      return toc.labelIndices === toc.postings;
    });
    expect(new Set(sections)).toEqual(new Set([true, false]));
  });
});

/** All postings lists by pair, whose ids both files share as symbols and series do. */
function listsOf(reader: ReturnType<typeof openBytes>): [string, number[]][] {
  const lists: [string, number[]][] = [];
  reader.forEachPostings((name, value, offset) => {
    lists.push([`${name}=${value}`, expand(reader.postingsAt(offset))]);
  });
  return lists;
}

function keyOf({ labels }: { labels: Record<string, string> }): string {
  return Labels.from(labels).key();
}

/** Sorts series and lays their chunks out one behind the other, in time and in refs. */
function place(input: readonly BuiltSeries[]): BuiltSeries[] {
  const sorted = [...input].sort((a, b) => Labels.from(a.labels).compare(Labels.from(b.labels)));
  let ref = 8;
  return sorted.map(({ labels, chunks = [] }) => {
    let time = -1000;
    const placed = chunks.map(([gap, length, size]) => {
      const minTime = time + 1 + gap;
      time = minTime + length;
      ref += size;
      return [minTime, time, ref] as const;
    });
    return { labels: Labels.from(labels).toJSON(), chunks: placed };
  });
}
