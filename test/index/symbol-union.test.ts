/** The symbols of several indexes as one list. */
import fc from 'fast-check';
import { SymbolList } from '../../index/symbol-list.js';
import { uniteSymbols } from '../../index/symbol-union.js';
import { AssertionError } from '../../model/assert.js';
import { CorruptionError } from '../../model/errors.js';
import { atOnce } from '../../model/steps.js';
import { compareUtf8 } from '../../model/utf8.js';
import { buildIndex, openBytes } from '../support/index-builder.js';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 });

function indexOf(texts: readonly string[]): ReturnType<typeof openBytes> {
  const labels = Object.fromEntries(texts.map((name) => [name, name]));
  return openBytes(buildIndex([{ labels, chunks: [[0, 1, 8]] }]));
}

function textsOf(list: SymbolList): string[] {
  return Array.from({ length: list.count }, (_, i) => list.textAt(i));
}

describe('a union of symbols', () => {
  it('has each text once, in order, and tells its number by each index own', () => {
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(text, { maxLength: 8 }), { maxLength: 4 }), (sets) => {
        const indexes = sets.map(indexOf);
        const { symbols, ranks } = atOnce(uniteSymbols(indexes));
        const all = textsOf(symbols);
        const wanted = new Set(indexes.flatMap((index) => [...index.symbols()]));
        expect(all).toEqual([...wanted].sort(compareUtf8));
        indexes.forEach((index, i) => {
          const numbers = [...index.symbols()].map((_, number) => number);
          ranks[i].translate(numbers, numbers.length, []);
          expect(numbers.map((rank) => all[rank])).toEqual([...index.symbols()]);
        });
      }),
    );
  });

  it('is that of one where several have the same symbols', () => {
    const texts = Array.from({ length: 50_000 }, (_, i) => `symbol ${i}`);
    const [a, b, c] = [indexOf(texts), indexOf([...texts].reverse()), indexOf(texts.slice(1))];
    const alike = atOnce(uniteSymbols([a, b, c]));
    const alone = [a, b, c].map((index) => atOnce(uniteSymbols([index, a])));
    expect(textsOf(alike.symbols)).toEqual(textsOf(alone[0].symbols));
    alike.ranks.forEach((ranks, i) => expect(ranks.table).toEqual(alone[i].ranks[0].table));
  });

  it('gives turns where there are many', () => {
    const index = indexOf(Array.from({ length: 3000 }, (_, i) => `n${i}`));
    const steps = uniteSymbols([index]);
    let turns = 0;
    while (steps.next().done !== true) turns++;
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it('does not know a number that no symbol of the index has', () => {
    const { ranks } = atOnce(uniteSymbols([indexOf(['a'])]));
    expect(() => ranks[0].translate([99], 1, [])).toThrow(CorruptionError);
  });
});

describe('a list of symbols', () => {
  it('grows, and keeps bytes', () => {
    const texts = Array.from({ length: 2000 }, (_, i) => String(i).padStart(9, '0'));
    const list = SymbolList.of(texts);
    expect(textsOf(list)).toEqual(texts);
    expect(Buffer.from(list.at(1999)).toString()).toBe('000001999');
  });

  it('takes symbols in order only, each once', () => {
    expect(() => SymbolList.of(['a', 'a'])).toThrow(AssertionError);
    expect(() => SymbolList.of(['b', 'a'])).toThrow('symbols are sorted');
  });
});
