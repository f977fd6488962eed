import fc from 'fast-check';
import { RE2JS } from 're2js';
import { compilePattern } from '../../model/regexp.js';
import { regexpSize } from '../../model/regexp-size.js';

const atom = fc.constantFrom('a', '.', '\\d', '\\.', '[a-z]', '[^]x]', '[[:alpha:]_]', 'é', '{');
const pattern = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    atom,
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => a + b),
    // RE2 makes one class of branches of one character each.
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(?:${a}xy|${b}z)`),
    fc.tuple(tie('node'), fc.integer({ min: 1, max: 8 })).map(([a, times]) => `(${a}){${times}}`),
    tie('node').map((a) => `(${a})*`),
  ),
})).node;

/** What the repeats of an expression come to at most. */
function repeats(text: string): number {
  return [...text.matchAll(/\{(\d+)\}/g)].reduce(
    (product, [, times]) => product * Number(times),
    1,
  );
}

describe('the size of a regular expression', () => {
  it('is about what RE2 makes of it', () => {
    fc.assert(
      fc.property(pattern, (text) => {
        // RE2 refuses repeats of repeats that come to more than a thousand.
        fc.pre(repeats(text) <= 1000);
        const size = RE2JS.compile(text).programSize();
        expect(regexpSize(text)).toBeLessThanOrEqual(4 * size + 16);
        expect(4 * regexpSize(text) + 16).toBeGreaterThanOrEqual(size);
      }),
    );
  });

  it('counts repeats of repeats', () => {
    expect(regexpSize('[a-z]{1000}')).toBe(1000);
    expect(regexpSize('((a{10}){10}){10}')).toBeGreaterThan(1000);
    expect(regexpSize('a{2,50}')).toBe(50);
    expect(regexpSize('a{,5}')).toBe(5);
    expect(regexpSize('\\{5}')).toBe(3);
  });

  it('is read of what is no expression as well', () => {
    for (const text of ['', '(', ')', '[', '[^', '{', '\\', 'a{99999}', ')))(((', '[[:']) {
      expect(regexpSize(text)).toBeGreaterThanOrEqual(0);
    }
  });

  it('is limited, before anything is compiled', () => {
    expect(() => compilePattern('(a|b|[c-z]{0,50}){0,20}'.repeat(50))).toThrow('regexpSizeMax');
    expect(compilePattern('(a|b|[c-z]{0,50}){0,5}').matches('abc')).toBe(true);
  });
});
