import fc from 'fast-check';
import { MemorySource } from '../../disk/byte-source.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { crc32c } from '../../encoding/crc32c.js';
import {
  type OffsetTable,
  SortedOffsetTable,
  UnsortedOffsetTable,
} from '../../index/offset-table.js';
import { compareUtf8 } from '../../model/utf8.js';
import { atOnce } from '../../model/steps.js';

type Entry = readonly [name: string, value: string, offset: number];

const START = 7;

function fileOf(entries: readonly Entry[], count = entries.length, keys = 2): MemorySource {
  const section = new ByteWriter().u32(count);
  for (const [name, value, offset] of entries) {
    section.uvarint(keys).string(name).string(value).uvarint(offset);
  }
  const content = section.bytes();
  const writer = new ByteWriter().raw(new Uint8Array(START)).u32(content.length).raw(content);
  return new MemorySource(writer.u32(crc32c(content)).bytes().slice());
}

function sorted(source: MemorySource): OffsetTable {
  return atOnce(SortedOffsetTable.load(source, START, source.size));
}

function unsorted(source: MemorySource): OffsetTable {
  return atOnce(UnsortedOffsetTable.load(source, START, source.size));
}

function visited(table: OffsetTable, name: string, prefix = ''): Entry[] {
  const entries: Entry[] = [];
  const values = table.values(name, prefix);
  while (values.next()) entries.push([name, values.value, values.listOffset]);
  expect(values.next()).toBe(false);
  return entries;
}

const text = fc.string({ unit: 'grapheme', maxLength: 3 });
const entriesOf = fc
  .uniqueArray(fc.tuple(fc.constantFrom('', 'a', 'é', '\uffee', '😀'), text), {
    maxLength: 200,
    selector: (pair) => pair.join('\0'),
  })
  .map((pairs) =>
    pairs
      .sort((x, y) => compareUtf8(x[0], y[0]) || compareUtf8(x[1], y[1]))
      .map(([name, value], i): Entry => [name, value, 1000 + 37 * i]),
  );

describe('a postings offset table', () => {
  it('finds what it holds and nothing else, sorted or not', () => {
    fc.assert(
      fc.property(entriesOf, fc.array(text), text, (entries, others, prefix) => {
        const shuffled = [...entries].reverse();
        for (const table of [sorted(fileOf(entries)), unsorted(fileOf(shuffled))]) {
          const names = [...new Set(entries.map(([name]) => name))];
          expect(table.count).toBe(entries.length);
          expect(table.names).toEqual(names);
          for (const [name, value, offset] of entries) expect(table.find(name, value)).toBe(offset);
          for (const name of [...names, 'absent']) {
            const own = entries.filter((entry) => entry[0] === name);
            expect(table.valueCount(name)).toBe(own.length);
            expect(visited(table, name)).toEqual(own);
            expect(visited(table, name, prefix)).toEqual(
              own.filter(([, v]) => v.startsWith(prefix)),
            );
            for (const other of others) {
              const wanted = own.find(([, value]) => value === other)?.[2];
              expect(table.find(name, other)).toBe(wanted);
            }
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('with a wrong count, key count or order is refused', () => {
    const entries: Entry[] = [
      ['a', 'x', 1],
      ['a', 'y', 2],
    ];
    for (const load of [sorted, unsorted]) {
      expect(() => load(fileOf(entries, 1000))).toThrow('1000 entries do not fit in 12 bytes');
      expect(() => load(fileOf(entries, 3))).toThrow(
        expect.objectContaining({ code: 'TSDB_DECODE' }),
      );
      expect(() => load(fileOf(entries, 2, 3))).toThrow('has 3 keys, not 2');
    }
    const scattered: Entry[] = [
      ['a', 'x', 1],
      ['b', 'x', 2],
      ['a', 'x', 3],
    ];
    expect(() => sorted(fileOf(scattered))).toThrow('are not together');
    // Version 1: the last one counts.
    expect(visited(unsorted(fileOf(scattered)), 'a')).toEqual([['a', 'x', 3]]);
    const backwards = Array.from({ length: 40 }, (_, i): Entry => ['a', String(99 - i), i]);
    expect(() => sorted(fileOf(backwards))).toThrow('is out of order');
  });
});
