import fc from 'fast-check';
import { MemorySource } from '../../disk/byte-source.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { crc32c } from '../../encoding/crc32c.js';
import type { IndexVersion } from '../../index/format.js';
import { Symbols } from '../../index/symbols.js';
import { compareUtf8 } from '../../model/utf8.js';
import { atOnce } from '../../model/steps.js';

const START = 5;

function tableOf(texts: readonly string[], count = texts.length): MemorySource {
  const section = new ByteWriter().u32(count);
  for (const text of texts) section.string(text);
  const content = section.bytes();
  const writer = new ByteWriter().raw(new Uint8Array(START)).u32(content.length).raw(content);
  return new MemorySource(writer.u32(crc32c(content)).bytes().slice());
}

function load(source: MemorySource, version: IndexVersion = 2): Symbols {
  return atOnce(Symbols.load(source, START, source.size, version));
}

describe('a symbol table', () => {
  it('gives every symbol by its number, in any order, again and again', () => {
    const texts = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 5 }), { maxLength: 150 });
    fc.assert(
      fc.property(texts, (unsorted) => {
        const sorted = unsorted.sort(compareUtf8);
        const symbols = load(tableOf(sorted));
        expect(symbols.count).toBe(sorted.length);
        expect([...symbols]).toEqual(sorted);
        const backwards = sorted.map((_, i) => sorted.length - 1 - i);
        for (const refs of [backwards, backwards]) {
          expect(refs.map((ref) => symbols.textAt(ref))).toEqual([...sorted].reverse());
        }
      }),
      { numRuns: 50 },
    );
  });

  it('keeps apart symbols that share a place in the cache', () => {
    const texts = Array.from({ length: 5000 }, (_, i) => `s${String(i).padStart(5, '0')}`);
    const symbols = load(tableOf(texts));
    for (const ref of [3, 1027, 2051, 3, 4099, 1027]) expect(symbols.textAt(ref)).toBe(texts[ref]);
  });

  it('of version 1 gives symbols by their offset', () => {
    const symbols = load(tableOf(['a', 'bcd']), 1);
    const first = START + 8;
    expect([symbols.textAt(first), symbols.textAt(first + 2)]).toEqual(['a', 'bcd']);
    for (const offset of [0, START, first - 1, first + 6, 10_000]) {
      expect(() => symbols.textAt(offset)).toThrow(
        expect.objectContaining({ code: 'TSDB_DECODE' }),
      );
    }
    // Within the table, but no symbol begins there.
    expect(() => symbols.textAt(first + 3)).toThrow('leaves the symbol table');
  });

  it('has no more symbols than it says, and no fewer', () => {
    expect(() => load(tableOf(['a'])).textAt(1)).toThrow('symbol 1 of 1');
    expect(() => load(tableOf(['a'], 2))).toThrow('varint is cut off');
  });
});
