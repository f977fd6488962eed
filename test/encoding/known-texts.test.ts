/** Texts that come again: found where they are likely, found by hash, and never mistaken. */
import fc from 'fast-check';
import { KnownTexts } from '../../encoding/known-texts.js';

function add(known: KnownTexts, text: string, value: number, kind = 0): void {
  const bytes = Buffer.from(text);
  known.add(bytes, 0, bytes.length, kind, value);
}

/** The value of what stands at the start of `line`; -1 if it is not known. */
function find(known: KnownTexts, line: string, kind = 0): number {
  const bytes = Buffer.from(`xx${line}`);
  const text = known.find(bytes, 2, bytes.length, kind);
  return text < 0 ? -1 : known.valueOf(text);
}

describe('known texts', () => {
  it('are found with a space behind them, in any order', () => {
    const known = new KnownTexts();
    expect(find(known, 'a 1')).toBe(-1);
    const texts = ['a', 'ab', 'a{b="c"}', 'a{b="c d"}', 'a{b="}"}', '{"x y",z="\\""}', 'b{}'];
    texts.forEach((text, i) => add(known, text, 100 + i));
    for (const order of [texts, [...texts].reverse(), [...texts, ...texts]]) {
      for (const text of order) expect(find(known, `${text} 1`)).toBe(100 + texts.indexOf(text));
    }
    for (const text of ['', ' ', 'a', 'a{', 'a{b="c"}', 'a{b="c"}x ', 'abc ', 'a\n', '"', '{"\\']) {
      expect(find(known, text)).toBe(-1);
    }
  });

  it('belong to their kind', () => {
    const known = new KnownTexts();
    add(known, 'a', 1, 0);
    expect(find(known, 'a 1', 1)).toBe(-1);
    add(known, 'a', 2, 1);
    expect(find(known, 'a 1', 0)).toBe(1);
    expect(find(known, 'a 1', 1)).toBe(2);
  });

  it('are not remembered beyond their bytes', () => {
    const known = new KnownTexts(5);
    add(known, 'abc', 1);
    add(known, 'def', 2);
    add(known, 'gh', 3);
    expect([find(known, 'abc '), find(known, 'def '), find(known, 'gh ')]).toEqual([1, -1, 3]);
    expect(known.count).toBe(2);
  });

  it('are found whatever they are and however many', () => {
    const label = fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text));
    const texts = fc.uniqueArray(
      fc
        .tuple(fc.stringMatching(/^[a-z]{1,3}$/), label)
        .map(([name, text]) => `${name}{b=${text}}`),
      { maxLength: 50 },
    );
    fc.assert(
      fc.property(texts, fc.array(fc.nat(49)), (all, visits) => {
        const known = new KnownTexts();
        all.forEach((text, i) => add(known, text, i));
        for (const i of visits.filter((i) => i < all.length)) {
          expect(find(known, `${all[i]} 5 6\n`)).toBe(i);
        }
      }),
    );
    const known = new KnownTexts();
    for (let i = 0; i < 5000; i++) add(known, `m{i="${i}"}`, i);
    for (let i = 0; i < 5000; i += 7) expect(find(known, `m{i="${i}"} 1`)).toBe(i);
  });
});
