/** Texts that lie in bytes, sorted: the order of the same texts as strings. */
import fc from 'fast-check';
import { Texts } from '../../kernel/number-text.js';
import { atOnce } from '../../model/steps.js';
import { sortTexts } from '../../promql/text-order.js';

function textsOf(all: readonly string[]): Texts {
  const texts = new Texts(all.length);
  for (const text of all) texts.add(Buffer.from(text), Uint32Array.of(text.length));
  return texts;
}

function sorted(all: readonly string[]): string[] {
  const texts = textsOf(all);
  return [...atOnce(sortTexts(texts))].map((number) => texts.at(number));
}

describe('texts that lie in bytes', () => {
  it('come in the order of strings, those that are prefixes of others first', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom('0', '1', '.', '-', '~'), maxLength: 40 }),
      fc.double().map(String),
      fc.integer({ min: -200, max: 200 }).map(String),
    );
    fc.assert(
      fc.property(fc.uniqueArray(text, { maxLength: 300 }), (all) => {
        expect(sorted(all)).toEqual([...all].sort());
      }),
    );
    expect(sorted([])).toEqual([]);
  });

  it('are sorted in steps where they are many', () => {
    const all = Array.from({ length: 60_000 }, (_, i) => String((i * 7919) % 60_000));
    const texts = textsOf(all);
    const steps = sortTexts(texts);
    let count = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) count++;
    expect(count).toBeGreaterThan(10);
    expect(Array.from(step.value, (number) => texts.at(number))).toEqual(all.sort());
  });
});
